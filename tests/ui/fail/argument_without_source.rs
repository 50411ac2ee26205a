//! An argument that is no input says where it could come from.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/users/{id}")]
struct OneUser {
    id: u64,
}

#[verbs]
impl OneUser {
    async fn get(self, verbose: bool) -> String {
        format!("{} {verbose}", self.id)
    }
}

fn main() {
    let _ = Application::new().handler::<OneUser>();
}
