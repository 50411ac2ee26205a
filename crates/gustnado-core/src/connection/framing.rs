//! What hyper lets pass and another server on the way may read otherwise: whom a request is for, and
//! how its body is coded. It must not know what becomes of a refusal.

use http::{
    Version,
    header::{self, HeaderMap},
    request::Parts,
};
use http_body::Body as _;
use hyper::body::Incoming;

use super::target;
use crate::{error::Error, limits::Limits};

/// What is wrong with the head of a request.
pub(super) fn fault(head: &Parts, body: &Incoming, limits: &Limits) -> Option<Error> {
    if head.version > Version::HTTP_11 {
        // Over HTTP/1 hyper counts them.
        if head.headers.len() > limits.headers {
            let most = format!("a head may have at most {} fields", limits.headers);
            return Some(Error::new(431, most));
        }
        return target::authority_fault(head);
    }
    let detail = host(head);
    if detail.is_some() {
        return detail.map(|detail| Error::new(400, detail));
    }
    let fault = target::fault(head);
    if fault.is_some() {
        return fault;
    }
    // hyper sees to it that what is coded has no length, and what has one is not coded.
    let coded = body.size_hint().exact().is_none();
    coded.then(|| codings(&head.headers)).flatten()
}

/// Whether a body is chunked and the peer did not ask for the connection to close: if hyper closes it
/// all the same, the head had a `Content-Length`, too, which hyper takes out.
pub(super) fn may_conflict(head: &Parts, body: &Incoming) -> bool {
    head.version == Version::HTTP_11
        && body.size_hint().exact().is_none()
        && !head.headers.contains_key(header::CONNECTION)
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
