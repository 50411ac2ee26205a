//! Fits an answer to its request: whether the client has it, what HEAD, 204 and 304 may carry, and
//! the length. Only this file makes an [`Outgoing`]; the connection frames it.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;

use crate::{
    body::Body,
    ready::ReadyMade,
    request::Request,
    response::{Response, bodiless},
    tag,
};

/// An answer as it goes out.
#[derive(Debug)]
pub(crate) struct Outgoing {
    response: Response,
    lines: Bytes,
}

impl Outgoing {
    /// Adds a field that says nothing of the answer itself, unless it has one.
    pub(crate) fn add_header(&mut self, name: HeaderName, value: HeaderValue) {
        self.response.headers_mut().entry(name).or_insert(value);
    }

    pub(crate) fn into_http(self) -> http::Response<Body> {
        self.into_parts().0
    }

    /// The answer, and header fields of it as lines that are still to be written at the end of its head.
    pub(crate) fn into_parts(self) -> (http::Response<Body>, Bytes) {
        (self.response.into(), self.lines)
    }

    /// The same, as it is: to be written, and then given back.
    pub(crate) fn into_response(self) -> (Response, Bytes) {
        (self.response, self.lines)
    }

    /// With header fields that are written as lines.
    pub(crate) fn with_lines(mut self, lines: Bytes) -> Self {
        self.lines = lines;
        self
    }
}

/// Makes the answer to a request whose method was HEAD, or was not. With a request whose handler
/// answered, it is 304 where the client has what the answer's tag stands for.
pub(crate) fn outgoing(head: bool, asked: Option<&Request>, mut response: Response) -> Outgoing {
    let fields = match response.line() {
        Some(_type_only) => Fields::default(),
        None => Fields::of(&response),
    };
    if fields.tag
        && let Some(request) = asked
        && client_has_it(request, &response)
    {
        response = response.not_modified();
    }
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
    } else if fields.wrong_length {
        tracing::warn!("an answer's Content-Length is not that of its body");
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    Outgoing {
        response,
        lines: Bytes::new(),
    }
}

/// Makes an answer of one that was made before, whose head is these lines.
#[inline]
pub(crate) fn ready(head: bool, made: &ReadyMade, lines: Bytes) -> Outgoing {
    let mut response = Response::with_code(made.head().status());
    if !head {
        response = response.with_body(made.body());
    } else if let Some(length) = made.head().fields().get(header::CONTENT_LENGTH) {
        response = response.with_header(header::CONTENT_LENGTH, length.clone());
    }
    Outgoing { response, lines }
}

/// What an answer's own fields say. Answers have few: comparing their names is quicker than hashing
/// one.
#[derive(Default)]
struct Fields {
    /// A length is sent as it is given. What of the body is behind it would be read
    /// as the next answer.
    wrong_length: bool,
    tag: bool,
}

impl Fields {
    fn of(response: &Response) -> Self {
        let mut fields = Self::default();
        for (name, value) in response.headers() {
            if *name == header::CONTENT_LENGTH {
                fields.wrong_length |= is_wrong(value, response.body());
            } else if *name == header::ETAG {
                fields.tag = true;
            }
        }
        fields
    }
}

fn is_wrong(length: &HeaderValue, body: &Body) -> bool {
    let given = length.to_str().ok().and_then(|given| given.parse().ok());
    let known = body.size_hint().exact();
    known.is_some_and(|known| given != Some(known))
}

/// Whether the client has what this answer's tag stands for (RFC 9110 section 13.1.2).
fn client_has_it(request: &Request, response: &Response) -> bool {
    if response.status() != StatusCode::OK
        || !matches!(*request.method(), Method::GET | Method::HEAD)
    {
        return false;
    }
    let Some(tag) = response.headers().get(header::ETAG) else {
        return false;
    };
    let mut lines = request.headers().get_all(header::IF_NONE_MATCH).iter();
    lines.any(|line| tag::matches_weakly(tag, line))
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
        let http = outgoing(head, None, response).into_http();
        let length = http.headers().get(header::CONTENT_LENGTH);
        let length = length.map_or("", |length| length.to_str().unwrap());
        let body = http.body().as_full().map_or(0, <[u8]>::len);
        (http.status().as_u16(), body, length.into())
    }

    #[test]
    fn answers_fit_their_requests() {
        let table = [
            // The connection adds the length where there is none.
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

    /// The status and the names of the fields that are left of a tagged answer.
    fn asked(
        method: Method,
        lines: &[&'static str],
        status: u16,
        tag: &'static str,
    ) -> (u16, String) {
        let mut request = http::Request::new(Body::empty());
        *request.method_mut() = method;
        for line in lines {
            let line = HeaderValue::from_static(line);
            request.headers_mut().append(header::IF_NONE_MATCH, line);
        }
        let mut response = Response::new(status).with_text("0123456789");
        for (name, value) in [
            (header::ETAG, tag),
            (header::LAST_MODIFIED, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (header::CACHE_CONTROL, "no-cache"),
            (header::CONTENT_LOCATION, "/here"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'self'"),
            (header::EXPIRES, "0"),
            (header::DATE, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (header::VARY, "accept"),
            (header::SET_COOKIE, "a=b"),
        ] {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        let http = outgoing(false, Some(&request.into()), response).into_http();
        let names: Vec<_> = http.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(http.body().as_full().is_none(), http.status() == 304);
        (http.status().as_u16(), names.join(" "))
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        const TAG: &str = "\"abc\"";
        let table = [
            (Method::GET, vec![TAG], 200, TAG, 304),
            (Method::HEAD, vec![TAG], 200, TAG, 304),
            (
                Method::GET,
                vec!["\"x\"", "\"y\", W/\"abc\""],
                200,
                TAG,
                304,
            ),
            (Method::GET, vec![TAG], 200, "W/\"abc\"", 304),
            (Method::GET, vec!["*"], 200, TAG, 304),
            (Method::GET, vec!["\"x\""], 200, TAG, 200),
            (Method::GET, vec![], 200, TAG, 200),
            // The rule is one for what would have been a 200 to these two.
            (Method::POST, vec![TAG], 200, TAG, 200),
            (Method::GET, vec![TAG], 201, TAG, 201),
            (Method::GET, vec![TAG], 404, TAG, 404),
        ];
        for (method, lines, status, tag, expected) in table {
            let what = format!("{method} {lines:?} {status} {tag}");
            assert_eq!(asked(method, &lines, status, tag).0, expected, "{what}");
        }
    }

    #[test]
    fn a_304_says_nothing_of_bytes_it_does_not_have() {
        let (_, names) = asked(Method::GET, &["*"], 200, "\"abc\"");
        let mut names: Vec<_> = names.split(' ').collect();
        names.sort_unstable();
        let expected = "cache-control content-location content-security-policy date etag expires \
                        set-cookie vary";
        assert_eq!(names.join(" "), expected);
    }
}
