//! What stands behind `Err` has a status.
use gustnado::prelude::*;

#[derive(Debug)]
struct MyError;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self) -> Result<String, MyError> {
        Err(MyError)
    }

    async fn prepare(&mut self) -> Result<(), MyError> {
        Ok(())
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
