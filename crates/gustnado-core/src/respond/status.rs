//! Answers that say something by their status: created, no content, any status with any reply.

use http::StatusCode;

use super::IntoResponse;
use crate::{
    describe::{Operation, Reply, Status},
    error::Error,
    response::Response,
};

/// 201 with the URL of what was made, and the thing itself as JSON.
#[cfg(feature = "json")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<T>(pub String, pub T);

#[cfg(feature = "json")]
impl<T: serde_core::Serialize> IntoResponse for Created<T> {
    fn describe(operation: &mut Operation) {
        let content = crate::describe::Content::json::<T>();
        operation
            .push_reply(Reply::of(Status::Exactly(201), Some(content)).with_header("Location"));
    }

    fn into_response(self) -> Result<Response, Error> {
        let response = super::Json(self.1).into_response()?;
        response
            .with_status(StatusCode::CREATED)
            .try_header(http::header::LOCATION, &self.0)
    }
}

/// 204: done, and there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoContent;

impl IntoResponse for NoContent {
    fn describe(operation: &mut Operation) {
        operation.reply(204, None);
    }

    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::with_code(StatusCode::NO_CONTENT))
    }
}

impl IntoResponse for () {
    fn describe(operation: &mut Operation) {
        NoContent::describe(operation);
    }

    fn into_response(self) -> Result<Response, Error> {
        NoContent.into_response()
    }
}

/// A status alone.
impl IntoResponse for StatusCode {
    fn describe(operation: &mut Operation) {
        operation.push_reply(Reply::of(Status::Any, None));
    }

    fn into_response(self) -> Result<Response, Error> {
        Ok(Response::with_code(self))
    }
}

/// A reply with another status.
#[diagnostic::do_not_recommend]
impl<T: IntoResponse> IntoResponse for (StatusCode, T) {
    fn describe(operation: &mut Operation) {
        operation.of_any_status(T::describe);
    }

    fn into_response(self) -> Result<Response, Error> {
        Ok(self.1.into_response()?.with_status(self.0))
    }
}
