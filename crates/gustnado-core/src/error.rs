//! The request error: what a client is told (status, detail, bad inputs) kept apart from what only
//! the log sees (the source). It must not know how it is rendered; `respond::problem` does that.

use std::{borrow::Cow, error::Error as StdError, fmt};

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{self, HeaderName},
};

use crate::describe::Operation;

/// Any error, as the ecosystem passes it along.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The result of anything that answers a request.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request is not answered as asked: a status, a text the client may read, and a source it
/// may not.
///
/// Every failure of the framework is one of these, and so is every failure of a handler once it
/// has passed `?`. The application renders it as problem+json (RFC 9457) or as a small HTML page.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Error;
///
/// let error = Error::new(409, "the name is taken");
/// assert_eq!(error.status(), 409);
/// assert_eq!(error.detail(), "the name is taken");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    status: StatusCode,
    detail: Cow<'static, str>,
    bad_inputs: Vec<BadInput>,
    headers: HeaderMap,
    problem_type: Option<Cow<'static, str>>,
    login: Option<Cow<'static, str>>,
    source: Option<BoxError>,
    absent: bool,
}

/// One input of a request that could not be used, as it is listed in a problem document.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{BadInput, Part};
///
/// let page = BadInput::new(Part::Query, "page", "must be at least 1");
/// let price = BadInput::new(Part::Body, "", "is negative").at_pointer("/items/3/price");
/// assert_eq!((&*page.name, &*price.pointer), ("page", "/items/3/price"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadInput {
    /// The part of the request it was looked for in.
    pub part: Part,
    /// Its name there; empty for the body as a whole.
    pub name: Cow<'static, str>,
    /// Where in a JSON body it stands, as a JSON pointer (RFC 6901); empty for the whole.
    pub pointer: Cow<'static, str>,
    /// What is wrong with it, for the client to read.
    pub detail: Cow<'static, str>,
}

impl BadInput {
    /// An input that could not be used: where it was looked for, its name there, and what is wrong
    /// with it.
    pub fn new(
        part: Part,
        name: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            part,
            name: name.into(),
            pointer: "".into(),
            detail: detail.into(),
        }
    }

    /// Says where in a JSON body it stands, as a JSON pointer: `/items/3/price`.
    #[must_use]
    pub fn at_pointer(mut self, pointer: impl Into<Cow<'static, str>>) -> Self {
        self.pointer = pointer.into();
        self
    }
}

/// A part of a request that inputs come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// A `{name}` segment of the route.
    Path,
    /// The query string.
    Query,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
    /// The body.
    Body,
}

impl Part {
    /// The word for it in a problem document: `path`, `query`, `header`, `cookie` or `body`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
        }
    }
}

impl Error {
    /// An error with this status and this text for the client.
    ///
    /// The text of a 5xx is kept for the log; the client reads the status' reason instead. A
    /// status that is not from 400 to 599 is a mistake in the program and becomes 500.
    pub fn new(status: u16, detail: impl Into<Cow<'static, str>>) -> Self {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self(Box::new(Inner {
            status,
            detail: detail.into(),
            bad_inputs: Vec::new(),
            headers: HeaderMap::new(),
            problem_type: None,
            login: None,
            source: None,
            absent: false,
        }))
    }

    /// An error that says an input is not there at all, such as a request without an
    /// `Authorization` field.
    ///
    /// An `Option` of the input is then `None`. Any other error of the input stays one: what is
    /// there and cannot be used is never taken for absent.
    pub fn absent(status: u16, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(status, detail).as_absent()
    }

    /// A 401, for whoever has not said who they are. `challenge` says how to, as the
    /// `WWW-Authenticate` of the answer (RFC 9110 section 11.6.1): `Bearer`, `Basic realm="…"`.
    /// One that cannot be sent is left out.
    pub fn unauthorized(challenge: &str, detail: impl Into<Cow<'static, str>>) -> Self {
        let error = Self::new(401, detail);
        match HeaderValue::from_str(challenge) {
            Ok(challenge) => error.with_header(header::WWW_AUTHENTICATE, challenge),
            Err(_) => error,
        }
    }

    /// Sends people to the page at `path` to sign in, and tells programs what they would be told
    /// without.
    ///
    /// A GET or HEAD that asks for HTML is answered 303 to `path?next=…`, with the path and query
    /// that were asked for, if they are a [`LocalUrl`](crate::LocalUrl); any other request by the
    /// error itself. The page at `path` is to read `next` as one too: anyone can write a link to it.
    #[must_use]
    pub fn or_login(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.0.login = Some(path.into());
        self
    }

    /// Names the kind of problem by a URI, the `type` of a problem document (RFC 9457
    /// section 3.1.1).
    #[must_use]
    pub fn with_type(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.problem_type = Some(uri.into());
        self
    }

    /// A 500 caused by `source`, which is logged and never shown.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        Self::new(500, "internal error").with_source(source)
    }

    /// The inputs of a request that could not be used: 404 when a path value is among them (the
    /// resource cannot exist), else 400.
    pub(crate) fn bad_inputs(bad_inputs: Vec<BadInput>) -> Self {
        let (status, detail) = if bad_inputs.iter().any(|bad| bad.part == Part::Path) {
            (404, "there is nothing at this path")
        } else {
            (400, "some inputs of the request cannot be used")
        };
        Self::new(status, detail).with_bad_inputs(bad_inputs)
    }

    pub(crate) fn with_bad_inputs(mut self, bad_inputs: Vec<BadInput>) -> Self {
        self.0.bad_inputs = bad_inputs;
        self
    }

    /// Adds an input to the list of those that could not be used.
    #[must_use]
    pub fn with_bad_input(mut self, bad: BadInput) -> Self {
        self.0.bad_inputs.push(bad);
        self
    }

    /// Keeps `source` for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds a header field to the answer, such as `Allow` to a 405.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// Marks it as [`Error::absent`] does, such as one that `?` made of an [`HttpError`].
    #[must_use]
    pub fn as_absent(mut self) -> Self {
        self.0.absent = true;
        self
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Whether it says that an input is not there at all.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.0.absent
    }

    /// The text it was made with. For a 5xx it is not shown to the client.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What the client may read: the detail of a 4xx, nothing of a 5xx.
    #[must_use]
    pub fn public_detail(&self) -> Option<&str> {
        (!self.0.status.is_server_error()).then_some(&self.0.detail)
    }

    /// The inputs that could not be used.
    #[must_use]
    pub fn inputs(&self) -> &[BadInput] {
        &self.0.bad_inputs
    }

    /// Header fields for the answer.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The URI of the kind of problem, where it has one.
    #[must_use]
    pub fn problem_type(&self) -> Option<&str> {
        self.0.problem_type.as_deref()
    }

    /// Where people are sent to sign in.
    pub(crate) fn login(&self) -> Option<&str> {
        self.0.login.as_deref()
    }

    /// What caused it, for the log.
    #[must_use]
    pub fn source(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("status", &self.0.status)
            .field("detail", &self.0.detail)
            .field("inputs", &self.0.bad_inputs)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.status, self.0.detail)
    }
}

