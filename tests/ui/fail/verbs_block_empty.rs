use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/nothing")]
struct Nothing {}

#[verbs]
impl Nothing {}

fn main() {
    let _ = Application::new().handler::<Nothing>();
}
