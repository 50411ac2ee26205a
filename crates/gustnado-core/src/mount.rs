//! What answers everything below a prefix: static files, another application, any tower service.
//! It must not know how the prefix was matched.

use std::{convert::Infallible, future::Future};

use bytes::Bytes;
use http::header;
use tower_service::Service;

use crate::{
    body::Body,
    describe::Api,
    error::{BoxError, Error},
    extract::BoxFuture,
    glance::Glance,
    ready::ReadyMade,
    request::Request,
    response::Response,
    trust::{Client, Trust},
};

/// Something that answers everything below a prefix.
///
/// [`Application::mount`](crate::Application::mount) takes it.
pub trait Mount: Send + Sync + 'static {
    /// What is wrong with it, each in a sentence without a full stop. `build()` lists them all.
    fn problems(&self) -> Vec<String> {
        Vec::new()
    }

    /// Looks at the application it is mounted in, once, when that is built. `describe` says what the
    /// application says of itself, and takes a moment.
    fn built(&self, describe: &dyn Fn() -> Api) {
        let _ = describe;
    }

    /// Hears where it is mounted, once, when the application is built: what `call` gets as `prefix`.
    fn placed(&self, prefix: &str) {
        let _ = prefix;
    }

    /// Hears who knows of clients, once, when the application is built: what wants to know who sends its
    /// requests keeps it.
    fn introduced(&self, clients: &Clients) {
        let _ = clients;
    }

    /// The answer to a request, where it was made before and is sent as it is; else nothing, and
    /// [`call`](Self::call) answers. It is asked first, on the event loop, so it must not wait. What
    /// it answers costs no future and no map of fields, and over HTTP/1 not even a request.
    ///
    /// It is asked so about the GETs that bring no body, ask for no other protocol and do not end their
    /// connection, where nothing else has to see them; and otherwise, or where it has answered nothing,
    /// with the [request](Glance::request) that was made.
    fn at_hand(&self, prefix: &str, head: &Glance<'_>) -> Option<ReadyMade> {
        let _ = (prefix, head);
        None
    }

    /// Answers a request. Its body has the bound of what the mount stands in, which
    /// [`Body::set_limit`](crate::Body::set_limit) replaces. Its path begins with `prefix`, which is
    /// empty for a mount at `/` and never ends in `/`; what follows it is empty or begins with `/`.
    fn call<'a>(
        &'a self,
        prefix: &'a str,
        request: Request,
    ) -> BoxFuture<'a, Result<Response, Error>>;
}

/// Knows who sends the requests of an application, by the word of the proxies that it trusts; see
/// [`Mount::introduced`]. By default no proxy is trusted.
#[derive(Debug, Clone, Default)]
pub struct Clients(Trust);

impl Clients {
    pub(crate) fn new(trust: Trust) -> Self {
        Self(trust)
    }

    /// Who sent this request.
    #[must_use]
    pub fn of(&self, request: &Request) -> Client {
        let (arrival, head) = (request.origin().arrival, request.raw_head());
        // The map of all fields is made only where somebody has to look for more than one of them.
        let alone = head.is_plain().then(|| {
            let hosts = head.values(header::HOST.as_str());
            self.0.client_alone(arrival, hosts)
        });
        let alone = alone.flatten();
        alone.unwrap_or_else(|| self.0.client(arrival, request.head()))
    }
}

/// A tower service, as a mount: `application.mount("/api", Tower(router))`.
///
/// The service sees the whole path. It is cloned for each request and waited for until it is
/// ready. It reads no more of a body than [`Limits::body`](crate::Limits::body) allows; another
/// application, which is such a service too, goes by its own limits.
#[derive(Debug, Clone)]
pub struct Tower<S>(pub S);

impl<S, B> Mount for Tower<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn call<'a>(
        &'a self,
        _prefix: &'a str,
        request: Request,
    ) -> BoxFuture<'a, Result<Response, Error>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            let Ok(()) = std::future::poll_fn(|cx| service.poll_ready(cx)).await;
            let Ok(response) = service.call(request.into()).await;
            Ok(response.map(Body::new).into())
        })
    }
}

/// Calls `future` with a panic of it caught: `None`.
pub(crate) async fn caught<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|cx| {
        let poll = std::panic::AssertUnwindSafe(|| future.as_mut().poll(cx));
        match std::panic::catch_unwind(poll) {
            Ok(poll) => poll.map(Some),
            Err(_panic) => std::task::Poll::Ready(None),
        }
    })
    .await
}
