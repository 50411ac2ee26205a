//! The application, frozen: checked once, shared by all workers, changed never.

use std::{fmt, sync::Arc};

use crate::{
    extract::Shared,
    limits::Limits,
    router::{Route, Router},
    tally::Tally,
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
    shared: Arc<Shared>,
    workers: usize,
}

impl App {
    pub(super) fn new(router: Router, shared: Arc<Shared>, workers: usize) -> Self {
        let inner = Inner {
            router,
            shared,
            workers,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The same application for another worker, with reference counts and a stop of its own.
    pub(crate) fn replica(&self) -> Self {
        let shared = Arc::new(self.shared().replica());
        let router = self.router().replica(&shared);
        Self::new(router, shared, self.inner.workers)
    }

    /// How many workers were asked for; 0 is one per core.
    pub(crate) fn workers(&self) -> usize {
        self.inner.workers
    }

    pub(crate) fn router(&self) -> &Router {
        &self.inner.router
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }

    /// How many handlers go on that nobody waits for.
    pub(crate) fn finishing(&self) -> &Tally {
        &self.inner.shared.stop.finishing
    }

    /// Tells what is being answered that the server stops.
    pub(crate) fn stop(&self) {
        self.inner.shared.stop.begin();
    }

    /// The bounds on time, bytes and counts.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.inner.shared.limits
    }

    /// The routes it has, to print.
    #[must_use]
    pub fn routes(&self) -> Routes<'_> {
        Routes(self.router())
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
        for route in self.0.routes() {
            match route {
                Route::Handler(route) => lines.extend(route.verbs.iter().map(|verb| {
                    let template = route.info.pattern.as_str().to_owned();
                    (verb.method, template, verb.doc.lines().next())
                })),
                Route::Mount(route) => lines.push(("*", format!("{}/…", route.prefix), None)),
            }
        }
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
