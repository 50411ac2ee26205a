//! `#[route]` alone: rustc's own error, and what follows from it.
use gustnado::prelude::*;

#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
