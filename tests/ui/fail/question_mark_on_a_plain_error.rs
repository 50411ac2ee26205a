//! `?` on an error without a status is a decision, spelled `.internal()?`.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self) -> Result<String> {
        Ok(std::fs::read_to_string("motto")?)
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
