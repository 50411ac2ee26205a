//! An answer: status, header fields, body. It must not know the request; `write` fits the one to
//! the other.

use http::{
    HeaderMap, HeaderValue, StatusCode, Version,
    header::{self, CONTENT_TYPE, HeaderName},
};

use crate::{
    body::Body,
    error::Error,
    fields,
    lines::{Lines, Text},
    spare::{self, Spare},
};

thread_local! {
    static SPARE: Spare<Response> = const { Spare::new() };
}

/// The types of content that most answers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usual {
    Text,
    Html,
    #[cfg(feature = "json")]
    Json,
    Bytes,
}

impl Usual {
    /// Its value, checked when it was compiled: checking one costs more than sending it.
    const fn value(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            #[cfg(feature = "json")]
            Self::Json => "application/json",
            Self::Bytes => "application/octet-stream",
        })
    }

    /// Its field as a line of HTTP/1.
    const fn line(self) -> &'static [u8] {
        match self {
            Self::Text => b"content-type: text/plain; charset=utf-8\r\n",
            Self::Html => b"content-type: text/html; charset=utf-8\r\n",
            #[cfg(feature = "json")]
            Self::Json => b"content-type: application/json\r\n",
            Self::Bytes => b"content-type: application/octet-stream\r\n",
        }
    }
}

/// An answer: status, header fields, body.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Response;
///
/// let response = Response::new(200).with_text("hello");
/// assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
/// ```
///
/// It is one pointer: it is handed from future to future, and a head has 110 bytes.
#[derive(Debug)]
pub struct Response(Box<Inner>);

#[derive(Debug)]
struct Inner {
    http: http::Response<Body>,
    /// Its type, where it is for certain the only field that it has.
    only: Option<Usual>,
    /// Fields that are not in the map yet.
    lines: Lines,
}

impl Response {
    /// An empty answer with this status. A number that is no status is a mistake in the program
    /// and becomes 500.
    #[must_use]
    pub fn new(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::with_code(status)
    }

    /// An empty answer with this status.
    #[must_use]
    pub fn with_code(status: StatusCode) -> Self {
        let mut response = Self::spare();
        if response.0.only.is_some() {
            response.headers_mut().clear();
        }
        *response.0.http.status_mut() = status;
        response
    }

    /// A 200 of one of the usual types.
    pub(crate) fn of(usual: Usual, body: impl Into<Body>) -> Self {
        let mut response = Self::spare();
        if response.0.only != Some(usual) {
            response.headers_mut().insert(CONTENT_TYPE, usual.value());
            response.0.only = Some(usual);
        }
        *response.0.http.status_mut() = StatusCode::OK;
        response.with_body(body)
    }

    /// One without content, that has no field, or its type and no other.
    #[inline]
    fn spare() -> Self {
        SPARE.with(Spare::take).unwrap_or_else(Self::fresh)
    }

    #[cold]
    fn fresh() -> Self {
        let mut http = http::Response::new(Body::empty());
        *http.headers_mut() = spare::take();
        Self(Box::new(Inner {
            http,
            only: None,
            lines: Lines::default(),
        }))
    }

