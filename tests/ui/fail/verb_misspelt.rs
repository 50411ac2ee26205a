//! A likely verb is suggested; a helper has its place elsewhere.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn gte(self) {}

    async fn prepair(&mut self) {}

    fn motto(&self) -> &'static str {
        "hello"
    }

    const SIZE: usize = 3;
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
