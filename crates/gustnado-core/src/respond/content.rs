//! Answers that are content as it is: text, HTML, bytes, a body that streams.

use bytes::Bytes;

use super::IntoResponse;
use crate::{body::Body, error::Error, response::Response};

/// An HTML page, `text/html; charset=utf-8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html<T>(pub T);

impl<T: Into<Body>> IntoResponse for Html<T> {
    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::new(200).with_content("text/html; charset=utf-8", self.0))
    }
}

impl IntoResponse for &'static str {
    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::new(200).with_text(self))
    }
}

impl IntoResponse for String {
    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::new(200).with_text(self))
    }
}

/// `application/octet-stream`.
impl IntoResponse for Bytes {
    fn into_response(self) -> Result<Response, Error> {
        Body::from(self).into_response()
    }
}

/// `application/octet-stream`.
impl IntoResponse for Vec<u8> {
    fn into_response(self) -> Result<Response, Error> {
        Body::from(self).into_response()
    }
}

/// `application/octet-stream`. A body made by [`Body::stream`] is sent as it comes.
impl IntoResponse for Body {
    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::new(200).with_content("application/octet-stream", self))
    }
}
