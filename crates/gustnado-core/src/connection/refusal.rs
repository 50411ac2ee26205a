//! Answers that the driver writes itself, because there is no request to answer.

use std::time::SystemTime;

/// 408 (RFC 9110 section 15.5.9), as bytes. The connection closes behind it.
pub(super) fn request_timeout() -> Vec<u8> {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let body =
        r#"{"title":"Request Timeout","status":408,"detail":"the request did not arrive in time"}"#;
    let length = body.len();
    format!(
        "HTTP/1.1 408 Request Timeout\r\ncontent-type: application/problem+json\r\n\
         content-length: {length}\r\nconnection: close\r\ndate: {date}\r\n\r\n{body}"
    )
    .into_bytes()
}
