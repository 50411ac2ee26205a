//! What can be read as a request and another server on the way may read otherwise: whom it is for. It
//! must not know what becomes of a refusal.

use http::Version;
#[cfg(feature = "http2")]
use http::request::Parts;

use super::target;
#[cfg(feature = "http2")]
use crate::limits::Limits;
use crate::{
    error::Error,
    head::{self, Head},
};

/// What the `Host` fields of a head come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    Missing,
    One,
    /// It is no host.
    Broken,
    Several,
}

impl Host {
    /// One more.
    #[inline]
    pub(super) fn note(&mut self, value: &[u8]) {
        *self = match self {
            Self::Missing if is_host(value) => Self::One,
            Self::Missing => Self::Broken,
            _ => Self::Several,
        };
    }

    /// One `Host`, and one that is a host (RFC 9112 section 3.2). HTTP/1.0 may leave it out.
    #[inline]
    fn fault(self, version: Version) -> Option<&'static str> {
        match self {
            Self::One => None,
            Self::Missing if version < Version::HTTP_11 => None,
            Self::Missing => Some("the Host field is missing"),
            Self::Broken => Some("the Host field is not a host"),
            Self::Several => Some("there is more than one Host field"),
        }
    }
}

/// What is wrong with the head of a request over HTTP/1.
#[inline]
pub(super) fn fault(head: &Head, host: Host) -> Option<Error> {
    match host.fault(head.version()) {
        Some(detail) => Some(Error::new(400, detail)),
        None => target::fault(head),
    }
}

/// What is wrong with the head of a request over HTTP/2.
#[cfg(feature = "http2")]
pub(super) fn authority_fault(head: &Parts, limits: &Limits) -> Option<Error> {
    if head.headers.len() > limits.headers {
        let most = format!("a head may have at most {} fields", limits.headers);
        return Some(Error::new(431, most));
    }
    target::authority_fault(head)
}

/// A host and perhaps a port (RFC 3986 section 3.2.2): the bytes of names, or an address in
/// brackets, and a number behind a colon. It may be empty, for targets that have no host.
pub(super) fn is_host(value: &[u8]) -> bool {
    let port = match value.iter().position(|byte| !NAME[usize::from(*byte)]) {
        None => return true,
        Some(0) if value[0] == b'[' => {
            let Some(end) = value.iter().position(|byte| *byte == b']') else {
                return false;
            };
            let is_address = |byte: &u8| byte.is_ascii_hexdigit() || b":.".contains(byte);
            if !value[1..end].iter().all(is_address) {
                return false;
            }
            &value[end + 1..]
        }
        Some(end) => &value[end..],
    };
    let digits = port.strip_prefix(b":").or(port.is_empty().then_some(b""));
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
}

/// The bytes that a name may have.
const NAME: [bool; 256] = head::alphanumeric_or(b"-._~!$&'()*+,;=%");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let good = [
            "",
            "a",
            "example.com",
            "example.com:80",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:80",
            "a:",
            "xn--bcher-kva.example",
            "under_score.example",
            "%41",
        ];
        let bad = [
            "a b", "a/b", "user@a", "a:b", "a:80:80", "[::1", "::1]", "[::1]x", "[g]", "a\\b",
            "a?b", "a#b", "\u{e9}", "http://a",
        ];
        for host in good {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in bad {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }
}
