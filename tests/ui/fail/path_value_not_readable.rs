//! A path value is read from text.
use gustnado::prelude::*;

#[derive(Clone)]
struct Db;

#[derive(RequestHandler)]
#[route("/{db}")]
struct Home {
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