    /// Replaces the status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        *self.0.http.status_mut() = status;
        self
    }

    /// The 304 in place of this answer, for a client that has its bytes: what is said of the answer
    /// is left, what is said of the bytes that are not sent goes (RFC 9110 section 15.4.5).
    ///
    /// Answers of handlers with an `ETag` become one by themselves.
    #[must_use]
    pub fn not_modified(self) -> Self {
        let mut response = self.with_status(StatusCode::NOT_MODIFIED);
        for name in OF_THE_BYTES {
            response.headers_mut().remove(name);
        }
        response.take_body();
        response
    }

    /// Sets a header field, replacing what it had.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers_mut().insert(name, value);
        self
    }

    /// Sets a header field from text.
    ///
    /// # Errors
    /// 500 when the value has a byte that would split the answer.
    pub fn try_header(self, name: HeaderName, value: &str) -> Result<Self, Error> {
        let value = HeaderValue::from_str(value).map_err(Error::internal)?;
        Ok(self.with_header(name, value))
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Body>) -> Self {
        *self.0.http.body_mut() = body.into();
        self
    }

    /// Sets the body and says what it is.
    #[must_use]
    pub fn with_content(self, content_type: &'static str, body: impl Into<Body>) -> Self {
        self.with_typed(HeaderValue::from_static(content_type), body)
    }

    /// Sets a body of plain text.
    #[must_use]
    pub fn with_text(self, text: impl Into<Body>) -> Self {
        self.with_typed(Usual::Text.value(), text)
    }

    /// Sets the body and says what it is by a value that was checked when it was compiled.
    pub(crate) fn with_typed(self, content_type: HeaderValue, body: impl Into<Body>) -> Self {
        self.with_header(CONTENT_TYPE, content_type).with_body(body)
    }

    /// Marks it as one that nobody wants to read of.
    pub(crate) fn quiet(mut self) -> Self {
        self.extend(Quiet);
        self
    }

    /// Has something go with it to the connection.
    pub(crate) fn extend(&mut self, with: impl Clone + Send + Sync + 'static) {
        self.0.http.extensions_mut().insert(with);
    }

    /// The same as others know it.
    pub(crate) fn as_http(&mut self) -> &mut http::Response<Body> {
        self.tell();
        &mut self.0.http
    }

    /// Adds a field as it came over HTTP/1 to whoever hands it on, beside those of the same name. It is
    /// known to be a name and a value. Over HTTP/1 it leaves as it came, and no map is made of it unless
    /// somebody asks for one.
    #[doc(hidden)]
    #[inline]
    pub fn hand_on(&mut self, name: &[u8], value: &[u8]) {
        if self.0.lines.put(name, value) {
            return;
        }
        self.0.only = None;
        fields::append(self.0.http.headers_mut(), name, value);
    }

    /// Fields that are to be written as they are, with where their names are, and the map of all others;
    /// nothing where there are none but those of the map.
    #[inline]
    pub(crate) fn take_lines(&mut self) -> Option<(Text<'_>, &mut HeaderMap)> {
        if self.0.lines.is_empty() {
            return None;
        }
        self.0.only = None;
        let Inner { http, lines, .. } = &mut *self.0;
        Some((lines.take(), http.headers_mut()))
    }

    /// Has all fields be in the map, of which nothing is known then.
    #[inline]
    fn tell(&mut self) {
        let Inner { http, only, lines } = &mut *self.0;
        *only = None;
        if !lines.is_empty() {
            lines.move_to(http.headers_mut());
        }
    }

    /// Takes the body of an answer whose head was written. The rest makes room for another, with its
    /// type, which the next is likely to have.
    pub(crate) fn into_body(mut self) -> Body {
        let body = self.take_body();
        if !spare::has_room_for_many(self.0.http.headers()) {
            let Inner { http, only, lines } = &mut *self.0;
            lines.take();
            if only.is_none() {
                http.headers_mut().clear();
            }
            http.extensions_mut().clear();
            *http.version_mut() = Version::default();
            SPARE.with(|spare| spare.keep(self));
        }
        body
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.http.status()
    }

    /// All of its fields as a line of HTTP/1, where they are one of the usual types and nothing else. Most
    /// answers are such, and then nobody need look at each field.
    #[inline]
    pub(crate) fn line(&self) -> Option<&'static [u8]> {
        let only = self.0.only.filter(|_| self.0.lines.is_empty());
        only.map(Usual::line)
    }

    /// The header fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        let own = self.0.http.headers();
        if self.0.lines.is_empty() {
            return own;
        }
        self.0.lines.with(own)
    }

    /// The header fields, to change.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        self.tell();
        self.0.http.headers_mut()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        self.0.http.body()
    }

    pub(crate) fn body_mut(&mut self) -> &mut Body {
        self.0.http.body_mut()
    }

    /// Takes the body, leaving an empty one.
    pub fn take_body(&mut self) -> Body {
        std::mem::take(self.body_mut())
    }
}

const OF_THE_BYTES: [HeaderName; 8] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_DISPOSITION,
    header::CONTENT_RANGE,
    header::ACCEPT_RANGES,
    header::LAST_MODIFIED,
];

/// See [`Response::quiet`].
#[derive(Debug, Clone, Copy)]
struct Quiet;

/// Whether an answer was marked as one that nobody wants to read of.
pub(crate) fn is_quiet(response: &http::Response<Body>) -> bool {
    response.extensions().get::<Quiet>().is_some()
}

impl<B: Into<Body>> From<http::Response<B>> for Response {
    fn from(response: http::Response<B>) -> Self {
        Self(Box::new(Inner {
            http: response.map(Into::into),
            only: None,
            lines: Lines::default(),
        }))
    }
}

impl From<Response> for http::Response<Body> {
    fn from(mut response: Response) -> Self {
        response.tell();
        let mut blank = http::Response::new(Body::empty());
        *blank.headers_mut() = spare::take();
        let http = std::mem::replace(&mut response.0.http, blank);
        SPARE.with(|spare| spare.keep(response));
        http
    }
}

