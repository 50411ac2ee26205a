//! Layers of tower's around applications and groups: real ones, and ones that do what they should
//! not.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use gustnado::{App, Body, BoxError, BoxFuture, Next, prelude::*, testing::TestClient};
use gustnado_tests::runtime;
use tower::{
    Layer, Service, ServiceExt,
    layer::layer_fn,
    service_fn,
    util::{MapRequestLayer, MapResponseLayer},
};
use tower_http::{
    cors::CorsLayer, limit::RequestBodyLimitLayer, set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer, trace::TraceLayer,
};

#[derive(RequestHandler)]
#[route("/echo/{word}")]
struct Echo {
    word: String,
}

#[verbs]
impl Echo {
    async fn get(self, #[header] x_way: Vec<String>) -> Result<String> {
        match self.word.as_str() {
            "never" => std::future::pending().await,
            "panic" => panic!("as asked"),
            "error" => Err(Error::new(409, "as asked")),
            word => Ok(format!("{word}:{}", x_way.concat())),
        }
    }

    async fn post(self, Json(text): Json<String>) -> String {
        text
    }
}

#[derive(RequestHandler)]
#[route("/spa")]
struct Spa {}

#[verbs]
impl Spa {
    async fn get(self) -> &'static str {
        "spa"
    }
}

fn client(app: Application) -> TestClient {
    TestClient::new(app.build().expect("a sound application"))
}

/// Notes its name in the request on the way in and in the answer on the way out.
#[derive(Clone)]
struct Note(&'static str);

#[derive(Clone)]
struct Noting(HeaderValue, Next);

impl Layer<Next> for Note {
    type Service = Noting;

    fn layer(&self, next: Next) -> Noting {
        Noting(HeaderValue::from_static(self.0), next)
    }
}

impl Service<http::Request<Body>> for Noting {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<http::Request<Body>>::poll_ready(&mut self.1, cx)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        let name = self.0.clone();
        request.headers_mut().append("x-way", name.clone());
        let answer = self.1.call(request);
        Box::pin(async move {
            let mut answer = answer.await?;
            answer.headers_mut().append("x-way", name);
            Ok(answer)
        })
    }
}

#[test]
fn layers_stand_in_the_order_written() {
    let inner = Group::new("/inner").layer(Note("d")).handler::<Echo>();
    let group = Group::new("/group").layer(Note("c")).fallback::<Spa>();
    let app = Application::new().layer(Note("a")).layer(Note("b"));
    let app = app.handler::<Echo>().group(group.group(inner));
    let client = client(app.redirect_slashes());
    let table = [
        ("/echo/x", 200, "x:ab", "ba"),
        ("/group/inner/echo/x", 200, "x:abcd", "dcba"),
        ("/group/else", 200, "spa", "cba"),
        ("/group/inner/else", 404, "", "dcba"),
        ("/else", 404, "", "ba"),
        ("/echo/error", 409, "", "ba"),
        ("/echo/panic", 500, "", "ba"),
        ("/echo/x/", 308, "", "ba"),
    ];
    for (path, status, text, out) in table {
        let answer = client.get(path).send();
        assert_eq!(answer.status(), status, "{path}");
        if status == 200 {
            assert_eq!(answer.text(), text, "{path}");
        }
        let ways = answer.headers().get_all("x-way").iter();
        let ways: String = ways.map(|way| way.to_str().unwrap()).collect();
        assert_eq!(ways, out, "{path}");
    }
}

/// Answers with a tag, and with a body of a length that is not known.
#[derive(RequestHandler)]
#[route("/tagged")]
struct Tagged {}

#[verbs]
impl Tagged {
    async fn get(self, #[query(default)] streams: bool) -> Result<Response> {
        if streams {
            let chunk = Ok::<_, Error>(Bytes::from_static(b"streamed"));
            let body = Body::stream(futures_util::stream::iter([chunk]));
            return Ok(Response::new(200).with_body(body));
        }
        "tagged".with_etag().into_response()
    }
}

#[test]
fn heads_and_tags_are_seen_to_behind_layers() {
    let grows = MapResponseLayer::new(|response: http::Response<Body>| {
        response.map(|body| match body.as_full() {
            Some(bytes) => Body::from([bytes, &b"!"[..]].concat()),
            None => body,
        })
    });
    let app = Application::new().layer(grows).handler::<Tagged>();
    let client = client(app);
    let whole = client.get("/tagged").send();
    assert_eq!(whole.text(), "tagged!");
    let head = client.head("/tagged").send();
    assert_eq!((head.header("content-length"), head.text()), ("7", ""));
    let streams = client.head("/tagged?streams").send();
    assert_eq!(streams.header("content-length"), "");
    let tag = whole.header("etag");
    let had = client.get("/tagged").header("if-none-match", tag).send();
    assert_eq!((had.status(), had.text()), (304, ""));
}

