use gustnado::prelude::*;

#[derive(RequestHandler)]
#[route("/")]
struct Home {}

#[verbs]
impl Home {
    async fn get(&self) {}

    async fn on_finish(&mut self, _outcome: &Outcome<'_>) {}

    fn write_error(&self, error: &Error) -> Response {
        Response::with_code(error.status())
    }

    fn default_headers() -> HeaderMap {
        HeaderMap::new()
    }

    #[verb(body_limit = 1)]
    async fn prepare(&mut self) {}
}

fn main() {}
