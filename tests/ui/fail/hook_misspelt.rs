use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {}

#[verbs]
impl Home {
    async fn get(&self) {}

    fn on_finsh(&mut self, _outcome: &Outcome<'_>) {}

    fn write_eror(cx: &Cx, error: &Error) -> Response {
        cx.problem(error)
    }
}

fn main() {
    Application::new().handler::<Home>();
}
