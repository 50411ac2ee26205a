//! Answers that are content as it is: text, HTML, bytes, a body that streams.

use bytes::Bytes;

use super::IntoResponse;
use crate::{
    body::Body,
    describe::{Content, Operation, Shape},
    error::Error,
    response::{Response, Usual},
};

/// An HTML page, `text/html; charset=utf-8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html<T>(pub T);

impl<T: Into<Body>> IntoResponse for Html<T> {
    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::new("text/html", Shape::Text));
    }

    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::of(Usual::Html, self.0))
    }
}

impl IntoResponse for &'static str {
    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::new("text/plain", Shape::Text));
    }

    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::of(Usual::Text, self))
    }
}

impl IntoResponse for String {
    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::new("text/plain", Shape::Text));
    }

    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::of(Usual::Text, self))
    }
}

/// `application/octet-stream`.
impl IntoResponse for Bytes {
    fn describe(operation: &mut Operation) {
        <Body as IntoResponse>::describe(operation);
    }

    fn into_response(self) -> Result<Response, Error> {
        Body::from(self).into_response()
    }
}

/// `application/octet-stream`.
impl IntoResponse for Vec<u8> {
    fn describe(operation: &mut Operation) {
        <Body as IntoResponse>::describe(operation);
    }

    fn into_response(self) -> Result<Response, Error> {
        Body::from(self).into_response()
    }
}

/// `application/octet-stream`. A body made by [`Body::stream`] is sent as it comes.
impl IntoResponse for Body {
    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::new("application/octet-stream", Shape::Bytes));
    }

    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::of(Usual::Bytes, self))
    }
}
