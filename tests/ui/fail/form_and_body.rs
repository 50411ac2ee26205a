//! A form is a body, and a body can be read once.
use gustnado::prelude::*;

#[derive(Inputs)]
struct Address {
    #[form]
    street: String,
}

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn put(self, #[form] name: String, Json(new): Json<u32>) {
        let _ = (name, new);
    }

    async fn patch(self, body: gustnado::Body, #[query] page: u32, #[form] name: String) {
        let _ = (body, page, name);
    }

    async fn delete(self, address: Address, bytes: gustnado::Bytes) {
        let _ = (address.street, bytes);
    }

    async fn post(self, #[form] name: String, address: Address, #[form] age: u8) {
        let _ = (name, address.street, age);
    }

    // An optional group is read by itself.
    #[verb("PURGE")]
    async fn purge(self, #[form] name: String, address: Option<Address>) {
        let _ = (name, address);
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
