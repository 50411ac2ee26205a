//! A field of a group that is no input says where it could come from, once.
use gustnado::prelude::*;

#[derive(Inputs)]
struct Paging {
    page: u32,
    #[query]
    name: std::cell::Cell<u8>,
}

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    paging: Paging,
}

#[verbs]
impl Home {
    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
