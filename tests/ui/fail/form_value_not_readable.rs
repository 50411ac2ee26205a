//! A field of a form is one value, not a struct of all of them.
use gustnado::prelude::*;

struct SignUp;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn post(self, #[form] sign_up: SignUp) {
        let _ = sign_up;
    }

    async fn put(self, #[form] sign_up: Option<SignUp>) {
        let _ = sign_up;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
