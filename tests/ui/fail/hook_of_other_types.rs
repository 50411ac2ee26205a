use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {}

#[verbs]
impl Home {
    async fn get(&self) {}

    fn on_finish(&mut self, _outcome: &Response) {}

    fn write_error(_cx: &Cx, error: Error) -> Response {
        Response::with_code(error.status())
    }
}

fn main() {
    Application::new().handler::<Home>();
}
