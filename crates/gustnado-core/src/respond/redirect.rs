//! Answers that send the client elsewhere.

use http::{StatusCode, header::LOCATION};

use super::IntoResponse;
use crate::{
    describe::{Operation, Reply, Status},
    error::Error,
    response::Response,
};

/// Sends the client to another URL.
///
/// A target that the program makes, such as `OneUser::url(7)` or the address of another site, is a
/// `String` and sent as it is given. One that comes with the request is to be read as a
/// [`LocalUrl`](crate::LocalUrl), which cannot lead to another site. A target that would split the
/// answer makes it a 500 whose cause is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    status: StatusCode,
    target: String,
}

impl Redirect {
    /// 303: look there with GET. What follows a form that was accepted (RFC 9110 section 15.4.4).
    pub fn see_other(target: impl Into<String>) -> Self {
        Self::new(StatusCode::SEE_OTHER, target)
    }

    /// 307: do the same there, this time (section 15.4.8).
    pub fn temporary(target: impl Into<String>) -> Self {
        Self::new(StatusCode::TEMPORARY_REDIRECT, target)
    }

    /// 308: do the same there, from now on (section 15.4.9). Browsers keep it.
    pub fn permanent(target: impl Into<String>) -> Self {
        Self::new(StatusCode::PERMANENT_REDIRECT, target)
    }

    fn new(status: StatusCode, target: impl Into<String>) -> Self {
        Self {
            status,
            target: target.into(),
        }
    }
}

impl IntoResponse for Redirect {
    fn describe(operation: &mut Operation) {
        operation.push_reply(Reply::of(Status::Class(3), None).with_header("Location"));
    }

    fn into_response(self) -> Result<Response, Error> {
        Response::with_code(self.status).try_header(LOCATION, &self.target)
    }
}
