//! `#[verb]` takes a method, once.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    #[verb("TWO WORDS")]
    async fn a(self) {}

    #[verb("get")]
    async fn b(self) {}

    #[verb(PURGE)]
    async fn purge(self) {}

    #[verb("PUT")]
    async fn c(self) {}

    async fn put(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
