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
    } else if head {
        let body = response.take_body();
        // The length that GET would have had (section 9.3.2), where it is known.
        if let Some(length) = body.size_hint().exact() {
            let length = HeaderValue::from(length);
            let headers = response.headers_mut();
            headers.entry(header::CONTENT_LENGTH).or_insert(length);
        }
    }
    Outgoing(response.into())
}

/// Whether an answer with this status never has a body (sections 15.2, 15.3.5 and 15.4.5).
fn bodiless(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
}
