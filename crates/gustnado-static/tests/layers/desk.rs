//! A handler that a test writes, and what comes of asking it through layers.

use std::{
    future::Future,
    io::Read,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use gustnado_core::{
    App, Application, Body, BoxError, BoxFuture, Error, HttpLayer, Mount, Request, Response,
    testing::{TestClient, TestRequest, TestResponse},
};
use http::{HeaderName, HeaderValue};
use http_body::Frame;

/// A handler that a test writes.
pub(crate) struct Handler<F>(pub(crate) F);

impl<F, A> Mount for Handler<F>
where
    F: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response, Error>> + Send + 'static,
{
    fn call<'a>(
        &'a self,
        _prefix: &'a str,
        request: Request,
    ) -> BoxFuture<'a, Result<Response, Error>> {
        Box::pin((self.0)(request))
    }
}

/// A client of an application with this layer around a handler that answers at once.
pub(crate) fn answering(
    layer: impl HttpLayer,
    answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
) -> TestClient {
    client(layer, move |request| {
        let answer = answer(&request);
        async move { Ok(answer) }
    })
}

/// A client of an application with this layer around a handler.
pub(crate) fn client<F, A>(layer: impl HttpLayer, handler: F) -> TestClient
where
    F: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response, Error>> + Send + 'static,
{
    TestClient::new(app(layer, handler))
}

/// The application itself.
pub(crate) fn app<F, A>(layer: impl HttpLayer, handler: F) -> App
where
    F: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response, Error>> + Send + 'static,
{
    let app = Application::new().layer(layer).mount("/", Handler(handler));
    app.build().unwrap()
}

/// A runtime whose time stands still until everybody waits for it.
pub(crate) fn paused<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(test)
}

/// The same reply with more fields.
pub(crate) trait Fields: Sized {
    fn fields(self, fields: &[(&str, &str)]) -> Self;
}

impl Fields for Response {
    fn fields(mut self, fields: &[(&str, &str)]) -> Self {
        for (name, value) in fields {
            let name: HeaderName = name.parse().unwrap();
            let value = HeaderValue::from_str(value).unwrap();
            self.headers_mut().append(name, value);
        }
        self
    }
}

impl Fields for TestRequest {
    fn fields(self, fields: &[(&str, &str)]) -> Self {
        let add = |request: Self, (name, value): &(&str, &str)| request.header(name, value);
        fields.iter().fold(self, add)
    }
}

/// What a client that decodes has.
pub(crate) fn decoded(answer: &TestResponse) -> Vec<u8> {
    let coded: &[u8] = answer.bytes();
    let mut bytes = Vec::new();
    match answer.header("content-encoding") {
        "" => bytes.extend_from_slice(coded),
        "br" => {
            let mut reader = brotli::Decompressor::new(coded, 4096);
            reader.read_to_end(&mut bytes).unwrap();
        }
        "gzip" => {
            let mut reader = flate2::read::GzDecoder::new(coded);
            reader.read_to_end(&mut bytes).unwrap();
        }
        #[cfg(feature = "zstd")]
        "zstd" => bytes = zstd::stream::decode_all(coded).unwrap(),
        other => panic!("coded as {other}"),
    }
    bytes
}

/// A body that comes in these pieces, its length not known.
pub(crate) fn pieces<P: Into<bytes::Bytes>>(pieces: impl IntoIterator<Item = P>) -> Body {
    let pieces: Vec<_> = pieces
        .into_iter()
        .map(|piece| Ok::<_, Error>(piece.into()))
        .collect();
    Body::stream(futures_util::stream::iter(pieces))
}

/// A body of one piece and trailers, or of one piece and a failure.
pub(crate) struct Odd(pub(crate) Vec<Result<Frame<bytes::Bytes>, BoxError>>);

impl http_body::Body for Odd {
    type Data = bytes::Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<bytes::Bytes>, BoxError>>> {
        std::task::Poll::Ready((!self.0.is_empty()).then(|| self.0.remove(0)))
    }
}

/// How often something happened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    /// Counts one more; how many there were before.
    pub(crate) fn add(&self) -> usize {
        self.0.fetch_add(1, Relaxed)
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Relaxed)
    }
}
