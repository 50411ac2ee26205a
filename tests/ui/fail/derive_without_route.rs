//! A derive without `#[route]`.
use gustnado::prelude::*;

#[derive(RequestHandler)]
struct Home;

#[verbs]
impl Home {
    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
