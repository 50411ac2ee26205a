//! Puts the headers that all answers of a route have on one of them. It must not know where they are from,
//! nor requests.

use bytes::Bytes;
use http::{HeaderMap, header::Entry};

use crate::{defaults::Defaults, response::Response};

/// Puts headers on an answer that does not have them. Each name is looked up once, as nearly every
/// answer gets some.
pub(crate) fn dress(response: Response, defaults: &Defaults) -> Response {
    with_headers(response, defaults.all())
}

/// The same, with as many of them as lines as can be, if they may be lines at all: that costs a tenth.
pub(crate) fn dress_lightly(
    response: Response,
    defaults: &Defaults,
    lines: bool,
) -> (Response, Bytes) {
    let has_none = || response.line().is_some() || !defaults.are_in(response.headers());
    if lines
        && has_none()
        && let Some((rest, lines)) = defaults.lines()
    {
        return (with_headers(response, rest), lines);
    }
    (dress(response, defaults), Bytes::new())
}

#[inline]
pub(crate) fn with_headers(response: Response, defaults: &HeaderMap) -> Response {
    if defaults.is_empty() {
        return response;
    }
    with_more_headers(response, defaults)
}

fn with_more_headers(mut response: Response, defaults: &HeaderMap) -> Response {
    let headers = response.headers_mut();
    let mut added = None;
    for (name, value) in defaults {
        // The values of a name come one behind the other.
        if added == Some(name) {
            headers.append(name, value.clone());
        } else if let Entry::Vacant(place) = headers.entry(name) {
            place.insert(value.clone());
            added = Some(name);
        }
    }
    response
}
