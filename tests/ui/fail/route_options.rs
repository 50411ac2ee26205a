use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/a", body_limit = "50 mib", client_gone = "wait")]
struct A {}

#[verbs]
impl A {
    #[verb(body_limt = "1 MiB")]
    async fn get(self) {}

    #[verb("PURGE", body_limit, client_gone = finish)]
    async fn purge(self) {}
}

#[derive(RequestHandler)]
#[route("/b", timeout = "3 s", body_limit = 1, body_limit = 2)]
struct B {}

#[verbs]
impl B {
    async fn get(self) {}
}

#[derive(RequestHandler)]
#[route(body_limit = 1)]
struct C {}

#[verbs]
impl C {
    async fn get(self) {}
}

fn main() {
    Application::new().handler::<A>().handler::<B>().handler::<C>();
}
