//! An answer: status, header fields, body. It must not know the request; `write` fits the one to
//! the other.

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, HeaderName},
};

use crate::{body::Body, error::Error};

/// An answer: status, header fields, body.
///
/// ```
/// use gustnado_core::Response;
///
/// let response = Response::new(200).with_text("hello");
/// assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
/// ```
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
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
        Self {
            status,
            headers: HeaderMap::new(),
            body: Body::empty(),
        }
    }

    /// Replaces the status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Sets a header field, replacing what it had.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
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
        self.body = body.into();
        self
    }

    /// Sets the body and says what it is.
    #[must_use]
    pub fn with_content(self, content_type: &'static str, body: impl Into<Body>) -> Self {
        self.with_header(CONTENT_TYPE, HeaderValue::from_static(content_type))
            .with_body(body)
    }

    /// Sets a body of plain text.
    #[must_use]
    pub fn with_text(self, text: impl Into<Body>) -> Self {
        self.with_content("text/plain; charset=utf-8", text)
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The header fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The header fields, to change.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Takes it apart.
    #[must_use]
    pub fn into_parts(self) -> (StatusCode, HeaderMap, Body) {
        (self.status, self.headers, self.body)
    }
}

impl<B> From<http::Response<B>> for Response
where
    B: Into<Body>,
{
    fn from(response: http::Response<B>) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body: body.into(),
        }
    }
}
