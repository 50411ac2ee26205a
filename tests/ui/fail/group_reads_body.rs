//! A body stands alone: it is no part of a group.
use gustnado::prelude::*;

#[derive(Inputs)]
struct New {
    #[query]
    force: bool,
    new: Json<String>,
}

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn post(self, new: New) {
        let _ = new;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
