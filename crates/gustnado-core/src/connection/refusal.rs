//! Answers that the driver writes itself, because there is no request to answer.

use std::time::SystemTime;

use super::http1::Fault;
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

/// What is no request, and why.
pub(super) fn unreadable(fault: Fault, limits: &Limits) -> Vec<u8> {
    let detail = match fault {
        Fault::TooLarge => {
            let detail = format!(
                "the head of a request may have at most {} bytes and {} fields",
                limits.head_bytes, limits.headers
            );
            return answer("431 Request Header Fields Too Large", &detail);
        }
        Fault::Preface if !cfg!(feature = "http2") => {
            // What is spoken is said, too (RFC 9110 section 15.6.6).
            let detail = "this server speaks HTTP/1.1 and HTTP/1.0, and not HTTP/2";
            return answer("505 HTTP Version Not Supported", detail);
        }
        Fault::Preface => "HTTP/2 begins with its preface, and not within HTTP/1.1",
        Fault::Ended => "the request ended within its head",
        Fault::Broken(why) => why,
    };
    answer("400 Bad Request", detail)
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