#[test]
fn layers_of_tower_http_work() {
    let name = HeaderName::from_static("x-set");
    let set = SetResponseHeaderLayer::overriding(name, HeaderValue::from_static("set"));
    let soon = Duration::from_millis(20);
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, soon);
    let app = Application::new()
        .layer(TraceLayer::new_for_http())
        .layer(CorsLayer::permissive())
        .layer(set)
        .group(Group::new("/late").layer(timeout).handler::<Echo>())
        .default_header(header::SERVER, HeaderValue::from_static("gustnado"))
        .handler::<Echo>();
    let client = client(app);
    let echo = client.get("/echo/x").header("origin", "http://a").send();
    assert_eq!(echo.text(), "x:");
    assert_eq!(echo.header("access-control-allow-origin"), "*");
    assert_eq!(echo.header("x-set"), "set");
    let late = client.get("/late/echo/never").send();
    assert_eq!((late.status(), late.header("x-set")), (504, "set"));
    // What a layer answers by itself has the default headers too.
    let preflight = client.request("OPTIONS".parse().unwrap(), "/echo/x");
    let preflight = preflight.header("access-control-request-method", "GET");
    let preflight = preflight.header("origin", "http://a").send();
    assert_eq!(preflight.header("access-control-allow-methods"), "*");
    for answer in [late, preflight, client.get("/nothing").send()] {
        assert_eq!(answer.header("server"), "gustnado");
    }
}

#[test]
fn bounds_on_bodies_hold_behind_layers() {
    let app = |limit| {
        let app = Application::new().limits(|limits| limits.body = 8);
        client(
            app.layer(RequestBodyLimitLayer::new(limit))
                .handler::<Echo>(),
        )
    };
    let post = |client: TestClient, text: &str| client.post("/echo/x").json(&text).send();
    assert_eq!(post(app(100), "123456").text(), "123456");
    let refused = post(app(100), "1234567");
    assert_eq!(refused.status(), 413);
    assert!(
        refused.text().contains("at most 8 bytes"),
        "{}",
        refused.text()
    );
    // The layer's own bound, where it is the smaller.
    assert_ne!(post(app(4), "123456").status(), 200);
}

/// Reads the whole body before it calls on, as what checks a signature does.
async fn read_first(request: http::Request<Body>, mut next: Next) -> Result<Response, BoxError> {
    let (head, mut body) = request.into_parts();
    let read = match body.collect().await {
        Ok(read) => read,
        Err(error) => return Ok(Response::with_code(error.status()).with_text("too much to read")),
    };
    let request = http::Request::from_parts(head, Body::from(read));
    Ok(next.call(request).await?.into())
}

#[derive(RequestHandler)]
#[route("/large")]
struct Large {}

#[verbs]
impl Large {
    #[verb(body_limit = 16)]
    async fn post(self, body: Bytes) -> Bytes {
        body
    }

    async fn put(self, body: Bytes) -> Bytes {
        body
    }
}

#[test]
fn layers_read_no_more_of_a_body_than_the_handler_may() {
    let reading = layer_fn(|next: Next| {
        service_fn(move |request| {
            let next = next.clone();
            async move { read_first(request, next).await.map(http::Response::from) }
        })
    });
    let app = Application::new()
        .limits(|limits| limits.body = 8)
        .handler::<Large>();
    let client = client(app.layer(reading));
    for (method, length, status) in [
        ("PUT", 8, 200),
        ("PUT", 9, 413),
        ("POST", 16, 200),
        ("POST", 17, 413),
    ] {
        for declared in [true, false] {
            let bytes = Bytes::from(vec![b'x'; length]);
            let body = if declared {
                Body::from(bytes)
            } else {
                Body::stream(futures_util::stream::iter([Ok::<_, Error>(bytes)]))
            };
            let request = client.request(method.parse().unwrap(), "/large");
            let answer = request.body(body).send();
            assert_eq!(answer.status(), status, "{method} {length}");
            let by_layer = answer.text() == "too much to read";
            assert_eq!(by_layer, status == 413, "{method} {length}");
        }
    }
}

#[test]
fn an_error_of_a_layer_is_a_500_in_the_words_of_the_group() {
    let failing = || {
        layer_fn(|_: Next| {
            service_fn(|_: http::Request<Body>| async {
                Err::<http::Response<Body>, _>("the secret")
            })
        })
    };
    let page = |cx: &Cx, error: &Error| {
        let text = format!("{} {}", error.status().as_u16(), cx.request().path());
        Response::with_code(error.status()).with_text(text)
    };
    let group = Group::new("/g").layer(failing()).write_error(page);
    let app = Application::new().layer(Note("a")).group(group);
    let client = client(app.group(Group::new("/plain").layer(failing())));
    let answer = client.get("/g/x").send();
    assert_eq!((answer.status(), answer.text()), (500, "500 /g/x"));
    // Layers further out see an answer.
    assert_eq!(answer.header("x-way"), "a");
    let plain = client.get("/plain").header("x-request-id", "abc").send();
    assert_eq!(plain.status(), 500);
    assert_eq!(plain.header("x-request-id"), "abc");
    assert!(!plain.text().contains("secret"), "{}", plain.text());
}

