//! The application, frozen: checked once, shared by all workers, changed never.

use std::{fmt, sync::Arc};

use crate::{
    extract::Shared,
    limits::Limits,
    router::{Route, Router},
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
}

impl App {
    pub(super) fn new(router: Router, shared: Arc<Shared>) -> Self {
        Self {
            inner: Arc::new(Inner { router, shared }),
        }
    }

    pub(crate) fn router(&self) -> &Router {
        &self.inner.router
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
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

/// The routes of an application; its `Display` is a table, one route a line.
#[derive(Debug)]
pub struct Routes<'a>(&'a Router);

impl fmt::Display for Routes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, route) in self.0.routes().iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match route {
                Route::Handler(route) => {
                    let (template, name) = (route.pattern.as_str(), route.name);
                    write!(f, "{template:<24} {:<32} {name}", route.allow())?;
                }
                Route::Mount(route) => {
                    let template = format!("{}/…", route.prefix);
                    write!(f, "{template:<24} {:<32} mounted", "")?;
                }
            }
        }
        Ok(())
    }
}
