//! Which handler or mount answers a request: paths on matchit, methods on a short table. What has
//! no answer becomes the error that says so. It must not call anything.

use std::{fmt, sync::Arc};

use http::{HeaderValue, Method, header};

use crate::{
    error::Error,
    extract::{RouteInfo, Shared},
    handler::{Definition, Verb},
    mount::Mount,
    request::Request,
    response::Response,
    route::Captures,
};

/// Paths to routes.
#[derive(Clone)]
pub(crate) struct Router {
    paths: matchit::Router<usize>,
    /// What is below mounts that have a handler's `{name}` right below them: matchit cannot have
    /// that name and the rest of the path in one place.
    below: Option<matchit::Router<usize>>,
    routes: Vec<Route>,
    /// Where requests stand that none of them answers.
    nowhere: Arc<RouteInfo>,
}

/// What answers a path.
#[derive(Clone)]
pub(crate) enum Route {
    Handler(HandlerRoute),
    Mount(MountRoute),
}

/// A handler's route: its template and its verbs.
#[derive(Clone)]
pub(crate) struct HandlerRoute {
    pub(crate) name: &'static str,
    pub(crate) info: Arc<RouteInfo>,
    /// Each with the options of the whole route where it has none of its own.
    pub(crate) verbs: Arc<[Verb]>,
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
pub(crate) enum Matched<'r> {
    /// A verb, and what its context is made of.
    Verb(&'r Verb, &'r Arc<RouteInfo>, Captures),
    /// A mount.
    Mount(&'r MountRoute),
    /// An answer that needs no handler: OPTIONS.
    Answer(Response, &'r Arc<RouteInfo>),
    /// Nothing: 404, 405 or 414. The route is the one that is nearest.
    Nothing(Error, &'r Arc<RouteInfo>),
}

impl Router {
    /// A router without routes.
    pub(crate) fn new(nowhere: RouteInfo) -> Self {
        Self {
            paths: matchit::Router::new(),
            below: None,
            routes: Vec::new(),
            nowhere: Arc::new(nowhere),
        }
    }

    /// Adds a handler's route.
    ///
    /// # Errors
    /// The template of the route that has the same paths.
    pub(crate) fn add_handler(&mut self, route: HandlerRoute) -> Result<(), String> {
        let index = self.routes.len();
        insert(&mut self.paths, route.info.pattern.as_str(), index)?;
        self.routes.push(Route::Handler(route));
        Ok(())
    }

    /// Adds a mount. To be called when all handlers are there: what they answer is left to them.
    ///
    /// # Errors
    /// The template of the route that has the same paths.
    pub(crate) fn add_mount(&mut self, route: MountRoute) -> Result<(), String> {
        let index = self.routes.len();
        let prefix = &route.prefix;
        for own in [prefix.clone(), format!("{prefix}/")] {
            if own.is_empty() {
                continue;
            }
            match insert(&mut self.paths, &own, index) {
                Err(with) if !self.is_handler(&with) => return Err(with),
                _ => {}
            }
        }
        let rest = format!("{prefix}/{{*rest}}");
        match insert(&mut self.paths, &rest, index) {
            // All that is below would be the handler's, and the mount of no use.
            Err(with) if !self.is_handler(&with) || with.contains("{*") => return Err(with),
            Err(_) => {
                insert(self.below.get_or_insert_default(), &rest, index)?;
            }
            Ok(()) => {}
        }
        self.routes.push(Route::Mount(route));
        Ok(())
    }

    fn is_handler(&self, template: &str) -> bool {
        self.routes.iter().any(|route| match route {
            Route::Handler(route) => route.info.pattern.as_str() == template,
            Route::Mount(_) => false,
        })
    }

    pub(crate) fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// A copy that shares no reference count with this one, for another worker: counts that many
    /// cores touch for each request would cost more than the rest of the routing.
    pub(crate) fn replica(&self, shared: &Arc<Shared>) -> Self {
        let mut replica = self.clone();
        let own = |info: &mut Arc<RouteInfo>| {
            let mut copy = RouteInfo::clone(info);
            copy.shared = Arc::clone(shared);
            *info = Arc::new(copy);
        };
        own(&mut replica.nowhere);
        for route in &mut replica.routes {
            match route {
                Route::Handler(route) => own(&mut route.info),
                Route::Mount(route) => own(&mut route.info),
            }
        }
        replica
    }

    /// Finds what answers a request, whose target may have `limit` bytes.
    pub(crate) fn find(&self, request: &Request, limit: usize) -> Matched<'_> {
        let target = request.uri().path_and_query();
        if target.is_some_and(|target| target.as_str().len() > limit) {
            let detail = format!("the request target may have at most {limit} bytes");
            return Matched::Nothing(Error::new(414, detail), &self.nowhere);
        }
        let path = request.path();
        let found = self.paths.at(path).ok();
        let route = found
            .as_ref()
            .and_then(|found| self.routes.get(*found.value));
        if let (Some(Route::Handler(route)), Some(found)) = (route, &found) {
            let mut captures = Captures::default();
            for (_name, value) in found.params.iter() {
                if !captures.push(path, value) {
                    return Matched::Nothing(nothing_here(), &self.nowhere);
                }
            }
            return route.verb(request.method(), captures);
        }
        let found = found.map(|found| *found.value);
        match self.mount(path, found) {
            Some(route) => Matched::Mount(route),
            // `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7).
            None if path == "*" && request.method() == Method::OPTIONS => {
                Matched::Answer(Response::new(204), &self.nowhere)
            }
            None => Matched::Nothing(nothing_here(), &self.nowhere),
        }
    }

    /// The mount with the longest prefix: the one that was found or one that stands apart.
    fn mount(&self, path: &str, found: Option<usize>) -> Option<&MountRoute> {
        let mount = |index: usize| match self.routes.get(index) {
            Some(Route::Mount(route)) => Some(route),
            _ => None,
        };
        let found = found.and_then(mount);
        let Some(below) = &self.below else {
            return found;
        };
        let apart = below.at(path).ok();
        let apart = apart.and_then(|apart| mount(*apart.value));
        found
            .into_iter()
            .chain(apart)
            .max_by_key(|route| route.prefix.len())
    }
}

/// Adds a template, or says with which other it clashes and leaves `paths` as it was.
fn insert(paths: &mut matchit::Router<usize>, template: &str, index: usize) -> Result<(), String> {
    let mut more = paths.clone();
    more.insert(template, index).map_err(|error| match error {
        matchit::InsertError::Conflict { with } => with,
        other => other.to_string(),
    })?;
    *paths = more;
    Ok(())
}

impl HandlerRoute {
    pub(crate) fn new(handler: &Definition, info: RouteInfo) -> Self {
        let verbs = handler.verbs.iter().cloned().map(|mut verb| {
            verb.options = verb.options.or(handler.options);
            verb
        });
        Self {
            name: handler.name,
            info: Arc::new(info),
            verbs: verbs.collect(),
            allow: allow(handler.verbs),
        }
    }

    /// The methods it answers, as `Allow` lists them.
    pub(crate) fn allow(&self) -> &str {
        self.allow.to_str().unwrap_or_default()
    }

    fn verb(&self, method: &Method, captures: Captures) -> Matched<'_> {
        let named = |method: &str| self.verbs.iter().find(|verb| verb.method == method);
        // HEAD is a GET whose body is not sent; `write` sees to that.
        let verb = named(method.as_str()).or_else(|| {
            let head = *method == Method::HEAD;
            head.then(|| named("GET")).flatten()
        });
        if let Some(verb) = verb {
            return Matched::Verb(verb, &self.info, captures);
        }
        if *method == Method::OPTIONS {
            let answer = Response::new(204).with_header(header::ALLOW, self.allow.clone());
            return Matched::Answer(answer, &self.info);
        }
        let detail = format!("{method} is not among the methods here: {}", self.allow());
        let error = Error::new(405, detail).with_header(header::ALLOW, self.allow.clone());
        Matched::Nothing(error, &self.info)
    }
}

fn nothing_here() -> Error {
    Error::new(404, "there is nothing at this path")
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

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Router({} routes)", self.routes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Pattern;

    #[test]
    fn what_a_pattern_allows_can_be_matched() {
        let alphabet = ['/', '{', '}', '*', 'a', 'b'];
        let mut texts = vec![String::from("/")];
        for _ in 0..7 {
            let longer = texts
                .iter()
                .filter(|text| text.len() < 8)
                .flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}")));
            texts = longer.collect();
            for text in &texts {
                // matchit does not get along with `{{` behind a name.
                let named = Pattern::parse(text).map(|pattern| !pattern.names().is_empty());
                if named.is_ok_and(|named| !named || !text.contains("{{")) {
                    let inserted = insert(&mut matchit::Router::new(), text, 0);
                    assert_eq!(inserted, Ok(()), "{text}");
                }
            }
        }
    }
}