#[test]
fn what_a_layer_must_not_do_is_a_500() {
    let elsewhere = MapRequestLayer::new(|mut request: http::Request<Body>| {
        *request.uri_mut() = "/echo/longer/than/it/was".parse().unwrap();
        request
    });
    let forgets = MapRequestLayer::new(|request: http::Request<Body>| {
        http::Request::new(request.into_body())
    });
    let panics = MapRequestLayer::new(|request: http::Request<Body>| {
        assert!(request.uri().path().is_empty(), "as asked");
        request
    });
    let twice = layer_fn(|next: Next| {
        service_fn(move |request: http::Request<Body>| {
            let mut next = next.clone();
            async move {
                let mut again = http::Request::new(Body::empty());
                *again.uri_mut() = request.uri().clone();
                *again.extensions_mut() = request.extensions().clone();
                next.call(request).await?;
                next.call(again).await
            }
        })
    });
    let plain = || Application::new().handler::<Echo>();
    let apps = [
        plain().layer(elsewhere),
        plain().layer(forgets),
        plain().layer(panics),
        plain().layer(twice),
    ];
    for (index, app) in apps.into_iter().enumerate() {
        let answer = client(app).get("/echo/x").send();
        assert_eq!(answer.status(), 500, "{index}");
    }
}

/// Says whom it is asked by and what a layer put in.
#[derive(RequestHandler)]
#[route("/known")]
struct Known {
    known: KnownBy,
}

struct KnownBy(String);

impl gustnado::FromRequest for KnownBy {
    async fn from_request(cx: &mut Cx) -> Result<Self> {
        let put_in = cx.request().head().extensions.get::<&'static str>();
        let peer = cx.request().peer().map(|peer| peer.ip().to_string());
        let peer = peer.unwrap_or_default();
        Ok(Self(format!(
            "{peer} {}",
            put_in.copied().unwrap_or_default()
        )))
    }
}

#[verbs]
impl Known {
    async fn get(self) -> String {
        self.known.0
    }
}

#[test]
fn extensions_of_a_layer_and_the_peer_come_to_the_handler() {
    use std::io::{Read as _, Write as _};
    let put_in = MapRequestLayer::new(|mut request: http::Request<Body>| {
        request.extensions_mut().insert("put in");
        request
    });
    let app = Application::new().layer(put_in).handler::<Known>();
    let text = runtime().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serve = app.serve(listener).unwrap().until(async {
            let _ = stopped.await;
        });
        let asking = tokio::task::spawn_blocking(move || {
            let mut socket = std::net::TcpStream::connect(addr).unwrap();
            socket
                .write_all(b"GET /known HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
                .unwrap();
            let mut text = String::new();
            socket.read_to_string(&mut text).unwrap();
            stop.send(()).unwrap();
            text
        });
        serve.await.unwrap();
        asking.await.unwrap()
    });
    assert!(text.ends_with("127.0.0.1 put in"), "{text}");
}

#[test]
fn what_a_layer_counts_it_counts_for_all_groups_and_requests() {
    let made = Arc::new(AtomicUsize::new(0));
    let counting = {
        let made = Arc::clone(&made);
        layer_fn(move |next: Next| {
            made.fetch_add(1, Relaxed);
            next
        })
    };
    let limit = tower::limit::ConcurrencyLimitLayer::new(1);
    let app = Application::new().layer(counting).layer(limit);
    let app = app.handler::<Echo>();
    let app = app.group(Group::new("/a").handler::<Echo>());
    let app: App = app.build().unwrap();
    let client = TestClient::new(app);
    runtime().block_on(async {
        let soon = Duration::from_millis(20);
        let first = tokio::spawn(client.get("/echo/never").sent());
        tokio::task::yield_now().await;
        let second = tokio::time::timeout(soon, client.get("/a/echo/x").sent());
        assert!(second.await.is_err(), "the first holds the only place");
        first.abort();
        let _ = first.await;
        assert_eq!(client.get("/a/echo/x").sent().await.text(), "x:");
    });
    assert_eq!(made.load(Relaxed), 1);
}

#[test]
fn a_built_application_takes_the_layers_that_change_paths() {
    let app = Application::new().handler::<Echo>().build().unwrap();
    let shorten = MapRequestLayer::new(|mut request: http::Request<Body>| {
        *request.uri_mut() = "/echo/short".parse().unwrap();
        request
    });
    let answer = runtime().block_on(async {
        let request = http::Request::get("/long").body(Body::empty()).unwrap();
        shorten.layer(app).oneshot(request).await.unwrap()
    });
    assert_eq!(answer.body().as_full().unwrap(), b"short:");
}
