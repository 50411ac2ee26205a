//! An in-process client for tests: a request goes straight to the application, without a socket.
//! It must not know how the application answers.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::{application::App, arrival::Arrival, body::Body, request::Request};

/// Calls an application in the test's own thread.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Application, testing::TestClient};
///
/// let client = TestClient::new(Application::new().build()?);
/// assert_eq!(client.get("/nothing").send().status(), 404);
/// # Ok::<(), gustnado_core::BuildError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TestClient {
    app: App,
}

/// A request being put together.
#[derive(Debug)]
#[must_use = "nothing is asked until it is sent"]
pub struct TestRequest {
    app: App,
    request: http::Request<Body>,
    arrival: Arrival,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestClient {
    /// A client of this application.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self { app }
    }

    /// A GET.
    pub fn get(&self, target: &str) -> TestRequest {
        self.request(Method::GET, target)
    }

    /// A HEAD.
    pub fn head(&self, target: &str) -> TestRequest {
        self.request(Method::HEAD, target)
    }

    /// A POST.
    pub fn post(&self, target: &str) -> TestRequest {
        self.request(Method::POST, target)
    }

    /// A PUT.
    pub fn put(&self, target: &str) -> TestRequest {
        self.request(Method::PUT, target)
    }

    /// A PATCH.
    pub fn patch(&self, target: &str) -> TestRequest {
        self.request(Method::PATCH, target)
    }

    /// A DELETE.
    pub fn delete(&self, target: &str) -> TestRequest {
        self.request(Method::DELETE, target)
    }

    /// Any method.
    ///
    /// # Panics
    /// When `target` is no request target.
    pub fn request(&self, method: Method, target: &str) -> TestRequest {
        let mut request = http::Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = target.parse().expect("a request target");
        TestRequest {
            app: self.app.clone(),
            request,
            arrival: Arrival::default(),
        }
    }
}

impl TestRequest {
    /// Adds a header field.
    ///
    /// # Panics
    /// When the name or the value is none.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header name");
        let value = HeaderValue::from_str(value).expect("a header value");
        self.request.headers_mut().append(name, value);
        self
    }

    /// Has it come from this address, for what asks for its [`Peer`](crate::Peer) or
    /// [`Client`](crate::Client). Without, it comes from none, as over a Unix socket.
    pub fn from_peer(mut self, peer: impl Into<IpAddr>) -> Self {
        self.arrival.peer = Some(SocketAddr::new(peer.into(), 0));
        self
    }

    /// Has it come over TLS.
    pub fn over_tls(mut self) -> Self {
        self.arrival.secure = true;
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    /// Sets a JSON body, and says that it is one.
    ///
    /// # Panics
    /// When the value cannot be written as JSON.
    #[cfg(feature = "json")]
    pub fn json(self, value: &impl serde_core::Serialize) -> Self {
        let bytes = serde_json::to_vec(value).expect("JSON");
        self.header("content-type", "application/json").body(bytes)
    }

    /// Sends it and reads the answer to its end, in a runtime of its own, so that handlers may wait
    /// for timers, sockets and files.
    ///
    /// # Panics
    /// When the body of the answer breaks off; inside a runtime, where [`sent`](Self::sent) is to
    /// be awaited instead.
    pub fn send(self) -> TestResponse {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(self.sent())
    }

    /// Sends it and reads the answer to its end, inside a runtime.
    ///
    /// # Panics
    /// When the body of the answer breaks off.
    pub async fn sent(self) -> TestResponse {
        let (head, body) = self.request.into_parts();
        let request = Request::arrived(head, body, self.arrival);
        let outgoing = self.app.answer(request).await;
        let (head, mut body) = outgoing.into_http().into_parts();
        let body = body.collect().await;
        TestResponse {
            status: head.status,
            headers: head.headers,
            body: body.expect("the whole answer"),
        }
    }
}

impl TestResponse {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The value of a header field; the first where there are several, empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap_or(""))
    }

    /// All header fields.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not JSON of that form.
    #[cfg(feature = "json")]
    #[must_use]
    pub fn json<T: serde_core::de::DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not the JSON that is wanted, {error}: {:?}", self.body))
    }
}
