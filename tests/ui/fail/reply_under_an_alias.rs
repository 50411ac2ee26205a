//! Under an alias that the macro cannot see through, the whole type is no reply.
use gustnado::prelude::*;

type Answer<T> = std::result::Result<T, String>;

#[derive(RequestHandler)]
#[route("/")]
struct Home;

#[verbs]
impl Home {
    async fn get(self) -> Answer<Json<u8>> {
        Ok(Json(1))
    }
}

fn main() {
    let _ = Application::new().handler::<Home>();
}
