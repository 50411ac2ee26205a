//! What hyper lets pass and another server on the way may read otherwise: whom a request is for, and
//! how its body is coded. It must not know what becomes of a refusal.

use http::{
    Version,
    header::{self, HeaderMap},
    request::Parts,
};

use crate::error::Error;

/// What is wrong with the head of a request over HTTP/1.
pub(super) fn fault(head: &Parts, has_body: bool) -> Option<Error> {
    if head.version > Version::HTTP_11 {
        return None;
    }
    let detail = host(head);
    if detail.is_some() {
        return detail.map(|detail| Error::new(400, detail));
    }
    // Only a request with a body can say how it is coded; hyper sees to that.
    has_body.then(|| codings(&head.headers)).flatten()
}

/// One `Host`, and one that is a host (RFC 9112 section 3.2). HTTP/1.0 may leave it out.
fn host(head: &Parts) -> Option<&'static str> {
    let mut hosts = head.headers.get_all(header::HOST).into_iter();
    let Some(first) = hosts.next() else {
        let old = head.version < Version::HTTP_11;
        return (!old).then_some("the Host field is missing");
    };
    if hosts.next().is_some() {
        return Some("there is more than one Host field");
    }
    (!is_host(first.as_bytes())).then_some("the Host field is not a host")
}

/// A host and perhaps a port (RFC 3986 section 3.2.2): the bytes of names and addresses, brackets
/// only around an address, and a number behind the last colon. It may be empty, for targets that
/// have no host.
fn is_host(value: &[u8]) -> bool {
    let (host, port) = match value
        .iter()
        .rposition(|byte| *byte == b':' || *byte == b']')
    {
        Some(at) if value[at] == b':' => (&value[..at], &value[at + 1..]),
        _ => (value, &b""[..]),
    };
    let inner = host
        .strip_prefix(b"[")
        .and_then(|rest| rest.strip_suffix(b"]"));
    let good = match inner {
        Some(address) => address
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte)),
        None => host.iter().all(|byte| is_name(*byte)),
    };
    good && port.iter().all(u8::is_ascii_digit)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&byte)
}

/// `chunked`, once and alone: a body in another coding would be given to handlers as it is (RFC 9112
/// section 6.1).
fn codings(headers: &HeaderMap) -> Option<Error> {
    let mut chunked = 0;
    for value in headers.get_all(header::TRANSFER_ENCODING) {
        for coding in value.as_bytes().split(|byte| *byte == b',') {
            if !coding.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                return Some(Error::new(501, "a transfer coding that is not chunked"));
            }
            chunked += 1;
        }
    }
    (chunked > 1).then(|| Error::new(400, "the body cannot be chunked more than once"))
}

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
