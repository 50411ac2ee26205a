//! Bodies as they come, as inputs: bytes, text, the parts of a form, and the body itself. It must not
//! know what is in them.

use bytes::Bytes;

#[cfg(feature = "multipart")]
use super::multipart::Multipart;
use super::{
    context::Cx,
    media::{self, Media},
    need::Stage,
    typed::FromRequest,
};
use crate::{
    body::Body,
    describe::{Content, Operation, Shape},
    error::Error,
};

/// A body that may be left out, and how it fails.
fn optional(operation: &mut Operation, content: Content) {
    operation.body(content);
    operation.body_optional = true;
    cut_short(operation);
}

/// How any body fails.
fn cut_short(operation: &mut Operation) {
    operation.failure(400, "the body cannot be read");
    operation.failure(413, "the body is too large");
}

/// The body, to read as it comes.
impl FromRequest for Body {
    const STAGE: Stage = Stage::Body;

    fn describe(operation: &mut Operation) {
        // What goes wrong on the way is for the handler to see, and to pass on.
        optional(operation, Content::new("*/*", Shape::Bytes));
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        Ok(std::mem::take(cx.body_mut()))
    }
}

/// The body as it is, whatever it says it is; empty where there is none. 413 where it is too long.
impl FromRequest for Bytes {
    const STAGE: Stage = Stage::Body;

    fn describe(operation: &mut Operation) {
        optional(operation, Content::new("*/*", Shape::Bytes));
    }

    fn at_once(cx: &mut Cx) -> Option<Result<Self, Error>> {
        cx.body_mut().take_full().map(Ok)
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        cx.body_mut().collect().await
    }
}

/// 415 where the body is no multipart form, 400 where it has no boundary. What goes wrong later is
/// told when it is read.
#[cfg(feature = "multipart")]
impl FromRequest for Multipart {
    const STAGE: Stage = Stage::Body;

    fn describe(operation: &mut Operation) {
        operation.body(Content::new("multipart/form-data", Shape::Any));
        operation.failure(415, "the body is no multipart form");
        cut_short(operation);
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        let media = Media::of(cx.request());
        if !media.is_some_and(|media| media.is("multipart", "form-data")) {
            let detail = "the body must be a form, with Content-Type: multipart/form-data";
            return Err(Error::new(415, detail));
        }
        Self::of(cx)
    }
}

/// The body as text, as an argument of a verb.
///
/// It is empty where there is no body. 415 where the body says that it is something else than
/// `text/…`, or in another charset than UTF-8; 413 where it is too long; 400 where it is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(pub String);

impl FromRequest for Text {
    const STAGE: Stage = Stage::Body;

    fn describe(operation: &mut Operation) {
        operation.failure(415, "the body is no text");
        optional(operation, Content::new("text/plain", Shape::Text));
    }

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        if let Some(media) = Media::of(cx.request()) {
            if !media.is_kind("text") {
                let detail = "the body must be text, with Content-Type: text/plain";
                return Err(Error::new(415, detail));
            }
            if !media.is_utf8() {
                return Err(Error::new(415, "the body must be text in UTF-8"));
            }
        }
        let bytes = cx.body_mut().collect().await?;
        media::text(bytes).map(Self)
    }
}
