//! A verb as a value: a line of a handler's table. It must not know the handler.

use std::fmt;

use super::{called::Called, options::Options};
use crate::{describe::Operation, error::Error, extract::Cx};

/// Calls a verb of a handler with a request.
#[doc(hidden)]
#[allow(
    unreachable_pub,
    reason = "named in the signature of what the macros write"
)]
pub type Call = fn(&mut Cx) -> Result<Called, Error>;

/// One verb of a handler.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Verb {
    pub(crate) method: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) call: Call,
    pub(crate) options: Options,
    /// Says what its signature says, where that is known.
    pub(crate) describe: Option<fn(&mut Operation)>,
}

impl Verb {
    #[must_use]
    pub const fn new(method: &'static str, doc: &'static str, call: Call) -> Self {
        Self {
            method,
            doc,
            call,
            options: Options::none(),
            describe: None,
        }
    }

    #[must_use]
    pub const fn with(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    #[must_use]
    pub const fn described(mut self, describe: fn(&mut Operation)) -> Self {
        self.describe = Some(describe);
        self
    }
}

/// What calling a verb takes, without its words: small, as it is copied for each request.
#[derive(Clone, Copy)]
pub(crate) struct Action {
    pub(crate) call: Call,
    pub(crate) options: Options,
}

impl Verb {
    pub(crate) fn action(&self) -> Action {
        Action {
            call: self.call,
            options: self.options,
        }
    }
}

impl fmt::Debug for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verb({})", self.method)
    }
}
