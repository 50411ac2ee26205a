//! Finds what answers a request: guards, then the path, then the method. What has no answer becomes
//! a fallback's, or the error that says so. It must not know how guards or paths are compared.

use std::{collections::HashMap, fmt, sync::Arc};

use http::{HeaderValue, Method, header, request::Parts};

use super::{
    guard::Guards,
    route::{HandlerRoute, Matched, MountRoute, Route},
    scope::{Scope, Scopes},
    tree::Tree,
};
use crate::{
    error::Error,
    extract::{RouteInfo, Shared},
    local::LocalUrl,
    request::Request,
    response::Response,
    route::Captures,
};

/// Requests to routes.
#[derive(Clone)]
pub(crate) struct Router {
    /// Routes under guards, the narrowest first.
    guarded: Vec<(Guards, Tree)>,
    /// All others.
    open: Tree,
    routes: Vec<Route>,
    /// Mounts under no guard, for a quick look: those with longer prefixes first.
    mounts: Vec<Mounted>,
    scopes: Scopes,
    /// Where requests stand that no scope answers for.
    nowhere: Arc<RouteInfo>,
}

/// A mount, and the beginning of all paths below it.
#[derive(Clone)]
pub(crate) struct Mounted {
    /// With a slash at its end.
    begins: String,
    index: usize,
    /// Whether no other route can have any of them.
    alone: bool,
}

impl Router {
    /// A router without routes.
    pub(crate) fn new(nowhere: RouteInfo) -> Self {
        Self {
            guarded: Vec::new(),
            open: Tree::default(),
            routes: Vec::new(),
            mounts: Vec::new(),
            scopes: Scopes::default(),
            nowhere: Arc::new(nowhere),
        }
    }

