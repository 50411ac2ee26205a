//! A handler is a struct with named fields, or none.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/a")]
enum A {
    One,
}

#[derive(RequestHandler)]
#[route("/b/{id}")]
struct B(u64, Vec<String>);

#[derive(RequestHandler)]
#[route("/c")]
union C {
    one: u8,
}

#[verbs]
impl A {
    async fn get(self) {}
}

#[verbs]
impl B {
    async fn get(self) {}
}

#[verbs]
impl C {
    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<A>().handler::<B>().handler::<C>();
}
