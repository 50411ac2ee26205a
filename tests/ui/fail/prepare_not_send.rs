//! `prepare` may move between threads while it waits.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn prepare(&mut self) {
        let shared = std::rc::Rc::new(1);
        std::future::ready(()).await;
        drop(shared);
    }

    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
