//! A mark that is likely meant, and a name that no cookie can have.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[cookie(name = "my theme")]
    theme: Option<String>,
}

#[verbs]
impl Home {
    async fn get(self, #[cokie] id: u32) {
        let _ = id;
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
