//! A verb may move between threads while it waits.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self) -> String {
        let shared = std::rc::Rc::new(1);
        std::future::ready(()).await;
        shared.to_string()
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
