//! Replies of every form that a signature can have.
#![deny(warnings)]

use gustnado::{Body, Response, prelude::*};

/// An alias of the user's own.
type Answer<T> = std::result::Result<T, Error>;

#[derive(RequestHandler)]
#[route("/")]
pub struct Home;

#[verbs]
impl Home {
    async fn get(self) -> impl IntoResponse + use<> {
        "text"
    }

    async fn head(self) {}

    async fn post(self) -> Answer<Html<String>> {
        Ok(Html("page".into()))
    }

    async fn put(self) -> std::result::Result<(StatusCode, &'static str), Error> {
        Ok((StatusCode::ACCEPTED, "later"))
    }

    async fn patch(self) -> Result<impl IntoResponse> {
        Ok(Redirect::see_other("/"))
    }

    async fn delete(self) -> Result<NoContent> {
        std::fs::read("no such file").internal()?;
        Ok(NoContent)
    }

    async fn options(self) -> Response {
        Response::new(204).with_body(Body::empty())
    }

    #[verb("REPORT")]
    async fn report(self) -> Json<[u8; 2]> {
        Json([1, 2])
    }

    #[cfg(any())]
    #[verb("PURGE")]
    async fn purge(self) -> NoSuchType {}
}

fn main() {
    Application::new().handler::<Home>().build().unwrap();
}
