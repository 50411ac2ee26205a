//! A form is a body, and a body can be read once.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn put(self, #[form] name: String, Json(new): Json<u32>) {
        let _ = (name, new);
    }

    async fn patch(self, body: gustnado::Body, #[query] page: u32, #[form] name: String) {
        let _ = (body, page, name);
    }

    async fn post(self, #[form] name: String, #[form] age: u8) {
        let _ = (name, age);
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
