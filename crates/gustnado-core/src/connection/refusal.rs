//! Answers that the driver writes itself, because there is no request to answer.

use std::time::SystemTime;

use http::StatusCode;

use super::http1::Fault;
use crate::{access::Access, limits::Limits};

/// An answer behind which the connection closes: a problem (RFC 9457).
pub(super) struct Refusal {
    status: StatusCode,
    detail: String,
}

impl Refusal {
    /// A head that did not come in time (RFC 9110 section 15.5.9).
    pub(super) fn request_timeout(limits: &Limits) -> Self {
        let detail = format!(
            "the head of the request did not arrive within {:?}",
            limits.head_time
        );
        Self {
            status: StatusCode::REQUEST_TIMEOUT,
            detail,
        }
    }

    /// What is no request, and why.
    pub(super) fn unreadable(fault: Fault, limits: &Limits) -> Self {
        let mut status = StatusCode::BAD_REQUEST;
        let detail = match fault {
            Fault::TooLarge => {
                status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
                format!(
                    "the head of a request may have at most {} bytes and {} fields",
                    limits.head_bytes, limits.headers
                )
            }
            Fault::Preface if !cfg!(feature = "http2") => {
                // What is spoken is said, too (RFC 9110 section 15.6.6).
                status = StatusCode::HTTP_VERSION_NOT_SUPPORTED;
                "this server speaks HTTP/1.1 and HTTP/1.0, and not HTTP/2".into()
            }
            Fault::Preface => "HTTP/2 begins with its preface, and not within HTTP/1.1".into(),
            Fault::Ended => "the request ended within its head".into(),
            Fault::Broken(why) => why.into(),
        };
        Self { status, detail }
    }

    /// As bytes. `quiet` has its line in the log told below the others.
    pub(super) fn words(&self, mut access: Access, quiet: bool) -> Vec<u8> {
        let date = httpdate::fmt_http_date(SystemTime::now());
        let (code, detail) = (self.status.as_u16(), &self.detail);
        let title = self.status.canonical_reason().unwrap_or_default();
        // Written as JSON has it: what is said here is ASCII.
        let body = format!(r#"{{"title":{title:?},"status":{code},"detail":{detail:?}}}"#);
        let length = body.len();
        let id = access.refused(self.status, quiet, length);
        let id = id.map_or_else(String::new, |id| format!("x-request-id: {id}\r\n"));
        format!(
            "HTTP/1.1 {code} {title}\r\ncontent-type: application/problem+json\r\n\
             content-length: {length}\r\nconnection: close\r\n{id}date: {date}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_problems() {
        let refusal = Refusal::request_timeout(&Limits::default()).words(Access::NONE, false);
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
