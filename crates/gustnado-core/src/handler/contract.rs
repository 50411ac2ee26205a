//! What makes a struct of inputs a handler: its verbs and its route. The macros write these; it must
//! not know routes but for the template.

use std::{future::Future, panic::Location};

use super::{
    options::{Hooks, Options},
    outcome::Outcome,
    verb::Verb,
};
use crate::{error::Error, extract::Inputs, response::Response};

/// The verbs of a handler, and its hooks. Written by `#[verbs]`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has a route but no verbs",
    label = "add `#[verbs] impl {Self} {{ … }}`",
    note = "its async methods named get, post, put, patch, delete … answer the request"
)]
pub trait Verbs: Inputs {
    /// One entry a verb, in the order written.
    const VERBS: &'static [Verb];

    /// The hooks that need no instance.
    const HOOKS: Hooks = Hooks::none();

    /// Whether it has the hook `prepare`, which may have to wait.
    const PREPARES: bool = false;

    /// Runs after the fields are read and before the body is, as Tornado's does. An answer of its
    /// own ends the request.
    fn prepare(&mut self) -> impl Future<Output = Result<Option<Response>, Error>> + Send {
        std::future::ready(Ok(None))
    }

    /// Runs when the request is over, in handlers that have the hook; see [`run_to_finish`].
    fn on_finish(&mut self, outcome: &Outcome<'_>) {
        let _ = outcome;
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

    /// Its doc comment, where that is told.
    #[doc(hidden)]
    const DOC: &'static str = "";

    /// What its route says for all its verbs.
    #[doc(hidden)]
    const OPTIONS: Options = Options::none();
}

/// A handler as a value: all that is known of it before it has a route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) at: &'static Location<'static>,
    pub(crate) verbs: &'static [Verb],
    pub(crate) hooks: Hooks,
    pub(crate) options: Options,
}

impl Definition {
    pub(crate) fn of<H: RequestHandler>() -> Self {
        Self {
            name: H::NAME,
            doc: H::DOC,
            at: H::AT,
            verbs: H::VERBS,
            hooks: H::HOOKS,
            options: H::OPTIONS,
        }
    }
}
