//! The application, frozen: checked once, shared by all workers, changed never.

use std::{
    fmt::{self, Display},
    sync::Arc,
};

use http::HeaderValue;

use super::inputs;
use crate::{
    control::Control,
    describe::Api,
    error::Error,
    extract::Shared,
    limits::Limits,
    mount::Clients,
    overload::Load,
    request::Request,
    router::{HandlerRoute, Route, Router},
    stop::Stopping,
    tally::Tally,
    trust::Trust,
};

/// An application that was checked and can answer. Cheap to clone.
///
/// It is a [`tower_service::Service`], so it runs under anything that calls one, and tests can
/// call it without a socket.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    router: Router,
    force: Force,
    about: Arc<About>,
}

/// How many are to serve.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Force {
    /// Threads; 0 leaves it to the server.
    pub(crate) workers: usize,
    /// Processes, 0 being one per core; where not said, this one serves.
    pub(crate) processes: Option<usize>,
    /// Whether the threads have one runtime, in which they take work from one another.
    #[cfg(feature = "work-stealing")]
    pub(crate) stealing: bool,
}

/// What an application says of itself as a whole.
pub(super) struct About {
    pub(super) title: String,
    pub(super) version: String,
    pub(super) description: String,
}

impl App {
    pub(super) fn new(router: Router, force: Force, about: Arc<About>) -> Self {
        let inner = Inner {
            router,
            force,
            about,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Gives what is mounted a look at the whole, which is there from now on.
    pub(super) fn show_to_mounts(&self) {
        for route in self.router().routes() {
            if let Route::Mount(route) = route {
                route.mount.placed(&route.prefix);
                route
                    .mount
                    .introduced(&Clients::new(self.trust().replica()));
                route.mount.built(&|| self.describe());
            }
        }
    }

    /// The same application for another worker, with reference counts and a stop of its own.
    pub(crate) fn replica(&self) -> Self {
        let about = Arc::clone(&self.inner.about);
        Self::new(self.router().replica(), self.inner.force, about)
    }

    /// How many are to serve.
    pub(crate) fn force(&self) -> Force {
        self.inner.force
    }

    pub(crate) fn router(&self) -> &Router {
        &self.inner.router
    }

    fn shared(&self) -> &Shared {
        self.router().shared()
    }

    /// What asks the program that serves this application to stop or to restart.
    #[must_use]
    pub fn control(&self) -> Control {
        self.shared().control.clone()
    }

    /// How many handlers go on that nobody waits for.
    pub(crate) fn finishing(&self) -> &Tally {
        &self.shared().stop.finishing
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.shared().trust
    }

    /// What there is to do.
    pub(crate) fn load(&self) -> &Load {
        &self.shared().load
    }

    /// Tells what is being answered that the server stops.
    pub(crate) fn stop(&self) {
        self.shared().stop.begin();
    }

    /// Whether the server stops.
    pub(crate) fn stopping(&self) -> Stopping {
        self.shared().stop.stopping()
    }

    /// What has browsers come back by HTTPS only, if that is said and this request came by it: said
    /// over plain HTTP, it could be anybody's word (RFC 6797 section 7.2).
    pub(crate) fn hsts(&self, request: &Request) -> Option<&HeaderValue> {
        let Shared { hsts, trust, .. } = self.shared();
        let value = hsts.as_ref()?;
        let arrival = request.origin().arrival;
        let secure = trust.is_secure(arrival, || request.headers());
        secure.then_some(value)
    }

    /// Whether [`hsts`](Self::hsts) depends on the request.
    pub(crate) fn knows_hsts(&self) -> bool {
        self.shared().hsts.is_some()
    }

    /// The bounds on time, bytes and counts. Groups may have others for their requests.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared().limits
    }

    /// The routes it has, to print.
    #[must_use]
    pub fn routes(&self) -> Routes<'_> {
        Routes(self.router())
    }

    /// What it says of itself: its operations, with their inputs and replies. No request is made for
    /// it and no handler runs.
    #[must_use]
    pub fn describe(&self) -> Api {
        let mut operations = Vec::new();
        for route in self.router().routes() {
            if let Route::Handler(route) = route {
                let verbs = route.verbs.iter();
                operations.extend(verbs.map(|verb| inputs::operation(route, verb)));
            }
        }
        let about = &self.inner.about;
        Api {
            title: about.title.clone(),
            version: about.version.clone(),
            description: about.description.clone(),
            operations,
        }
    }

