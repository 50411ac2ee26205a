//! A borrowed input is told what to be instead.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {
    #[query]
    name: &'static str,
}

#[verbs]
impl Home {
    async fn get(self, #[query] name: &str, #[state] list: &'static [u8]) -> String {
        format!("{name}{list:?}")
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
