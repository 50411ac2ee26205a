//! `#[param]` bounds a value that the route has a place for, and says nothing else.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/{id}")]
struct Home {
    #[param(name = "id", default = 1)]
    id: u32,
    #[param(max = 9)]
    page: u32,
}

#[verbs]
impl Home {
    async fn get(self, #[param(max = 9)] page: u32) {
        let _ = page;
    }
}

#[derive(Inputs)]
struct Paging {
    #[param(max = 9)]
    page: u32,
}

#[derive(RequestHandler)]
#[route("/other")]
struct Other {
    paging: Paging,
}

#[verbs]
impl Other {
    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>().handler::<Other>();
}
