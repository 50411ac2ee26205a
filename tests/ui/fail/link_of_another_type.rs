//! Links have the types of the route.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/users/{id}")]
struct OneUser {
    id: u64,
}

#[verbs]
impl OneUser {
    async fn get(self) -> String {
        self.id.to_string()
    }
}

fn main() {
    let _ = OneUser::url("seven");
}
