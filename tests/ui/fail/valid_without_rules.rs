//! What is to be valid has rules.
use gustnado::{Valid, prelude::*};
use serde::Deserialize;

#[derive(Deserialize)]
struct User {
    name: String,
}

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn post(self, Valid(Json(user)): Valid<Json<User>>) -> String {
        user.name
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
