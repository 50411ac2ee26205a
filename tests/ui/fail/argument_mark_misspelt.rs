//! A likely source is suggested.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self, #[qeury] page: u32) -> String {
        page.to_string()
    }

    async fn put(self, #[session] session: String) -> String {
        session
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
