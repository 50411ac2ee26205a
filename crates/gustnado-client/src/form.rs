//! How the target of a request over HTTP/1 is written, which depends on who is at the other end. It must not know
//! requests.

use http::HeaderValue;

/// How the target of a request is written.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// The path alone, and `Host` (RFC 9112 section 3.2.1).
    Path,
    /// The whole URL, for a proxy, and who asks (section 3.2.2).
    Proxy(Option<HeaderValue>),
}
