//! Shared state is cloned for each request.
use gustnado::prelude::*;

struct Db;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[state]
    db: Db,
}

#[verbs]
impl Home {
    async fn get(self) {
        let _ = self.db;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
