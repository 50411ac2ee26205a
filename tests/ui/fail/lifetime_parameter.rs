//! A handler owns its inputs.
use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home<'a> {
    #[query]
    name: &'a str,
}

#[verbs]
impl<'a> Home<'a> {
    async fn get(self) -> String {
        self.name.to_owned()
    }
}

fn main() {
    let _ = Application::new().handler::<Home<'static>>();
}
