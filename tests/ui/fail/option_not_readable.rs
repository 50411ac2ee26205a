//! `Option<User>` blames `User`.
use gustnado::prelude::*;

struct User;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self, #[query] user: Option<User>, #[query(default)] list: Vec<User>) {
        let _ = (user, list);
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
