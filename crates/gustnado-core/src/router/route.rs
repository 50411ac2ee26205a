//! What answers a path, and which of a handler's verbs answers a method. It must not know how the
//! path is found.

use std::sync::Arc;

use http::{HeaderValue, Method, header};

use crate::{
    error::Error,
    extract::RouteInfo,
    handler::{Action, Definition, Verb},
    middleware::Layers,
    mount::Mount,
    response::Response,
    route::Captures,
};

/// What answers a path.
#[derive(Clone)]
pub(crate) enum Route {
    Handler(HandlerRoute),
    Mount(Arc<MountRoute>),
}

impl Route {
    #[inline]
    pub(super) fn as_mount(&self) -> Option<&Arc<MountRoute>> {
        match self {
            Self::Mount(route) => Some(route),
            Self::Handler(_) => None,
        }
    }

    /// Whether it may answer a path that begins so. `begins` has a slash at its end.
    pub(super) fn may_have_paths_below(&self, begins: &str) -> bool {
        match self {
            Self::Mount(route) => format!("{}/", route.prefix).starts_with(begins),
            Self::Handler(route) => {
                let template = route.info.pattern.as_str();
                // Up to its first name, whatever stands behind it.
                let literal = template.split('{').next().unwrap_or_default();
                let has_names = literal.len() < template.len();
                literal.starts_with(begins) || (has_names && begins.starts_with(literal))
            }
        }
    }
}

/// A handler's route: its template and its verbs.
#[derive(Clone)]
pub(crate) struct HandlerRoute {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) info: Arc<RouteInfo>,
    /// Each with the options of the whole route where it has none of its own.
    pub(crate) verbs: Arc<[Verb]>,
    /// Their methods, in the same order: quicker to compare than their names.
    methods: Arc<[Method]>,
    allow: HeaderValue,
}

/// A mount and the prefix it stands at, without a slash at its end.
#[derive(Clone)]
pub(crate) struct MountRoute {
    pub(crate) prefix: String,
    pub(crate) mount: Arc<dyn Mount>,
    pub(crate) info: Arc<RouteInfo>,
}

/// What the router found for a request.
pub(crate) enum Matched {
    /// A verb, and what its context is made of.
    Verb(Action, Arc<RouteInfo>, Captures),
    /// A mount.
    Mount(Arc<MountRoute>),
    /// An answer that needs no handler: OPTIONS, or the way to a path with or without a slash.
    Answer(Response, Arc<RouteInfo>),
    /// Nothing: 404, 405 or 414. The route is the one that is nearest.
    Nothing(Error, Arc<RouteInfo>),
}

impl Matched {
    /// What every request of the route sees.
    pub(crate) fn info(&self) -> &Arc<RouteInfo> {
        match self {
            Self::Mount(route) => &route.info,
            Self::Verb(_, info, _) | Self::Answer(_, info) | Self::Nothing(_, info) => info,
        }
    }

    /// Bytes of the request's body that may be read, whoever does.
    pub(crate) fn body_limit(&self) -> usize {
        let own = match self {
            Self::Verb(verb, ..) => verb.options.body_limit,
            Self::Mount(_) | Self::Answer(..) | Self::Nothing(..) => None,
        };
        own.unwrap_or(self.info().shared.limits.body)
    }

    /// The layers around it.
    pub(crate) fn layers(&self) -> &Layers {
        &self.info().shared.layers
    }
}

impl HandlerRoute {
    pub(crate) fn new(handler: &Definition, info: RouteInfo) -> Self {
        let verbs = handler.verbs.iter().copied().map(|mut verb| {
            verb.options = verb.options.or(handler.options);
            verb
        });
        // Names of methods are tokens, so none is left out.
        let methods = handler.verbs.iter();
        let methods = methods.filter_map(|verb| Method::from_bytes(verb.method.as_bytes()).ok());
        Self {
            name: handler.name,
            doc: handler.doc,
            info: Arc::new(info),
            verbs: verbs.collect(),
            methods: methods.collect(),
            allow: allow(handler.verbs),
        }
    }

    /// The methods it answers, as `Allow` lists them.
    pub(crate) fn allow(&self) -> &str {
        self.allow.to_str().unwrap_or_default()
    }

    /// The verb that answers a method, if there is one.
    #[inline]
    pub(super) fn verb(&self, method: &Method) -> Option<Action> {
        let place = |method: &Method| self.methods.iter().position(|own| own == method);
        // HEAD is a GET whose body is not sent; `write` sees to that.
        let place = place(method).or_else(|| {
            let head = *method == Method::HEAD;
            head.then(|| place(&Method::GET)).flatten()
        });
        self.verbs.get(place?).map(Verb::action)
    }

    /// What it answers to a method that no verb of it does.
    pub(super) fn other(&self, method: &Method) -> Matched {
        let info = Arc::clone(&self.info);
        if *method == Method::OPTIONS {
            let answer = Response::new(204).with_header(header::ALLOW, self.allow.clone());
            return Matched::Answer(answer, info);
        }
        let detail = format!("{method} is not among the methods here: {}", self.allow());
        let error = Error::new(405, detail).with_header(header::ALLOW, self.allow.clone());
        Matched::Nothing(error, info)
    }
}

/// `Allow` for these verbs: HEAD where there is GET, and OPTIONS always.
fn allow(verbs: &[Verb]) -> HeaderValue {
    let mut methods: Vec<&str> = verbs.iter().map(|verb| verb.method).collect();
    if methods.contains(&"GET") && !methods.contains(&"HEAD") {
        methods.push("HEAD");
    }
    if !methods.contains(&"OPTIONS") {
        methods.push("OPTIONS");
    }
    // Methods are tokens, so this cannot fail.
    HeaderValue::from_str(&methods.join(", ")).unwrap_or_else(|_| HeaderValue::from_static(""))
}
