//! Marks go on fields, the route on the struct, `#[verbs]` on the impl.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
#[query]
struct Home {
    #[route("/{id}")]
    #[query]
    id: u64,
}

#[verbs]
trait Answers {
    fn get(self);
}

#[verbs]
impl Default for Home {
    fn default() -> Self {
        Self { id: 1 }
    }
}

#[verbs(all)]
impl Home {
    async fn get(self) {}
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
