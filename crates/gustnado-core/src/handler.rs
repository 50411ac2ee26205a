//! Handlers, as the runtime sees them: a table of verbs over a struct's inputs, and the one path
//! from the second to the first. It must not know routes but for the template it carries.

use std::{fmt, future::Future, panic::Location};

use crate::{
    error::Error,
    extract::{BoxFuture, Cx, Inputs, Slots, fill_body, fill_head, unfilled},
    response::Response,
};

/// The verbs of a handler. Written by `#[verbs]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has a route but no verbs",
    label = "add `#[verbs] impl {Self} {{ … }}`",
    note = "its async methods named get, post, put, patch, delete … answer the request"
)]
pub trait Verbs: Inputs {
    /// One entry a verb, in the order written.
    const VERBS: &'static [Verb];

    /// Runs after the fields are read and before the body is, as Tornado's does.
    fn prepare(&mut self) -> impl Future<Output = Result<(), Error>> + Send {
        std::future::ready(Ok(()))
    }
}

/// A handler: a struct whose fields are the request's inputs, with async methods that answer the
/// verbs. One instance lives per request.
///
/// Implemented by `#[derive(RequestHandler)]` together with `#[verbs]`, never by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no route",
    label = "add #[derive(RequestHandler)] and #[route(\"/…\")]"
)]
pub trait RequestHandler: Verbs {
    /// The type's name, with its module.
    const NAME: &'static str;

    /// The template of its route.
    const TEMPLATE: &'static str;

    /// Where it is written.
    const AT: &'static Location<'static>;
}

/// Calls a verb of a handler with a request.
#[doc(hidden)]
#[allow(
    unreachable_pub,
    reason = "named in the signature of what the macros write"
)]
pub type Call = for<'a> fn(&'a mut Cx) -> BoxFuture<'a, Result<Response, Error>>;

/// One verb of a handler.
#[doc(hidden)]
#[derive(Clone)]
pub struct Verb {
    pub(crate) method: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) call: Call,
}

impl Verb {
    #[must_use]
    pub const fn new(method: &'static str, doc: &'static str, call: Call) -> Self {
        Self { method, doc, call }
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verb({})", self.method)
    }
}

/// The life of a handler's instance: read the fields, make it, prepare it, read the body, call the
/// verb. Every line here is compiled once a verb, so there are few.
///
/// It boxes the future itself: that it can be sent is proved here, once, and not for each verb.
#[doc(hidden)]
pub fn run<H, A, F, R>(cx: &mut Cx, mut args: A, verb: F) -> BoxFuture<'_, Result<Response, Error>>
where
    H: Verbs,
    A: Slots,
    F: FnOnce(H, A::Values) -> R + Send + 'static,
    R: Future<Output = Result<Response, Error>> + Send + 'static,
{
    Box::pin(async move {
        let mut fields = H::slots();
        let body = fill_head(cx, &mut fields, &mut args).await?;
        let mut this = H::make(fields.take().ok_or_else(unfilled)?);
        this.prepare().await?;
        if body {
            fill_body(cx, &mut args).await?;
        }
        verb(this, args.take().ok_or_else(unfilled)?).await
    })
}
