//! Values that are answers. One file a family; an error is not rendered here but by
//! [`problem`], once, for the whole application. It must not know the request.

mod content;
#[cfg(feature = "json")]
mod json;
pub(crate) mod problem;
mod redirect;
mod status;

use crate::{error::Error, response::Response};

pub use content::Html;
#[cfg(feature = "json")]
pub use json::Json;
pub use redirect::Redirect;
#[cfg(feature = "json")]
pub use status::Created;
pub use status::NoContent;

/// A value that is an answer.
///
/// A verb may return anything that is one: `&'static str`, [`String`], [`Html`], [`Json`],
/// [`Created`], [`NoContent`], [`Redirect`], bytes, a [`Body`](crate::Body) that streams, a
/// status with any of them, a [`Response`], or a `Result` of one of these and an error.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Error, IntoResponse, Response};
///
/// struct Csv(String);
///
/// impl IntoResponse for Csv {
///     fn into_response(self) -> Result<Response, Error> {
///         Ok(Response::new(200).with_content("text/csv; charset=utf-8", self.0))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a reply",
    label = "a verb must return a reply",
    note = "return Json(…), Html(…), text, bytes, Created, NoContent, Redirect, a Response, \
            any of them with its status as `(StatusCode, …)`, or a Result of one of them; \
            an Option becomes one with `.or_404(\"…\")?`"
)]
pub trait IntoResponse {
    /// Makes the answer.
    ///
    /// # Errors
    /// When the value cannot be written, such as a map with keys that JSON cannot have.
    fn into_response(self) -> Result<Response, Error>;
}

impl IntoResponse for Response {
    fn into_response(self) -> Result<Response, Error> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse, E: Into<Error>> IntoResponse for Result<T, E> {
    fn into_response(self) -> Result<Response, Error> {
        self.map_err(Into::into)?.into_response()
    }
}
