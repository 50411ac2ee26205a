//! The body can be read once.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn put(self, old: Json<String>, Json(new): Json<u32>) {
        let _ = (old, new);
    }

    async fn post(self, one: Json<String>) {
        let _ = one;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
