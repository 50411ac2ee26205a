//! ONE request, from its head to its answer. Read this first: each call below is a file, in the
//! order of the work. It must not know connections.

use std::sync::Arc;

use http::{Method, header};

use crate::{
    application::App,
    error::Error,
    extract::Cx,
    handler::Call,
    mount::caught,
    request::Request,
    respond::problem,
    response::Response,
    router::{Matched, MountRoute},
    write::{self, Outgoing},
};

/// Answers a request. Whatever happens in it, there is an answer.
pub(crate) async fn handle(app: &App, request: Request) -> Outgoing {
    let head = request.method() == Method::HEAD;
    let response = match app.router().find(&request, app.limits().target) {
        Matched::Verb(verb, route, captures) => {
            call_verb(verb, Cx::new(request, captures, Arc::clone(route))).await
        }
        Matched::Mount(route) => call_mount(route, request).await,
        Matched::Answer(response) => response,
        Matched::Nothing(error) => {
            report(&error);
            problem::render(&error, request.headers().get(header::ACCEPT))
        }
    };
    write::outgoing(head, response)
}

async fn call_verb(verb: Call, mut cx: Cx) -> Response {
    let error = match caught(verb(&mut cx)).await {
        Some(Ok(response)) => return response,
        Some(Err(error)) => error,
        None => panicked(),
    };
    report(&error);
    problem::render(&error, cx.request().headers().get(header::ACCEPT))
}

async fn call_mount(route: &MountRoute, request: Request) -> Response {
    // The mount takes the request; an error is rendered for who sent it.
    let accept = request.headers().get(header::ACCEPT).cloned();
    let error = match caught(route.mount.call(&route.prefix, request)).await {
        Some(Ok(response)) => return response,
        Some(Err(error)) => error,
        None => panicked(),
    };
    report(&error);
    problem::render(&error, accept.as_ref())
}

#[cold]
fn panicked() -> Error {
    Error::new(500, "the handler panicked")
}

/// Says in the log what the client is not told.
fn report(error: &Error) {
    if !error.status().is_server_error() {
        return;
    }
    let source = error.source().map(ToString::to_string);
    tracing::error!(
        status = error.status().as_u16(),
        detail = error.detail(),
        source,
        "request failed"
    );
}
