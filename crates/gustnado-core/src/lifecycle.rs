//! ONE request, from its head to its answer. Read this first: each call below is a file, in the
//! order of the work. It must not know connections.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Method, header};
use tower_service::Service;

use crate::{
    application::App,
    body::Body,
    error::{BoxError, Error},
    extract::{BoxFuture, Cx},
    handler::Call,
    mount::caught,
    request::Request,
    respond::problem,
    response::Response,
    router::{Matched, MountRoute},
    write::{self, Outgoing},
};

/// Answers a request. Whatever happens in it, there is an answer.
pub(crate) async fn handle(app: &App, mut request: Request) -> Outgoing {
    let head = request.method() == Method::HEAD;
    request.body_mut().set_limit(app.limits().body);
    let response = match app.router().find(&request, app.limits().target) {
        Matched::Verb(verb, route, captures) => {
            call_verb(verb, Cx::new(request, captures, Arc::clone(route))).await
        }
        Matched::Mount(route) => call_mount(route, request).await,
        Matched::Answer(response) => response,
        Matched::Nothing(error) => problem::render(&error, request.headers().get(header::ACCEPT)),
    };
    write::outgoing(head, response)
}

async fn call_verb(verb: Call, mut cx: Cx) -> Response {
    let error = match caught(verb(&mut cx)).await {
        Some(Ok(response)) => return response,
        Some(Err(error)) => error,
        None => panicked(),
    };
    let request = cx.request();
    report(&error, request.method(), cx.pattern().as_str());
    problem::render(&error, request.headers().get(header::ACCEPT))
}

async fn call_mount(route: &MountRoute, request: Request) -> Response {
    // The mount takes the request; an error is rendered for who sent it.
    let accept = request.headers().get(header::ACCEPT).cloned();
    let method = request.method().clone();
    // Called within the future: a mount may also panic before it has made its own.
    let call = async { route.mount.call(&route.prefix, request).await };
    let error = match caught(call).await {
        Some(Ok(response)) => return response,
        Some(Err(error)) => error,
        None => panicked(),
    };
    report(&error, &method, &format!("{}/…", route.prefix));
    problem::render(&error, accept.as_ref())
}

#[cold]
fn panicked() -> Error {
    Error::new(500, "the handler panicked")
}

/// Says in the log what the client is not told. The route stands for the path, which may hold what
/// no log should.
fn report(error: &Error, method: &Method, route: &str) {
    if !error.status().is_server_error() {
        return;
    }
    let source = error.source().map(ToString::to_string);
    tracing::error!(
        %method,
        route,
        status = error.status().as_u16(),
        detail = error.detail(),
        source,
        "request failed"
    );
}

impl App {
    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request) -> Outgoing {
        handle(self, request).await
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
