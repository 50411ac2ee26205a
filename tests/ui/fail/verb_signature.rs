//! Verbs are async, take an instance, and have no generics.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    fn get(self) {}

    async fn head() {}

    async fn post<T: Send>(self) {}

    async fn put(self, #[query] (a, b): (u32, u32)) {
        let _ = (a, b);
    }

    async fn patch(self, input: impl Send) {
        let _ = input;
    }

    async fn delete(self: Box<Self>) {}

    async fn prepare(self, #[query] page: u32) {
        let _ = page;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
