//! Every variant has a status; the others go on working.
use gustnado::prelude::*;

#[derive(Debug, HttpError)]
enum ApiError {
    #[problem(404, "no user {0}")]
    NoUser(u64),
    Taken,
}

#[derive(Debug, HttpError)]
struct Gone;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self) -> Result<String, ApiError> {
        Err(ApiError::NoUser(1))
    }

    async fn put(self) -> Result<String> {
        Err(Gone)?
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
