//! GET and HEAD have no body to read.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self, filter: Json<String>) {
        let _ = filter;
    }

    #[verb("HEAD")]
    async fn peek(self, filter: Json<String>) {
        let _ = filter;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
