//! Values that are answers. One file a family; an error is not rendered here but by
//! [`problem`], once, for the whole application. It must not know the request.

mod content;
mod cookie;
mod download;
mod event;
mod events;
#[cfg(feature = "json")]
mod json;
pub(crate) mod problem;
mod redirect;
mod status;
mod with;

use http::{HeaderName, HeaderValue, StatusCode};

use crate::{describe::Operation, error::Error, response::Response};

pub use content::Html;
pub use cookie::{SameSite, SetCookie};
pub use download::Download;
pub use event::Event;
pub use events::{Events, IntoEvent};
#[cfg(feature = "json")]
pub use json::Json;
pub use redirect::Redirect;
#[cfg(feature = "json")]
pub use status::Created;
pub use status::NoContent;
pub use with::With;

/// A value that is an answer.
///
/// A verb may return anything that is one: `&'static str`, [`String`], [`Html`], `Json`,
/// `Created`, [`NoContent`], [`Redirect`], [`Download`], bytes, a [`Body`](crate::Body) that
/// streams, [`Events`], a status with any of them, a [`Response`], or a `Result` of one of these and an error. Each of them
/// can have more on top:
///
/// ```
/// # use gustnado_core as gustnado;
/// # #[cfg(feature = "json")] {
/// use gustnado::{IntoResponse, Json, SetCookie, With};
///
/// async fn get() -> With<Json<[u8; 3]>> {
///     Json([1, 2, 3])
///         .with_etag()
///         .with_header("cache-control", "no-cache")
///         .with_cookie(SetCookie::new("seen", "yes"))
/// }
/// # }
/// ```
///
/// A type of one's own says what it is as an answer:
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
    note = "return Json(…), Html(…), text, bytes, Created, NoContent, Redirect, Download, Events, \
            a Response, any of them with its status as `(StatusCode, …)`, or a Result of one of them; \
            an Option becomes one with `.or_404(\"…\")?`"
)]
pub trait IntoResponse {
    /// Makes the answer.
    ///
    /// # Errors
    /// When the value cannot be written, such as a map with keys that JSON cannot have.
    fn into_response(self) -> Result<Response, Error>;

    /// Says what it is to whoever describes the application: its status and its body. By itself it
    /// says that it may be any answer.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// # use gustnado::{Error, IntoResponse, Response};
    /// use gustnado::describe::{Content, Operation, Shape};
    ///
    /// # struct Csv;
    /// impl IntoResponse for Csv {
    ///     fn describe(operation: &mut Operation) {
    ///         operation.reply(200, Content::new("text/csv", Shape::Text));
    ///     }
    /// #     fn into_response(self) -> Result<Response, Error> { Ok(Response::new(200)) }
    /// }
    /// ```
    fn describe(operation: &mut Operation)
    where
        Self: Sized,
    {
        operation.any_reply();
    }

    /// The same reply with another status.
    fn with_status(self, status: StatusCode) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).with_status(status)
    }

    /// The same reply with a header field, in place of what it had under that name. Name and value
    /// may be text, or a value a number.
    ///
    /// A name that is none, or a value with a byte that would split the answer, makes it a 500 whose
    /// cause is logged.
    fn with_header<N, V>(self, name: N, value: V) -> With<Self>
    where
        Self: Sized,
        HeaderName: TryFrom<N, Error: Into<http::Error>>,
        HeaderValue: TryFrom<V, Error: Into<http::Error>>,
    {
        With::new(self).with_header(name, value)
    }

    /// The same reply with a cookie, in place of one of the same name.
    fn with_cookie(self, cookie: SetCookie) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).with_cookie(cookie)
    }

    /// The same reply with an `ETag`, a hash of its bytes, so that a client that has them gets a 304
    /// instead. For replies to GET with status 200 whose body is whole; others stay as they are, and
    /// so does a tag that is there already.
    ///
    /// It saves sending the bytes, not making them. An answer that has an `ETag` of the handler's own
    /// making, such as a version number, becomes a 304 in the same way.
    fn with_etag(self) -> With<Self>
    where
        Self: Sized,
    {
        With::new(self).with_etag()
    }
}

impl IntoResponse for Response {
    fn into_response(self) -> Result<Response, Error> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoResponse, E: Into<Error>> IntoResponse for Result<T, E> {
    fn describe(operation: &mut Operation) {
        T::describe(operation);
        operation.any_failure();
    }

    fn into_response(self) -> Result<Response, Error> {
        self.map_err(Into::into)?.into_response()
    }
}
