//! Answers that the driver writes itself, because there is no request to answer.

use std::time::SystemTime;

use crate::limits::Limits;

/// A head that did not come in time (RFC 9110 section 15.5.9). The connection closes behind it, as
/// behind all of these.
pub(super) fn request_timeout(limits: &Limits) -> Vec<u8> {
    let detail = format!(
        "the head of the request did not arrive within {:?}",
        limits.head_time
    );
    answer("408 Request Timeout", &detail)
}

/// What hyper could not read as a request, and why.
pub(super) fn unreadable(error: &hyper::Error, limits: &Limits) -> Vec<u8> {
    if error.is_parse_too_large() {
        let detail = format!(
            "the head of a request may have at most {} bytes and {} fields",
            limits.head_bytes, limits.headers
        );
        return answer("431 Request Header Fields Too Large", &detail);
    }
    if error.is_parse_version_h2() {
        return answer(
            "400 Bad Request",
            "HTTP/2 begins with its preface, and not within HTTP/1.1",
        );
    }
    if error.is_incomplete_message() {
        return answer("400 Bad Request", "the request ended within its head");
    }
    answer("400 Bad Request", &error.to_string())
}

/// Whether these are the bytes of an answer without a body that says no more than why, as hyper writes
/// it by itself.
pub(super) fn is_bare(bytes: &[u8]) -> bool {
    let refuses = bytes.starts_with(b"HTTP/1.1 4") || bytes.starts_with(b"HTTP/1.0 4");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let empty = b"\r\ncontent-length: 0\r\n";
    refuses
        && end.is_some_and(|end| end + 4 == bytes.len())
        && bytes.windows(empty.len()).any(|part| part == empty)
}

/// Whether the head at the start of these bytes says that the connection closes.
pub(super) fn says_close(bytes: &[u8]) -> bool {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let close = b"\r\nconnection: close\r\n";
    let head = end.and_then(|end| bytes.get(..end + 2)).unwrap_or(bytes);
    head.windows(close.len()).any(|part| part == close)
}

/// A problem (RFC 9457) as bytes.
fn answer(status: &str, detail: &str) -> Vec<u8> {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let (code, title) = status.split_once(' ').unwrap_or((status, ""));
    // Written as JSON has it: what is said here is ASCII.
    let body = format!(r#"{{"title":{title:?},"status":{code},"detail":{detail:?}}}"#);
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/problem+json\r\n\
         content-length: {length}\r\nconnection: close\r\ndate: {date}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bare_and_what_is_not() {
        let bare = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        assert!(is_bare(bare.as_bytes()));
        assert!(says_close(bare.as_bytes()));
        let full = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        for other in [
            String::new(),
            full.to_owned(),
            full.to_owned() + bare,
            bare.replace(": 0", ": 1"),
            bare.to_owned() + "x",
        ] {
            assert!(!is_bare(other.as_bytes()), "{other}");
        }
        assert!(!says_close((full.to_owned() + bare).as_bytes()));
    }

    #[test]
    fn refusals_are_problems() {
        let refusal = request_timeout(&Limits::default());
        let text = String::from_utf8(refusal).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())));
        assert_eq!(
            body,
            r#"{"title":"Request Timeout","status":408,"detail":"the head of the request did not arrive within 10s"}"#
        );
    }
}