/// So that streams may break off with one, and functions of any error pass it along.
impl From<Error> for BoxError {
    fn from(error: Error) -> Self {
        Box::new(Boxed(error))
    }
}

/// An [`Error`] is no [`StdError`] itself, or `?` could not turn every [`HttpError`] into one.
#[derive(Debug)]
struct Boxed(Error);

impl fmt::Display for Boxed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Boxed {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source().map(|source| source as _)
    }
}

/// An error that knows its own status and what a client may read of it.
///
/// `#[derive(HttpError)]` writes it for an enum or struct. `?` turns any such error into an
/// [`Error`] without losing its status.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an HTTP error",
    // Under a `?`, rustc shows the label alone: what to type has to be in it.
    label = "has no status: write `.internal()?` to make it a 500, or give it one with #[derive(HttpError)]",
    note = "`.or_error(409, \"…\")?` gives a failure any other status"
)]
pub trait HttpError: StdError + Send + Sync + 'static {
    /// The status of the answer, from 400 to 599.
    fn status(&self) -> StatusCode;

    /// What the client may read. A 5xx shows nothing of it.
    fn detail(&self) -> Cow<'static, str> {
        Cow::Owned(self.to_string())
    }

    /// The URI of the kind of problem (RFC 9457 section 3.1.1), where it has one.
    fn problem_type(&self) -> Option<&'static str> {
        None
    }

    /// Says which errors of the type there are, to whoever describes the application. By itself it
    /// says that there may be any.
    fn describe(operation: &mut Operation)
    where
        Self: Sized,
    {
        operation.any_failure();
    }
}

impl<E: HttpError> From<E> for Error {
    fn from(error: E) -> Self {
        let made = Self::new(error.status().as_u16(), error.detail());
        let made = match error.problem_type() {
            Some(uri) => made.with_type(uri),
            None => made,
        };
        made.with_source(error)
    }
}

/// What may stand behind `Err` in a reply: an [`HttpError`], or [`Error`] itself.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an HTTP error",
    label = "add #[derive(HttpError)] to `{Self}`, or return `gustnado::Error`",
    note = "an error needs a status and a text that the client may read"
)]
pub trait IntoError {
    fn into_error(self) -> Error;

    fn describe(operation: &mut Operation)
    where
        Self: Sized;
}

impl<E: HttpError> IntoError for E {
    fn into_error(self) -> Error {
        self.into()
    }

    fn describe(operation: &mut Operation) {
        <E as HttpError>::describe(operation);
    }
}

impl IntoError for Error {
    fn describe(operation: &mut Operation) {
        operation.any_failure();
    }

    fn into_error(self) -> Error {
        self
    }
}

/// The error of a `Result` whose alias hides it.
#[doc(hidden)]
pub trait Fallible {
    type Error;
}

impl<T, E> Fallible for std::result::Result<T, E> {
    type Error = E;
}

/// `.or_404("…")?` on an `Option` or a `Result`.
pub trait OrError<T>: Sized {
    /// The value, or an [`Error`] with this status and text. What a `Result` failed with is kept
    /// as the source.
    ///
    /// # Errors
    /// When there is no value.
    fn or_error(self, status: u16, detail: impl Into<Cow<'static, str>>) -> Result<T>;

    /// The value, or 404 with this text.
    ///
    /// # Errors
    /// When there is no value.
    fn or_404(self, detail: impl Into<Cow<'static, str>>) -> Result<T> {
        self.or_error(404, detail)
    }
}

impl<T> OrError<T> for Option<T> {
    fn or_error(self, status: u16, detail: impl Into<Cow<'static, str>>) -> Result<T> {
        self.ok_or_else(|| Error::new(status, detail))
    }
}

impl<T, E: Into<BoxError>> OrError<T> for std::result::Result<T, E> {
    fn or_error(self, status: u16, detail: impl Into<Cow<'static, str>>) -> Result<T> {
        self.map_err(|source| Error::new(status, detail).with_source(source))
    }
}

/// `.internal()?`: the decision that a failure is the server's own, a 500.
pub trait Internal<T> {
    /// The value, or a 500 that keeps the failure for the log.
    ///
    /// # Errors
    /// When there is no value.
    fn internal(self) -> Result<T>;
}

impl<T, E: Into<BoxError>> Internal<T> for std::result::Result<T, E> {
    fn internal(self) -> Result<T> {
        self.map_err(Error::internal)
    }
}
