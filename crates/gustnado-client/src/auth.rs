//! Who we are, as header fields say it. It must not know whom they are said to.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;

/// What `Authorization` says for a name and a password (RFC 7617).
pub(crate) fn basic(name: &str, password: &str) -> HeaderValue {
    let encoded = BASE64_STANDARD.encode(format!("{name}:{password}"));
    secret(&format!("Basic {encoded}")).unwrap_or(HeaderValue::from_static("Basic"))
}

/// A value that is not shown in a log.
pub(crate) fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
