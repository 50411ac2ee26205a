//! `prepare` lets the verb run, fails, or answers in its place; the type says which.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn prepare(&mut self) -> Result<String, Error> {
        Ok(String::new())
    }

    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
