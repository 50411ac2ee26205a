//! Layers of tower's around handlers: what they are kept as, and the way of a request through them
//! to what they stand around. It must not know what that is.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::Uri;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    body::Body,
    error::{BoxError, Error},
    request::{Origin, Request},
    response::Response,
    trust::{Client, Trust},
};

/// Layers, the outermost first. Each is made into a service once, so that what a service counts,
/// it counts for all requests.
#[doc(hidden)]
#[allow(unreachable_pub, reason = "named in the signature of a public trait")]
#[derive(Clone, Default)]
pub struct Layers(Arc<[Arc<dyn Around>]>);

/// What layers stand around, for one request.
struct End {
    uri: Uri,
    seen: Seen,
    rest: Mutex<Option<Rest>>,
    failed: Failed,
}

/// What layers may ask of a request besides what it says.
pub(crate) struct Seen {
    pub(crate) trust: Trust,
    /// The number of the route that was found for it.
    pub(crate) route: u64,
}

/// The rest of the way of a request.
pub(crate) type Rest = Box<dyn FnOnce(Request) -> Answering + Send>;

/// Writes the answer to a request that was given away.
pub(crate) type Failed = Arc<dyn Fn(&Error) -> Response + Send + Sync>;

/// An answer that will be there.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// What fails has become an answer already, so that the layers further out can dress it.
type Answer = Result<http::Response<Body>, Infallible>;

/// A layer of tower's that can stand around handlers: what is given to
/// [`Application::layer`](crate::Application::layer) and [`Group::layer`](crate::Group::layer).
///
/// Every layer is one that stands around [`Next`] with a service of HTTP: it takes
/// `http::Request<Body>` and answers with an `http::Response` of any body of bytes, it can be cloned,
/// sent and shared, its future can be sent, and its errors can be boxed.
///
/// The request has its handler when it comes to a layer: a layer may answer it, change its header
/// fields, put in extensions or replace its body, but not its path. A layer that changes paths stands
/// around the built [`App`](crate::App), which is a tower service. An error of a layer becomes a 500.
/// The service is made once and cloned for each request.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no layer that can stand around handlers",
    label = "not a layer",
    note = "a layer implements `tower_layer::Layer<Next>`; a function becomes one by `tower_layer::layer_fn`"
)]
pub trait HttpLayer: Sized {
    /// It alone, made into a service.
    #[doc(hidden)]
    fn into_layers(self) -> Layers;
}

impl<L, B> HttpLayer for L
where
    L: Layer<Next>,
    L::Service: Service<http::Request<Body>, Response = http::Response<B>>,
    L::Service: Clone + Send + Sync + 'static,
    <L::Service as Service<http::Request<Body>>>::Error: Into<BoxError>,
    <L::Service as Service<http::Request<Body>>>::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn into_layers(self) -> Layers {
        let around = Layered(self.layer(Next(())));
        Layers(Arc::new([Arc::new(around)]))
    }
}

impl Layers {
    /// These, and within them those of `inner`.
    pub(crate) fn around(&self, inner: &Self) -> Self {
        Self(self.0.iter().chain(&*inner.0).cloned().collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same for another worker, with reference counts of its own.
    pub(crate) fn replica(&self) -> Self {
        Self(self.0.iter().map(|layer| layer.replica()).collect())
    }

    /// Sends a request through all of them.
    pub(crate) fn call(
        &self,
        request: Request,
        seen: Seen,
        rest: Rest,
        failed: Failed,
    ) -> Answering {
        let end = End {
            uri: request.uri().clone(),
            seen,
            rest: Mutex::new(Some(rest)),
            failed,
        };
        let way = Way {
            layers: self.clone(),
            passed: 0,
            origin: request.origin().clone(),
            end: Arc::new(end),
        };
        way.go_on(request.into())
    }
}

/// A layer with its service, whatever its type.
trait Around: Send + Sync {
    fn call(&self, request: http::Request<Body>, end: Arc<End>) -> Answering;

    fn replica(&self) -> Arc<dyn Around>;
}

struct Layered<S>(S);

impl<S, B> Around for Layered<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>>,
    S: Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn call(&self, request: http::Request<Body>, end: Arc<End>) -> Answering {
        let mut service = self.0.clone();
        Box::pin(async move {
            let answer = async {
                std::future::poll_fn(|cx| service.poll_ready(cx)).await?;
                service.call(request).await
            };
            Ok(match answer.await {
                Ok(answer) => answer.map(Body::new),
                Err(error) => (end.failed)(&Error::internal(error)).into(),
            })
        })
    }

    fn replica(&self) -> Arc<dyn Around> {
        Arc::new(Self(self.0.clone()))
    }
}

/// Where a request is on its way. It travels with the request, among its extensions.
#[derive(Clone)]
struct Way {
    layers: Layers,
    passed: usize,
    /// An `http::Request` has no place for it.
    origin: Origin,
    end: Arc<End>,
}

impl Way {
    /// Through the next layer, or to the end.
    fn go_on(mut self, mut request: http::Request<Body>) -> Answering {
        let Some(layer) = self.layers.0.get(self.passed).cloned() else {
            return self.arrive(request);
        };
        self.passed += 1;
        let end = Arc::clone(&self.end);
        request.extensions_mut().insert(self);
        layer.call(request, end)
    }

    fn arrive(self, request: http::Request<Body>) -> Answering {
        let Self { origin, end, .. } = self;
        let fail = |why: &'static str| {
            let response = (end.failed)(&Error::internal(why)).into();
            Box::pin(std::future::ready(Ok(response)))
        };
        // The values in a path lie where they were found in it.
        if request.uri().path() != end.uri.path() {
            return fail(
                "a layer changed the path of a request whose handler was found; \
                 put such a layer around the built `App`, which is a tower service",
            );
        }
        let rest = end.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(rest) = { rest }.take() else {
            return fail("a layer called twice for one request");
        };
        let (head, body) = request.into_parts();
        rest(Request::of(head, body, origin))
    }
}

/// What a layer given to [`Application::layer`](crate::Application::layer) or
/// [`Group::layer`](crate::Group::layer) stands around: the layers within it, and at last whatever
/// answers the request.
///
/// It is called once a request, with a request that has the extensions of the one that the layer
/// was called with.
#[derive(Debug, Clone)]
pub struct Next(());

impl Next {
    /// Who sent a request, for a layer that was called with it; as the input [`Client`] says it to
    /// handlers. `None` for a request that no application sent through a layer.
    #[must_use]
    pub fn client<B>(request: &http::Request<B>) -> Option<Client> {
        let way = request.extensions().get::<Way>()?;
        let arrival = way.origin.arrival;
        let trust = &way.end.seen.trust;
        Some(trust.client_of(arrival, request.uri(), request.headers()))
    }

    /// A number that all requests to the route that was found for this one have, and no others.
    /// Two routes may have the same path, under guards.
    #[doc(hidden)]
    #[must_use]
    pub fn route<B>(request: &http::Request<B>) -> Option<u64> {
        Some(request.extensions().get::<Way>()?.end.seen.route)
    }
}

impl<B> Service<http::Request<B>> for Next
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<B>) -> Self::Future {
        match request.extensions_mut().remove::<Way>() {
            Some(way) => way.go_on(request.map(Body::new)),
            None => {
                tracing::error!("a layer lost the extensions of its request");
                Box::pin(std::future::ready(Ok(Response::new(500).into())))
            }
        }
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Layers({})", self.0.len())
    }
}
