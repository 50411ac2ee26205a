//! On a field it is rustc that knows the attribute is none.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[qeury]
    page: u32,
}

#[verbs]
impl Home {
    async fn get(self) -> String {
        self.page.to_string()
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
