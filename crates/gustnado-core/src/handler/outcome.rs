//! How a request ends, as hooks see and say it. It must not know verbs.

use crate::{error::Error, respond::IntoResponse, response::Response};

/// How a request came to its end, as the `on_finish` hook of its handler sees it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// A verb, or `prepare`, made this answer. One whose body streams is still to be sent.
    Answered(&'a Response),
    /// The body could not be read, or a verb or `prepare` failed.
    Failed(&'a Error),
    /// The handler panicked. The client is told 500.
    Panicked,
    /// The client left before there was an answer.
    ClientGone,
}

/// What `prepare` may return: nothing, or an answer that ends the request.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`prepare` cannot return `{Self}`",
    label = "write `()`, or `Option<…>` of a reply that is to end the request",
    note = "`async fn prepare(&mut self)`, `-> Result<(), E>`, `-> Option<Redirect>`, \
            `-> Result<Option<Redirect>, E>`"
)]
pub trait Prepared {
    fn into_answer(self) -> Result<Option<Response>, Error>;
}

impl Prepared for () {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        Ok(None)
    }
}

impl<R: IntoResponse> Prepared for Option<R> {
    fn into_answer(self) -> Result<Option<Response>, Error> {
        self.map(IntoResponse::into_response).transpose()
    }
}
