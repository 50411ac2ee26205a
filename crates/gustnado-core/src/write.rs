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
pub(crate) fn outgoing(head: bool, response: Response) -> Outgoing {
    let (status, mut headers, mut body) = response.into_parts();
    if bodiless(status) {
        body = Body::empty();
        // RFC 9110 section 8.6: no length with 1xx and 204.
        headers.remove(header::CONTENT_LENGTH);
    } else if head {
        // The length that GET would have had (section 9.3.2), where it is known.
        if !headers.contains_key(header::CONTENT_LENGTH)
            && let Some(length) = body.size_hint().exact()
        {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        body = Body::empty();
    }
    let mut outgoing = http::Response::new(body);
    *outgoing.status_mut() = status;
    *outgoing.headers_mut() = headers;
    Outgoing(outgoing)
}

/// Whether an answer with this status never has a body (sections 15.2, 15.3.5 and 15.4.5).
fn bodiless(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
}
