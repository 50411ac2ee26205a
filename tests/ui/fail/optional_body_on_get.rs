//! An `Option` of a body is one, too.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    old: Option<Json<String>>,
}

#[verbs]
impl Home {
    async fn get(self, new: Option<Json<String>>) {
        let _ = (self.old, new);
    }

    async fn put(self, new: Option<Json<String>>, other: Json<String>) {
        let _ = (new, other);
    }

    async fn post(self, maybe: Option<bool>) {
        let _ = maybe;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
