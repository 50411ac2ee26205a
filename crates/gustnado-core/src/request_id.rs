//! The name of one request in the log: what the client or a proxy gave, or one made here. It must
//! not know what is logged.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use http::{HeaderMap, HeaderValue};

use crate::{
    limits::REQUEST_ID,
    request::{Request, X_REQUEST_ID},
};

/// The name of this request: its `X-Request-Id` where that is harmless to write down, else the one
/// it was given here, else a new one of 16 hexadecimal digits.
pub(crate) fn of(request: &Request) -> Arc<str> {
    let first = request.header_values(X_REQUEST_ID).next();
    match first.and_then(harmless) {
        Some(given) => given.into(),
        None => request.origin().id.clone().unwrap_or_else(fresh),
    }
}

/// The name in the fields of a request or an answer, where it is harmless to write down.
pub(crate) fn given(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(X_REQUEST_ID)
        .map(HeaderValue::as_bytes)
        .and_then(harmless)
}

fn harmless(id: &[u8]) -> Option<&str> {
    let id = std::str::from_utf8(id).ok()?;
    is_harmless(id).then_some(id)
}

fn is_harmless(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=REQUEST_ID).contains(&id.len()) && id.bytes().all(plain)
}

/// A number that was not there before, hashed with a key that differs from process to process.
pub(crate) fn fresh() -> Arc<str> {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Relaxed);
    format!("{:016x}", KEY.hash_one(number)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;

    fn id(given: Option<&'static str>) -> Arc<str> {
        let mut request = http::Request::new(Body::empty());
        if let Some(given) = given {
            let given = http::HeaderValue::from_static(given);
            request.headers_mut().insert(X_REQUEST_ID, given);
        }
        of(&request.into())
    }

    #[test]
    fn what_is_harmless_is_kept() {
        assert_eq!(&*id(Some("1-67891233:ab_c.d")), "1-67891233:ab_c.d");
        for other in ["", "a b", "Root=1", "<b>", "{}"] {
            assert_eq!(id(Some(other)).len(), 16, "{other:?}");
        }
    }

    #[test]
    fn no_two_are_the_same() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| id(None)).collect();
        assert_eq!(ids.len(), 1000);
    }
}
