//! What an application is put together from, as it was given. It must not know what is wrong with
//! it.

use std::{panic::Location, sync::Arc};

use http::{HeaderMap, HeaderValue};

use super::{
    group::Group,
    problem::{At, BuildProblem},
};
use crate::{
    extract::{Shared, WriteError},
    handler::{Definition, RequestHandler},
    limits::Limits,
    middleware::Layers,
    mount::Mount,
    router::Guard,
    state::State,
};

/// What a group says and holds, or the application.
pub(super) struct Parts {
    pub(super) prefix: String,
    /// Where it was made.
    pub(super) at: At,
    pub(super) says: Says,
    pub(super) guards: Vec<Guard>,
    pub(super) handlers: Vec<AddedHandler>,
    pub(super) mounts: Vec<AddedMount>,
    pub(super) fallbacks: Vec<AddedHandler>,
    pub(super) groups: Vec<Group>,
    /// What was wrong when it was said.
    pub(super) problems: Vec<BuildProblem>,
}

/// What holds for all handlers below, unless something nearer says otherwise.
#[derive(Default)]
pub(super) struct Says {
    pub(super) state: State,
    pub(super) limits: Vec<Box<SetLimits>>,
    pub(super) headers: HeaderMap,
    pub(super) security: Vec<Box<SetHeaders>>,
    pub(super) write_error: Option<Arc<WriteError>>,
    pub(super) layers: Layers,
    pub(super) redirect_slashes: bool,
    pub(super) exempt: bool,
    pub(super) hsts: Option<HeaderValue>,
}

/// Changes what it says of limits.
pub(super) type SetLimits = dyn FnOnce(&mut Limits) + Send + Sync;

/// Changes what it says of header fields.
pub(super) type SetHeaders = dyn FnOnce(&mut HeaderMap) + Send + Sync;

/// A handler as it was added.
pub(super) struct AddedHandler {
    pub(super) handler: Definition,
    pub(super) template: String,
}

/// A mount as it was added.
pub(super) struct AddedMount {
    pub(super) prefix: String,
    pub(super) mount: Arc<dyn Mount>,
    /// Where it was added.
    pub(super) at: At,
}

impl Parts {
    #[track_caller]
    pub(super) fn new(prefix: String) -> Self {
        Self {
            prefix,
            at: Location::caller(),
            says: Says::default(),
            guards: Vec::new(),
            handlers: Vec::new(),
            mounts: Vec::new(),
            fallbacks: Vec::new(),
            groups: Vec::new(),
            problems: Vec::new(),
        }
    }
}

impl AddedHandler {
    pub(super) fn of<H: RequestHandler>(template: impl Into<String>) -> Self {
        Self {
            handler: Definition::of::<H>(),
            template: template.into(),
        }
    }
}

impl Says {
    /// What holds where this is said within what `outer` says.
    pub(super) fn within(self, outer: &Shared) -> Shared {
        let mut limits = outer.limits.clone();
        for set in self.limits {
            set(&mut limits);
        }
        let mut headers = outer.headers.clone();
        for name in self.headers.keys() {
            headers.remove(name);
        }
        let said = self.headers.iter();
        headers.extend(said.map(|(name, value)| (name.clone(), value.clone())));
        let mut security = outer.security.clone();
        for set in self.security {
            set(&mut security);
        }
        Shared {
            state: outer.state.overlaid(&self.state),
            limits,
            headers,
            security,
            write_error: self.write_error.or_else(|| outer.write_error.clone()),
            layers: outer.layers.around(&self.layers),
            redirect_slashes: self.redirect_slashes || outer.redirect_slashes,
            exempt: self.exempt || outer.exempt,
            hsts: self.hsts.or_else(|| outer.hsts.clone()),
            ..outer.clone()
        }
    }
}
