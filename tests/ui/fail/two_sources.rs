//! An input has one source.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/users/{id}")]
struct OneUser {
    #[query]
    id: u64,
    #[query]
    #[header]
    page: u32,
}

#[verbs]
impl OneUser {
    async fn get(self, #[query] #[state] size: u32) -> String {
        size.to_string()
    }
}

fn main() {
    let _ = Application::new().handler::<OneUser>();
}
