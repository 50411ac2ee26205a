//! A header name is a token in lower case.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[header(name = "X-Request-Id")]
    id: String,
    #[header(name = "two words")]
    words: String,
    #[header(name = "ü")]
    other: String,
}

#[verbs]
impl Home {
    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
