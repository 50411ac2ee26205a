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

/// A group with such a field is one too.
#[derive(Inputs)]
struct Address {
    #[form]
    street: String,
}

#[derive(RequestHandler)]
#[route("/address")]
struct Of {
    address: Address,
}

#[verbs]
impl Of {
    async fn post(self) -> String {
        self.address.street
    }
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