    /// The path of a handler, the prefixes of its groups included, with these values in it,
    /// percent-encoded: for templates, and where the handler's `url` does not know the group. In
    /// handlers there is [`Urls`](crate::Urls).
    ///
    /// `name` is that of the handler's type. Where several handlers are named alike, it is written
    /// with as many of its modules as tell them apart, `users::One`. A handler that stands at
    /// several paths is named by its whole template, `/v1/users/{id}`, as any handler can be.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// # fn link(app: &gustnado::App) -> Result<String, gustnado::Error> {
    /// app.reverse_url("OneUser", &[&7])
    /// # }
    /// ```
    ///
    /// # Errors
    /// 500 when the name is that of no route or of several, or when it wants more or fewer values.
    pub fn reverse_url(&self, name: &str, values: &[&dyn Display]) -> Result<String, Error> {
        self.shared().urls.reverse_url(name, values)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "App({:?})", self.router())
    }
}

/// The routes of an application; its `Display` is a table, one verb a line with the first line of
/// its doc comment.
#[derive(Debug)]
pub struct Routes<'a>(&'a Router);

impl fmt::Display for Routes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        let mut add = |route: &HandlerRoute, template: &str| {
            lines.extend(route.verbs.iter().map(|verb| {
                let doc = verb.doc.lines().next();
                (verb.method, template.to_owned(), doc)
            }));
        };
        for route in self.0.routes() {
            if let Route::Handler(route) = route {
                add(route, route.info.pattern.as_str());
            }
        }
        for scope in self.0.scopes() {
            if let Some(fallback) = &scope.fallback {
                add(fallback, &format!("{}/…", scope.prefix));
            }
        }
        lines.extend(self.0.routes().iter().filter_map(|route| match route {
            Route::Mount(route) => Some(("*", format!("{}/…", route.prefix), None)),
            Route::Handler(_) => None,
        }));
        let width = lines
            .iter()
            .map(|(_, template, _)| template.chars().count())
            .max();
        let width = width.unwrap_or(0);
        for (index, (method, template, doc)) in lines.into_iter().enumerate() {
            let line = format!(
                "{method:<7} {template:<width$}  {}",
                doc.unwrap_or_default().trim()
            );
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Application, Group};
    use super::*;
    use crate::{extract::RouteInfo, mount::Tower};

    #[test]
    fn a_replica_shares_no_reference_count_that_requests_touch() {
        let inner = || Tower(Application::new().build().unwrap());
        let group = Group::new("/g").mount("/m", inner());
        let group = group.layer(tower_layer::layer_fn(|next| next));
        let app = Application::new().group(group).mount("/m", inner());
        let one = app.build().unwrap();
        let other = one.replica();
        let infos = |app: &App| -> Vec<_> {
            let mounts = app
                .router()
                .routes()
                .iter()
                .filter_map(|route| match route {
                    Route::Mount(route) => Some(Arc::clone(&route.info)),
                    Route::Handler(_) => None,
                });
            let scopes = app.router().scopes().map(|scope| Arc::clone(&scope.info));
            mounts.chain(scopes).collect()
        };
        let (ours, theirs) = (infos(&one), infos(&other));
        assert_eq!(ours.len(), 4);
        for (our, their) in ours.iter().zip(&theirs) {
            assert!(!Arc::ptr_eq(our, their));
            assert!(!Arc::ptr_eq(&our.shared, &their.shared));
            assert_eq!(our.shared.layers.is_empty(), their.shared.layers.is_empty());
        }
        other.stop();
        let stopped = |info: &Arc<RouteInfo>| info.shared.stop.stopping().has_begun();
        assert!(theirs.iter().all(stopped) && !ours.iter().any(stopped));
        // The mount and the group that it is in still have one thing in common.
        for infos in [ours, theirs] {
            let in_group = infos.iter().filter(|info| !info.shared.layers.is_empty());
            let in_group: Vec<_> = in_group.collect();
            assert_eq!(in_group.len(), 2);
            assert!(Arc::ptr_eq(&in_group[0].shared, &in_group[1].shared));
        }
    }
}
