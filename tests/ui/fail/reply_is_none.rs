//! A verb returns a reply.
use gustnado::prelude::*;

struct User;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self) -> User {
        User
    }

    async fn post(self) -> Result<User, Error> {
        Ok(User)
    }

    async fn put(self) -> Result<User> {
        Ok(User)
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
