//! A request on its way through its handler: the request, where its path values lie, and what the
//! application shares. It must not know which handler.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use http::{HeaderMap, HeaderValue};

use super::{need::Described, urls::Urls};
use crate::{
    body::Body,
    control::Control,
    defaults::Defaults,
    error::Error,
    limits::Limits,
    middleware::Layers,
    overload::Load,
    request::Request,
    request_id,
    respond::problem,
    response::Response,
    route::{Captures, Pattern},
    state::State,
    stop::{Stop, Stopping},
    trust::{Client, Trust},
};

/// A request on its way through its handler.
///
/// Hand-written inputs read from it; see [`FromRequest`](super::FromRequest).
pub struct Cx {
    request: Request,
    captures: Captures,
    route: Arc<RouteInfo>,
    request_id: OnceLock<Arc<str>>,
    dry_run: Option<Vec<Described>>,
}

/// What every request of a route sees. One reference count a request is touched for it, and each
/// worker has its own.
#[derive(Debug, Clone)]
pub(crate) struct RouteInfo {
    pub(crate) pattern: Pattern,
    pub(crate) shared: Arc<Shared>,
    /// Put on every answer that does not have them: the handler's own and those of what it
    /// stands in.
    pub(crate) headers: Defaults,
    /// The handler's own; where there is none, `shared` may have one.
    pub(crate) write_error: Option<WriteErrorFn>,
    /// What no other route of the process has; replicas of this one do.
    pub(crate) number: u64,
}

/// How many routes there are. It keeps two applications apart that share what is between.
static ROUTES: AtomicU64 = AtomicU64::new(0);

/// What all handlers of a group share, what the groups around it and the application say included.
#[derive(Clone, Default)]
pub(crate) struct Shared {
    pub(crate) state: State,
    pub(crate) limits: Limits,
    pub(crate) headers: HeaderMap,
    /// Header fields in whose place those above come.
    pub(crate) security: HeaderMap,
    pub(crate) write_error: Option<Arc<WriteError>>,
    pub(crate) layers: Layers,
    pub(crate) redirect_slashes: bool,
    /// Whether it is answered however much there is to do.
    pub(crate) exempt: bool,
    /// What has browsers come back by HTTPS only.
    pub(crate) hsts: Option<HeaderValue>,
    /// Of the whole application, as are the next.
    pub(crate) urls: Urls,
    pub(crate) stop: Stop,
    pub(crate) load: Load,
    pub(crate) trust: Trust,
    pub(crate) control: Control,
}

/// Makes the answer to a request that failed.
pub(crate) type WriteError = dyn Fn(&Cx, &Error) -> Response + Send + Sync;

/// The same, as a hook of a handler.
pub(crate) type WriteErrorFn = fn(&Cx, &Error) -> Response;

impl Shared {
    /// What is put on every answer that does not have it, unless its handler says otherwise.
    fn default_headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        for (name, value) in &self.security {
            if !self.headers.contains_key(name) {
                headers.append(name, value.clone());
            }
        }
        headers
    }

    /// The same for another worker, with reference counts of its own; `whole` has what is one in the
    /// whole application.
    pub(crate) fn replica(&self, whole: &Self) -> Self {
        Self {
            layers: self.layers.replica(),
            urls: whole.urls.clone(),
            stop: whole.stop.clone(),
            load: whole.load.clone(),
            trust: whole.trust.clone(),
            ..self.clone()
        }
    }

    /// What is one in the whole application, for another worker.
    pub(crate) fn whole(&self) -> Self {
        Self {
            urls: self.urls.replica(),
            trust: self.trust.replica(),
            ..Self::default()
        }
    }
}

impl RouteInfo {
    /// Where requests stand that no route answers.
    pub(crate) fn nowhere(shared: &Arc<Shared>) -> Self {
        Self {
            pattern: Pattern::default(),
            shared: Arc::clone(shared),
            headers: Defaults::new(shared.default_headers()),
            write_error: None,
            number: ROUTES.fetch_add(1, Relaxed),
        }
    }

    /// Whether a hook writes its errors, which may look at all of a request's head.
    pub(crate) fn writes_errors(&self) -> bool {
        self.write_error.is_some() || self.shared.write_error.is_some()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("state", &self.state)
            .field("limits", &self.limits)
            .field("headers", &self.headers)
            .field("layers", &self.layers)
            .finish_non_exhaustive()
    }
}

impl Cx {
    pub(crate) fn new(request: Request, captures: Captures, route: Arc<RouteInfo>) -> Self {
        Self {
            request,
            captures,
            route,
            request_id: OnceLock::new(),
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

    /// The answer to this request, which failed with `error`, as whoever is asked first writes
    /// it: the handler, then what it stands in.
    pub(crate) fn write_error(&self, error: &Error) -> Option<Response> {
        if let Some(write) = self.route.write_error {
            return Some(write(self, error));
        }
        let write = self.route.shared.write_error.as_deref()?;
        Some(write(self, error))
    }

    /// What is put on every answer that does not have it.
    pub(crate) fn default_headers(&self) -> &Defaults {
        &self.route.headers
    }

    /// The request, whose way is over.
    pub(crate) fn into_request(self) -> Request {
        self.request
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

    /// The name of this request in the log: its `X-Request-Id`, or one that was made for it.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.request_id
            .get_or_init(|| request_id::of(&self.request))
    }

    /// The answer to this request, which failed with `error`, as the framework writes it: a
    /// problem document, or a small page where one is asked for. What a `write_error` falls back
    /// on.
    #[must_use]
    pub fn problem(&self, error: &Error) -> Response {
        problem::render(error, &self.request, || self.request_id())
    }

    /// Who sent this request, by the word of trusted proxies where it came by way of one.
    #[must_use]
    pub fn client(&self) -> Client {
        let arrival = self.request.origin().arrival;
        let trust = &self.route.shared.trust;
        trust.client(arrival, self.request.head())
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

    /// Stops and restarts the program.
    #[must_use]
    pub fn control(&self) -> Control {
        self.route.shared.control.clone()
    }

    pub(crate) fn stop(&self) -> &Stop {
        &self.route.shared.stop
    }

    /// The template of the route that was found, such as `/users/{id}`.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.route.pattern
    }

    /// Links to routes by name.
    #[must_use]
    pub fn urls(&self) -> &Urls {
        &self.route.shared.urls
    }

    /// The shared value of this type: that of the group the route is in, or of what is around it.
    ///
    /// # Errors
    /// 500 when there is none. An input that says so in [`needs`](super::FromRequest::needs) never
    /// sees that: the application is not built.
    pub fn state<T: 'static>(&self) -> Result<&T, Error> {
        self.route.shared.state.get().ok_or_else(|| {
            let name = std::any::type_name::<T>();
            let why = "is not shared; name it in `needs`, and `build()` says where it is missing";
            Error::new(500, format!("`{name}` {why}"))
        })
    }

    pub(super) fn shared_state(&self) -> &State {
        &self.route.shared.state
    }

    /// The value of a cookie. Of several with its name it is the first, which has the most specific
    /// path (RFC 6265 section 5.4); one that is not UTF-8 counts as none.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.request.cookie(name)
    }

    /// The value of `{name}` in the path, still percent-encoded.
    #[must_use]
    #[inline]
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
