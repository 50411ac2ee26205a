//! The application, frozen: checked once, shared by all workers, changed never.

use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use tower_service::Service;

use crate::{
    body::Body,
    error::BoxError,
    extract::{BoxFuture, Shared},
    lifecycle,
    limits::Limits,
    request::Request,
    router::{Route, Router},
    write::Outgoing,
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

    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request) -> Outgoing {
        lifecycle::handle(self, request).await
    }
}

impl<B> Service<http::Request<B>> for App
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let app = self.clone();
        Box::pin(async move {
            let request = Request::from(request.map(Body::new));
            Ok(app.answer(request).await.into_http())
        })
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
