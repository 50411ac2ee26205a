//! What a handler says besides its verbs: options of its route, and hooks that need no instance.
//! It must not know who obeys them.

use http::HeaderMap;

use crate::extract::WriteErrorFn;

/// What becomes of a handler whose client has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClientGone {
    /// It is dropped at its next `.await`.
    #[default]
    Cancel,
    /// It goes on to its end, for what must not be left half done.
    Finish,
}

/// What a route, or a verb of it, says otherwise than its application.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Bytes of a request body.
    pub(crate) body_limit: Option<usize>,
    pub(crate) client_gone: Option<ClientGone>,
}

impl Options {
    #[must_use]
    pub const fn none() -> Self {
        Self {
            body_limit: None,
            client_gone: None,
        }
    }

    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    #[must_use]
    pub const fn client_gone(mut self, policy: ClientGone) -> Self {
        self.client_gone = Some(policy);
        self
    }

    /// These, and where they say nothing the others.
    pub(crate) fn or(self, others: Self) -> Self {
        Self {
            body_limit: self.body_limit.or(others.body_limit),
            client_gone: self.client_gone.or(others.client_gone),
        }
    }
}

/// The hooks of a handler that are called without an instance, as there may be none.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Hooks {
    pub(crate) write_error: Option<WriteErrorFn>,
    pub(crate) default_headers: Option<fn(&mut HeaderMap)>,
}

impl Hooks {
    #[must_use]
    pub const fn none() -> Self {
        Self {
            write_error: None,
            default_headers: None,
        }
    }

    #[must_use]
    pub const fn write_error(mut self, hook: WriteErrorFn) -> Self {
        self.write_error = Some(hook);
        self
    }

    #[must_use]
    pub const fn default_headers(mut self, hook: fn(&mut HeaderMap)) -> Self {
        self.default_headers = Some(hook);
        self
    }
}
