//! Why a call has no answer: a kind to match on, a text for people, the source for the log. It must
//! not know who failed; each module makes its own.

use std::{borrow::Cow, error::Error as StdError, fmt, time::Duration};

use gustnado_core::{BoxError, HttpError};
use http::{Method, StatusCode};

/// The result of anything the client does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call has no answer, or not the one that was asked for.
///
/// In a handler `?` makes of it what a gateway says (RFC 9110 section 15.6): 504 for a time-out, 503
/// where there was no connection to be had, 500 for a request that could not be made, 502 for all
/// else. The text is for the log alone.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    /// Method and URL, without query and credentials: both may be secrets.
    call: Option<(Method, String)>,
    detail: Cow<'static, str>,
    source: Option<BoxError>,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request or the client cannot be made: a bad URL, header or setting.
    Invalid,
    /// As many connections are open, and as many requests wait, as may.
    Busy,
    /// The host failed so often of late that it is left alone for a while.
    Circuit,
    /// A time-out passed; which one.
    Timeout(Phase),
    /// There is no connection to the other side: its name is unknown, or it does not take any.
    Connect,
    /// The TLS handshake failed: the certificate is not trusted, or there is nothing in common.
    Tls,
    /// The connection was lost before the answer was whole.
    Cut,
    /// What came is not HTTP, or beyond a bound of ours on its head.
    Protocol,
    /// The answer has more bytes than it may.
    TooLarge,
    /// A redirect that cannot be followed.
    Redirect,
    /// The body of the request failed while it was sent.
    Upload,
    /// The body of the answer is not what it is said to be: its coding or its JSON is broken.
    Decode,
    /// The status, where [`error_for_status`](crate::Response::error_for_status) asked for an error.
    Status(StatusCode),
}

/// The part of a call that a time-out is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Waiting in line for a connection: [`queue_time`](crate::Limits::queue_time).
    Queue,
    /// Opening a connection: [`connect_time`](crate::Limits::connect_time).
    Connect,
    /// Waiting for the first byte: [`first_byte_time`](crate::Limits::first_byte_time).
    FirstByte,
    /// Waiting for more of the body: [`between_bytes_time`](crate::Limits::between_bytes_time).
    BetweenBytes,
    /// All together: [`total_time`](crate::Limits::total_time).
    Total,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            call: None,
            detail: detail.into(),
            source: None,
        }))
    }

    pub(crate) fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Invalid, detail)
    }

    /// `limit` passed in `phase`.
    pub(crate) fn timeout(phase: Phase, limit: Duration) -> Self {
        let what = match phase {
            Phase::Queue => "no connection became free in the line",
            Phase::Connect => "no connection was opened",
            Phase::FirstByte => "no answer began",
            Phase::BetweenBytes => "nothing more of the answer came",
            Phase::Total => "the whole answer did not come",
        };
        let name = phase.limit();
        Self::new(
            ErrorKind::Timeout(phase),
            format!("{what} within {limit:?} (`{name}`)"),
        )
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Says of which call it is, if that is not said yet.
    pub(crate) fn of(mut self, method: &Method, url: impl fmt::Display) -> Self {
        self.0
            .call
            .get_or_insert_with(|| (method.clone(), url.to_string()));
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether a time-out passed, whichever.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Timeout(_))
    }

    /// The status, if that is the error.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.0.kind {
            ErrorKind::Status(status) => Some(status),
            _ => None,
        }
    }

    /// The URL that was asked for last, without query and credentials.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.call.as_ref().map(|(_, url)| &**url)
    }
}

impl Phase {
    /// The name of its limit.
    fn limit(self) -> &'static str {
        match self {
            Self::Queue => "queue_time",
            Self::Connect => "connect_time",
            Self::FirstByte => "first_byte_time",
            Self::BetweenBytes => "between_bytes_time",
            Self::Total => "total_time",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((method, url)) = &self.0.call {
            write!(f, "{method} {url}: ")?;
        }
        f.write_str(&self.0.detail)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("text", &self.to_string())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref();
        source.map(|source| source as &(dyn StdError + 'static))
    }
}

impl HttpError for Error {
    fn status(&self) -> StatusCode {
        match self.0.kind {
            ErrorKind::Invalid => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorKind::Busy | ErrorKind::Circuit | ErrorKind::Timeout(Phase::Queue) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            ErrorKind::Timeout(_) => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        }
    }
}