/// Whether an answer with this status never has a body (RFC 9110 sections 15.2, 15.3.5, 15.3.6 and
/// 15.4.5).
pub(crate) fn bodiless(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::RESET_CONTENT
        || status == StatusCode::NOT_MODIFIED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_answer_is_in_the_next() {
        let secret = HeaderValue::from_static("secret");
        let mut answer = Response::new(500).with_text("secret").quiet();
        answer.headers_mut().append(header::SET_COOKIE, secret);
        let at = std::ptr::from_ref(&*answer.0);
        assert_eq!(answer.into_body().as_full(), Some(&b"secret"[..]));
        let mut next = Response::with_code(StatusCode::CREATED);
        assert_eq!(at, std::ptr::from_ref(&*next.0), "a box of its own");
        assert_eq!(next.status(), 201);
        assert!(next.headers().is_empty() && next.body().as_full().is_none());
        assert!(!is_quiet(next.as_http()));
    }

    #[test]
    fn a_usual_type_is_one_line() {
        let all = [
            Usual::Text,
            Usual::Html,
            #[cfg(feature = "json")]
            Usual::Json,
            Usual::Bytes,
        ];
        for usual in all {
            let value = usual.value();
            let line = format!("content-type: {}\r\n", value.to_str().unwrap());
            let answer = Response::of(usual, "a");
            assert_eq!(answer.line(), Some(line.as_bytes()));
            assert_eq!(answer.with_header(header::SERVER, value).line(), None);
        }
    }

    #[test]
    fn what_is_handed_on_is_seen_by_whoever_looks() {
        let handed = || {
            let mut answer = Response::new(200).with_text("a");
            answer.hand_on(b"ETag", b"\"1\"");
            answer.hand_on(b"Date", b"now");
            answer
        };
        type Look = fn(Response) -> HeaderMap;
        let looks: [Look; 4] = [
            |answer| answer.headers().clone(),
            |mut answer| answer.headers_mut().clone(),
            |mut answer| answer.as_http().headers().clone(),
            |answer| http::Response::from(answer).headers().clone(),
        ];
        for look in looks {
            let seen = look(handed());
            assert_eq!(seen.len(), 3, "{seen:?}");
            assert!(seen[header::ETAG] == "\"1\"" && seen[header::DATE] == "now");
        }
        let mut answer = handed();
        let ((lines, names), beside) = answer.take_lines().unwrap();
        assert_eq!((&lines[..], names.len()), (&b"ETag: \"1\"\r\n"[..], 1));
        assert_eq!(lines[names[0].clone()], *b"ETag");
        assert_eq!(beside.len(), 2);
        assert!(answer.take_lines().is_none());
        // Nothing of it is in the next.
        handed().into_body();
        let next = Response::with_code(StatusCode::OK);
        assert!(next.headers().is_empty() && next.0.lines.is_empty());
    }

    #[test]
    fn an_answer_has_its_own_type_whatever_the_last_had() {
        // Of a type, what more is said of it, and what is left for the next.
        type More = fn(Response) -> Response;
        type Next = (fn() -> Response, &'static [&'static str]);
        let more: [(More, Option<Usual>); 4] = [
            (|answer| answer, Some(Usual::Text)),
            (
                |answer| answer.with_status(StatusCode::CREATED),
                Some(Usual::Text),
            ),
            (
                |answer| answer.with_header(header::SERVER, Usual::Html.value()),
                None,
            ),
            (
                |mut answer| {
                    answer.headers_mut().remove(CONTENT_TYPE);
                    answer
                },
                None,
            ),
        ];
        for (more, left) in more {
            let next: [Next; 4] = [
                (
                    || Response::of(Usual::Text, "b"),
                    &["text/plain; charset=utf-8"],
                ),
                (
                    || Response::of(Usual::Html, "b"),
                    &["text/html; charset=utf-8"],
                ),
                (|| Response::new(200).with_body("b"), &[]),
                (
                    || Response::new(200).with_text("b"),
                    &["text/plain; charset=utf-8"],
                ),
            ];
            for (next, types) in next {
                let answer = more(Response::of(Usual::Text, "a"));
                answer.into_body();
                let spare = Response::spare();
                assert_eq!(spare.0.only, left);
                SPARE.with(|all| all.keep(spare));
                let next = next();
                let fields: Vec<_> = next.headers().iter().collect();
                let named = |(name, value): &(&HeaderName, &HeaderValue)| {
                    assert_eq!(*name, CONTENT_TYPE);
                    value.to_str().unwrap().to_owned()
                };
                assert_eq!(fields.iter().map(named).collect::<Vec<_>>(), types);
                assert_eq!(next.status(), 200);
            }
        }
    }
}
