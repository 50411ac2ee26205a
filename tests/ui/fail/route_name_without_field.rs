//! A name in the route has a field; a likely one is suggested.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/users/{id}")]
struct OneUser {
    idd: u64,
}

#[verbs]
impl OneUser {
    async fn get(self) -> String {
        self.idd.to_string()
    }
}

fn main() {
    let _ = Application::new().handler::<OneUser>();
    let _ = OneUser::url(7);
}
