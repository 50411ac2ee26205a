//! A request on its way through its handler: the request, where its path values lie, and what the
//! application shares. It must not know which handler.

use std::{fmt, sync::Arc};

use super::need::Described;
use crate::{
    body::Body,
    limits::Limits,
    request::Request,
    route::{Captures, Pattern},
    state::State,
    stop::{Stop, Stopping},
};

/// A request on its way through its handler.
///
/// Hand-written inputs read from it; see [`FromRequest`](super::FromRequest).
pub struct Cx {
    request: Request,
    captures: Captures,
    route: Arc<RouteInfo>,
    dry_run: Option<Vec<Described>>,
}

/// What every request of a route sees. One reference count a request is touched for it, and each
/// worker has its own.
#[derive(Debug)]
pub(crate) struct RouteInfo {
    pub(crate) pattern: Pattern,
    pub(crate) shared: Arc<Shared>,
}

/// What every request of an application sees.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) state: State,
    pub(crate) limits: Limits,
    pub(crate) stop: Stop,
}

impl Shared {
    /// A copy for another worker, with a stop of its own.
    pub(crate) fn replica(&self) -> Self {
        Self {
            state: self.state.clone(),
            limits: self.limits.clone(),
            stop: Stop::default(),
        }
    }
}

impl Cx {
    pub(crate) fn new(request: Request, captures: Captures, route: Arc<RouteInfo>) -> Self {
        Self {
            request,
            captures,
            route,
            dry_run: None,
        }
    }

    /// A context that no request stands behind: inputs describe themselves into it instead of
    /// being filled.
    pub(crate) fn dry_run(route: Arc<RouteInfo>) -> Self {
        let (head, ()) = http::Request::new(()).into_parts();
        let request = Request::new(head, Body::empty(), None);
        let mut cx = Self::new(request, Captures::default(), route);
        cx.dry_run = Some(Vec::new());
        cx
    }

    pub(crate) fn describing(&mut self) -> Option<&mut Vec<Described>> {
        self.dry_run.as_mut()
    }

    pub(crate) fn take_described(&mut self) -> Vec<Described> {
        self.dry_run.take().unwrap_or_default()
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The body, to read from.
    pub fn body_mut(&mut self) -> &mut Body {
        self.request.body_mut()
    }

    /// The bounds that hold for this request.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.route.shared.limits
    }

    /// Whether the server is stopping.
    #[must_use]
    pub fn stopping(&self) -> Stopping {
        self.stop().stopping()
    }

    pub(crate) fn stop(&self) -> &Stop {
        &self.route.shared.stop
    }

    /// The template of the route that was found, such as `/users/{id}`.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.route.pattern
    }

    /// The application's shared value of this type.
    #[must_use]
    pub fn state<T: 'static>(&self) -> Option<&T> {
        self.route.shared.state.get()
    }

    pub(super) fn state_with<T>(&self, get: fn(&State) -> Option<T>) -> Option<T> {
        get(&self.route.shared.state)
    }

    /// The value of `{name}` in the path, still percent-encoded.
    #[must_use]
    pub fn path_value(&self, name: &str) -> Option<&str> {
        let index = self.route.pattern.position(name)?;
        self.captures.get(self.request.path(), index)
    }
}

impl fmt::Debug for Cx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx")
            .field("request", &self.request)
            .field("pattern", &self.route.pattern)
            .finish_non_exhaustive()
    }
}
