//! Fits an answer to its request: what HEAD, 204 and 304 may carry, and the length. Only this file
//! makes an [`Outgoing`]; hyper frames it.

use http::{HeaderValue, StatusCode, header};
use http_body::Body as _;

use crate::{body::Body, response::Response};

/// An answer as it goes out.
#[derive(Debug)]
pub(crate) struct Outgoing(http::Response<Body>);

impl Outgoing {
    pub(crate) fn into_http(self) -> http::Response<Body> {
        self.0
    }
}

/// Makes the answer to a request whose method was HEAD, or was not.
pub(crate) fn outgoing(head: bool, mut response: Response) -> Outgoing {
    if bodiless(response.status()) {
        response.take_body();
        // RFC 9110 section 8.6: no length with 1xx and 204.
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response = final_one(response);
    } else if head {
        let body = response.take_body();
        // The length that GET would have had (section 9.3.2), where it is known.
        if let Some(length) = body.size_hint().exact() {
            let length = HeaderValue::from(length);
            let headers = response.headers_mut();
            headers.entry(header::CONTENT_LENGTH).or_insert(length);
        }
    } else if has_wrong_length(&response) {
        tracing::warn!("an answer's Content-Length is not that of its body");
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    Outgoing(response.into())
}

/// hyper sends a length that it is given as it is. What of the body is behind it would be read as
/// the next answer.
fn has_wrong_length(response: &Response) -> bool {
    // Answers have few fields: comparing their names is quicker than hashing one.
    let mut fields = response.headers().iter();
    let Some((_, given)) = fields.find(|(name, _)| *name == header::CONTENT_LENGTH) else {
        return false;
    };
    let given = given.to_str().ok().and_then(|given| given.parse().ok());
    let known = response.body().size_hint().exact();
    known.is_some_and(|known| given != Some(known))
}

/// A 1xx promises that an answer follows (section 15.2), and there is none; but 101 ends HTTP.
fn final_one(response: Response) -> Response {
    let status = response.status();
    if !status.is_informational() || status == StatusCode::SWITCHING_PROTOCOLS {
        return response;
    }
    tracing::error!(status = status.as_u16(), "this status is no answer");
    Response::with_code(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Whether an answer with this status never has a body (sections 15.2, 15.3.5, 15.3.6 and
/// 15.4.5).
fn bodiless(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::RESET_CONTENT
        || status == StatusCode::NOT_MODIFIED
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of an answer with this status, length field and body of ten bytes.
    fn written(head: bool, status: u16, length: Option<&'static str>) -> (u16, usize, String) {
        let mut response = Response::new(status).with_text("0123456789");
        if let Some(length) = length {
            let length = HeaderValue::from_static(length);
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length);
        }
        let http = outgoing(head, response).into_http();
        let length = http.headers().get(header::CONTENT_LENGTH);
        let length = length.map_or("", |length| length.to_str().unwrap());
        let body = http.body().as_full().map_or(0, bytes::Bytes::len);
        (http.status().as_u16(), body, length.into())
    }

    #[test]
    fn answers_fit_their_requests() {
        let table = [
            // hyper adds the length where there is none.
            ((false, 200, None), (200, 10, "")),
            ((false, 200, Some("10")), (200, 10, "10")),
            ((true, 200, None), (200, 0, "10")),
            ((true, 200, Some("77")), (200, 0, "77")),
            // A wrong length would make the rest of the body look like the next answer.
            ((false, 200, Some("5")), (200, 10, "")),
            ((false, 200, Some("50")), (200, 10, "")),
            ((false, 200, Some("ten")), (200, 10, "")),
            // No body, whatever was made.
            ((false, 204, Some("10")), (204, 0, "")),
            ((false, 205, Some("10")), (205, 0, "")),
            ((false, 304, Some("10")), (304, 0, "")),
            ((true, 304, None), (304, 0, "")),
            // Not the end of an exchange, and so no answer; 101 is the end of HTTP.
            ((false, 100, None), (500, 0, "")),
            ((false, 103, None), (500, 0, "")),
            ((false, 101, None), (101, 0, "")),
        ];
        for ((head, status, length), (expected, body, left)) in table {
            let got = written(head, status, length);
            assert_eq!(
                got,
                (expected, body, left.into()),
                "{head} {status} {length:?}"
            );
        }
    }
}
