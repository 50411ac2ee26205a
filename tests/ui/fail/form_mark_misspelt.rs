//! Slips in the mark of a form's field, and in its options.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn post(self, #[fomr] email: String) {
        let _ = email;
    }

    async fn put(self, #[form(nmae = "e-mail")] email: String, #[form(default =)] age: u8) {
        let _ = (email, age);
    }

    async fn patch(self, #[form = "e-mail"] email: String) {
        let _ = email;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
