//! A body is an argument, never a field.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    new: Json<String>,
}

#[verbs]
impl Home {
    async fn post(self) {
        let _ = self.new;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
