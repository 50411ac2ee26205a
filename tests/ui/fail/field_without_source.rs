//! A field that is no input says where it could come from.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    verbose: bool,
}

#[verbs]
impl Home {
    async fn get(self) -> String {
        self.verbose.to_string()
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
