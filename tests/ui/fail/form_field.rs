//! A field of a form is an argument, never a field of the handler.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[form]
    email: String,
    #[form(default = 18)]
    age: u8,
}

#[verbs]
impl Home {
    async fn post(self) {
        let _ = (self.email, self.age);
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
