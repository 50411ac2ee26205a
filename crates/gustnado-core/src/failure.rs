//! The answer to a request that failed: by whoever writes errors there, and with a word in the log where it is
//! the program that failed. It must not know how requests are answered that do not fail.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use http::{HeaderName, HeaderValue};

use crate::{
    dress::{dress, with_headers},
    error::Error,
    extract::{Cx, RouteInfo},
    limits::CAUSES,
    request::{Request, X_REQUEST_ID},
    respond::problem,
    response::Response,
    route::Captures,
};

#[cold]
pub(crate) fn panicked() -> Error {
    Error::new(500, "the handler, or a layer around it, panicked")
}

/// The answer to a request that failed where no handler has it.
#[cold]
pub(crate) fn fail_outside(
    error: &Error,
    request: impl Into<Request>,
    info: Arc<RouteInfo>,
) -> Response {
    fail(error, &Cx::new(request.into(), Captures::default(), info))
}

/// The answer to a request that failed. What the client is not told is said in the log.
#[cold]
pub(crate) fn fail(error: &Error, cx: &Cx) -> Response {
    if let Some(response) = problem::login(error, cx.request()) {
        return dress(response, cx.default_headers());
    }
    if error.status().is_server_error() {
        report(error, cx);
    }
    explain(error, cx)
}

/// Tells the client of an error, by whoever writes it.
pub(crate) fn explain(error: &Error, cx: &Cx) -> Response {
    let write = AssertUnwindSafe(|| cx.write_error(error));
    let written = catch_unwind(write).unwrap_or_else(|_panic| {
        tracing::error!(request_id = cx.request_id(), "`write_error` panicked");
        None
    });
    // Such as the `Allow` of a 405, which is not for a hook to forget.
    let written = written.map(|response| with_headers(response, error.headers()));
    let mut response = written.unwrap_or_else(|| cx.problem(error));
    if error.status().is_server_error()
        && let Ok(id) = HeaderValue::from_str(cx.request_id())
    {
        let name = HeaderName::from_static(X_REQUEST_ID);
        response.headers_mut().insert(name, id);
    }
    dress(response, cx.default_headers())
}

/// Says in the log what the client is not told, by the name that the client is told. The route
/// stands for the path, which may hold what no log should.
fn report(error: &Error, cx: &Cx) {
    tracing::error!(
        request_id = cx.request_id(),
        method = %cx.request().method(),
        route = cx.pattern().as_str(),
        status = error.status().as_u16(),
        detail = error.detail(),
        causes = causes(error),
        "request failed"
    );
}

/// What caused it, and what caused that, and so on.
fn causes(error: &Error) -> Option<String> {
    let first = error.source()? as &dyn std::error::Error;
    let chain = std::iter::successors(Some(first), |cause| cause.source());
    let chain: Vec<String> = chain.take(CAUSES).map(ToString::to_string).collect();
    Some(chain.join(": "))
}
