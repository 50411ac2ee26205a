//! A route without verbs.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

impl Home {
    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
