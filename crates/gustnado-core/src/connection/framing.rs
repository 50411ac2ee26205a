//! What can be read as a request and another server on the way may read otherwise: whom it is for. It
//! must not know what becomes of a refusal.

use http::{Version, header, request::Parts};

use super::target;
use crate::error::Error;
#[cfg(feature = "http2")]
use crate::limits::Limits;

/// What is wrong with the head of a request over HTTP/1.
pub(super) fn fault(head: &Parts) -> Option<Error> {
    match host(head) {
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

/// One `Host`, and one that is a host (RFC 9112 section 3.2). HTTP/1.0 may leave it out.
fn host(head: &Parts) -> Option<&'static str> {
    let headers = &head.headers;
    // Most clients say it first (RFC 9110 section 7.2 would have them): then it need not be looked for.
    let first = headers.iter().next();
    let first = first.filter(|(name, _)| *name == header::HOST);
    let first = first.map(|(_, value)| value);
    let Some(first) = first.or_else(|| headers.get(header::HOST)) else {
        let old = head.version < Version::HTTP_11;
        return (!old).then_some("the Host field is missing");
    };
    // Most heads have no field twice, and the two counts know.
    let repeats = headers.len() > headers.keys_len();
    if repeats && headers.get_all(header::HOST).iter().nth(1).is_some() {
        return Some("there is more than one Host field");
    }
    (!is_host(first.as_bytes())).then_some("the Host field is not a host")
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

/// The bytes that a name may have: a table, as each request is looked at.
const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let others = b"-._~!$&'()*+,;=%";
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < others.len() {
        table[others[index] as usize] = true;
        index += 1;
    }
    table
};

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