    /// Adds what answers for the paths below a prefix; what is around it comes first.
    ///
    /// # Errors
    /// The fallback that another has for the same paths.
    pub(crate) fn add_scope(&mut self, scope: Scope) -> Result<(), &'static str> {
        self.scopes.add(scope)
    }

    /// Adds a handler's route.
    ///
    /// # Errors
    /// The template of the route that has the same paths.
    pub(crate) fn add_handler(
        &mut self,
        under: &Guards,
        route: HandlerRoute,
    ) -> Result<(), String> {
        let index = self.routes.len();
        let template = route.info.pattern.as_str();
        self.tree(under).add_handler(template, index)?;
        self.routes.push(Route::Handler(route));
        Ok(())
    }

    /// Adds a mount. To be called when all handlers are there: what they answer is left to them.
    ///
    /// # Errors
    /// The template of the route that has the same paths.
    pub(crate) fn add_mount(&mut self, under: &Guards, route: MountRoute) -> Result<(), String> {
        let index = self.routes.len();
        self.tree(under).add_mount(&route.prefix, index)?;
        if under.is_empty() && !route.prefix.contains(['{', '}']) {
            let (begins, alone) = (format!("{}/", route.prefix), false);
            self.mounts.push(Mounted {
                begins,
                index,
                alone,
            });
            self.mounts
                .sort_by_key(|mounted| std::cmp::Reverse(mounted.begins.len()));
        }
        self.routes.push(Route::Mount(Arc::new(route)));
        let routes = &self.routes;
        for mounted in &mut self.mounts {
            let mut others = (0..).zip(routes);
            let index = mounted.index;
            mounted.alone = !others.any(|(other, route)| {
                other != index && route.may_have_paths_below(&mounted.begins)
            });
        }
        Ok(())
    }

    fn tree(&mut self, under: &Guards) -> &mut Tree {
        if under.is_empty() {
            return &mut self.open;
        }
        let found = self.guarded.iter().position(|(guards, _)| guards == under);
        let index = found.unwrap_or_else(|| {
            let rank = under.rank();
            let before = |(guards, _): &(Guards, Tree)| guards.rank() >= rank;
            let index = self.guarded.partition_point(before);
            self.guarded.insert(index, (under.clone(), Tree::default()));
            index
        });
        &mut self.guarded[index].1
    }

    pub(crate) fn routes(&self) -> &[Route] {
        &self.routes
    }

    pub(crate) fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter()
    }

    /// Where requests stand that no scope answers for.
    pub(crate) fn nowhere(&self) -> &Arc<RouteInfo> {
        &self.nowhere
    }

    /// What the application says for all that is in no group.
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.nowhere.shared
    }

    /// A copy that shares no reference count with this one, for another worker: counts that many
    /// cores touch for each request would cost more than the rest of the routing.
    pub(crate) fn replica(&self) -> Self {
        let mut replica = self.clone();
        let whole = self.shared().whole();
        let mut copies = HashMap::new();
        let mut own = |info: &mut Arc<RouteInfo>| {
            let mut copy = RouteInfo::clone(info);
            let shared = copies
                .entry(Arc::as_ptr(&copy.shared))
                .or_insert_with(|| Arc::new(copy.shared.replica(&whole)));
            copy.shared = Arc::clone(shared);
            copy.headers = copy.headers.replica();
            *info = Arc::new(copy);
        };
        own(&mut replica.nowhere);
        for scope in replica.scopes.iter_mut() {
            own(&mut scope.info);
            if let Some(fallback) = &mut scope.fallback {
                own(&mut fallback.info);
            }
        }
        for route in &mut replica.routes {
            match route {
                Route::Handler(route) => own(&mut route.info),
                Route::Mount(route) => {
                    let mut copy = MountRoute::clone(route);
                    own(&mut copy.info);
                    *route = Arc::new(copy);
                }
            }
        }
        replica
    }

    /// Finds what answers a request, whose target may have `limit` bytes.
    pub(crate) fn find(&self, request: &Request, limit: usize) -> Matched {
        let target = request.raw_head().path_and_query();
        if target.is_some_and(|target| target.len() > limit) {
            let detail = format!("the request target may have at most {limit} bytes");
            return self.error(request, Error::new(414, detail));
        }
        let found = if self.guarded.is_empty() {
            self.look(&self.open, request)
        } else {
            let mut trees = self.trees(request.head());
            trees.find_map(|tree| self.look(tree, request))
        };
        found.unwrap_or_else(|| self.without_route(request))
    }

    /// The mount below which a target is, as far as can be seen by how it begins.
    #[inline]
    pub(crate) fn mounted(&self, target: &str) -> Option<&Mounted> {
        if !self.guarded.is_empty() {
            return None;
        }
        let mut mounts = self.mounts.iter();
        mounts.find(|mounted| target.starts_with(&mounted.begins))
    }

    /// What answers for a path below this mount, if that is seen by the path alone.
    #[inline]
    pub(crate) fn mount(&self, mounted: &Mounted, path: &str) -> Option<&Arc<MountRoute>> {
        if mounted.alone {
            return self.routes.get(mounted.index)?.as_mount();
        }
        let found = self.open.at(path).map(|(index, _)| index);
        if let Some(Route::Handler(_)) = found.and_then(|index| self.routes.get(index)) {
            return None;
        }
        self.nearest(&self.open, found, path)
    }

    /// Of mounts the one with the longest prefix: what was found or what stands apart.
    #[inline]
    fn nearest(&self, tree: &Tree, found: Option<usize>, path: &str) -> Option<&Arc<MountRoute>> {
        let mounts = found.into_iter().chain(tree.below(path));
        let mounts = mounts.filter_map(|index| self.routes.get(index)?.as_mount());
        mounts.max_by_key(|route| route.prefix.len())
    }

    /// The routes whose guards hold, in their order.
    fn trees<'r>(&'r self, head: &'r Parts) -> impl Iterator<Item = &'r Tree> {
        let guarded = self.guarded.iter();
        let guarded = guarded.filter(|(guards, _)| guards.hold(head));
        guarded.map(|(_, tree)| tree).chain([&self.open])
    }

    /// What answers a request in one tree.
    fn look(&self, tree: &Tree, request: &Request) -> Option<Matched> {
        let path = request.path();
        let found = tree.at(path);
        if let Some((index, captures)) = found
            && let Some(Route::Handler(route)) = self.routes.get(index)
        {
            let Some(verb) = route.verb(request.method()) else {
                return Some(route.other(request.method()));
            };
            return Some(Matched::Verb(verb, Arc::clone(&route.info), captures?));
        }
        let mount = self.nearest(tree, found.map(|(index, _)| index), path)?;
        Some(Matched::Mount(Arc::clone(mount)))
    }

    /// What answers a request that no route does.
    #[cold]
    fn without_route(&self, request: &Request) -> Matched {
        // `OPTIONS *` asks about the server as a whole (RFC 9110 section 9.3.7).
        if request.path() == "*" && request.method() == Method::OPTIONS {
            return Matched::Answer(Response::new(204), Arc::clone(&self.nowhere));
        }
        if let Some(redirect) = self.redirect(request) {
            return redirect;
        }
        let scope = self.scopes.nearest(request.head());
        let fallback = scope.and_then(|scope| scope.fallback.as_ref());
        let verb = fallback.and_then(|route| Some((route.verb(request.method())?, &route.info)));
        match verb {
            Some((verb, info)) => Matched::Verb(verb, Arc::clone(info), Captures::default()),
            None => self.error(request, Error::new(404, "there is nothing at this path")),
        }
    }

    /// The way to the path with or without its last slash, where a handler is there that wants it.
    fn redirect(&self, request: &Request) -> Option<Matched> {
        let path = request.path();
        let other = match path.strip_suffix('/') {
            Some(without) => without.to_owned(),
            None => format!("{path}/"),
        };
        // It may be that of another server to browsers.
        LocalUrl::new(&other)?;
        let info = self.trees(request.head()).find_map(|tree| {
            let (index, _) = tree.at(&other)?;
            let found = self.routes.get(index)?;
            match found {
                Route::Handler(route) => Some(&route.info),
                Route::Mount(_) => None,
            }
        });
        let info = info.filter(|info| info.shared.redirect_slashes)?;
        let location = match request.query() {
            Some(query) => format!("{other}?{query}"),
            None => other,
        };
        let location = HeaderValue::try_from(location).ok()?;
        let answer = Response::new(308).with_header(header::LOCATION, location);
        Some(Matched::Answer(answer, Arc::clone(info)))
    }

    /// An error of the nearest scope.
    #[cold]
    fn error(&self, request: &Request, error: Error) -> Matched {
        let scope = self.scopes.nearest(request.head());
        let info = scope.map_or(&self.nowhere, |scope| &scope.info);
        Matched::Nothing(error, Arc::clone(info))
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Router({} routes)", self.routes.len())
    }
}
