//! An application at the edge: whom it trusts, what it tells browsers, whether it is well.

use std::panic::Location;

use gustnado::{
    App, BoxFuture, BuildProblem, Client, Mount, Peer, Request, prelude::*, testing::TestClient,
};

#[derive(RequestHandler)]
#[route("/whoami")]
struct WhoAmI {
    client: Client,
    peer: Peer,
}

#[verbs]
impl WhoAmI {
    async fn get(&self) -> String {
        let shown = |ip: Option<std::net::IpAddr>| ip.map_or("?".into(), |ip| ip.to_string());
        let (scheme, host) = (self.client.scheme(), self.client.host().unwrap_or("-"));
        let (client, peer) = (shown(self.client.ip()), shown(self.peer.ip()));
        format!("{scheme}://{host} {client} by {peer}")
    }

    async fn delete(&self) -> Result<()> {
        Err(Error::new(409, "not now"))
    }

    async fn put(&self) {
        panic!("as asked");
    }
}

fn client(application: Application) -> TestClient {
    TestClient::new(application.build().expect("an application"))
}

#[test]
fn a_client_is_what_trusted_proxies_say_and_a_peer_is_not() {
    let application = || Application::new().handler::<WhoAmI>();
    let ask = |client: &TestClient, peer: [u8; 4]| {
        let request = client
            .get("/whoami")
            .header("host", "inner")
            .from_peer(peer);
        let request = request.header("x-forwarded-for", "6.6.6.6, 192.0.2.1");
        let request = request.header("x-forwarded-proto", "https");
        let answer = request.header("x-forwarded-host", "shop.example").send();
        answer.text().to_owned()
    };
    let trusting = client(application().trust(["10.0.0.0/8"]).trust(["192.0.2.9"]));
    let proxied = "https://shop.example 192.0.2.1 by";
    assert_eq!(ask(&trusting, [10, 0, 0, 1]), format!("{proxied} 10.0.0.1"));
    assert_eq!(
        ask(&trusting, [192, 0, 2, 9]),
        format!("{proxied} 192.0.2.9")
    );
    let plain = "http://inner 11.0.0.1 by 11.0.0.1";
    assert_eq!(ask(&trusting, [11, 0, 0, 1]), plain);
    assert_eq!(ask(&client(application()), [11, 0, 0, 1]), plain);
}

#[test]
fn a_connection_that_is_secure_makes_a_client_secure() {
    let client = client(Application::new().handler::<WhoAmI>());
    let request = client.get("/whoami").over_tls().header("host", "a:8443");
    assert_eq!(request.send().text(), "https://a:8443 ? by ?");
}

#[test]
fn unreadable_fields_are_no_failure() {
    let client = client(Application::new().trust(["unix"]).handler::<WhoAmI>());
    let request = client.get("/whoami").header("forwarded", "for=\"");
    let answer = request.header("host", "inner").send();
    assert_eq!(answer.text(), "http://inner ? by ?");
}

#[test]
fn layers_and_error_pages_know_the_client() {
    let same = tower::util::MapRequestLayer::new(|request: http::Request<Body>| request);
    let application = Application::new()
        .trust(["10.0.0.1"])
        .handler::<WhoAmI>()
        .mount("/mount", Failing)
        .layer(same)
        .write_error(|cx, error| {
            let client = cx.client();
            let text = format!("{} {:?}", client.scheme(), client.ip());
            Response::with_code(error.status()).with_text(text)
        });
    let client = client(application);
    for path in ["/nowhere", "/mount/x"] {
        let request = client.get(path).from_peer([10, 0, 0, 1]).over_tls();
        let answer = request.header("x-forwarded-for", "192.0.2.1").send();
        assert_eq!(answer.text(), "https Some(192.0.2.1)", "{path}");
    }
    let request = client.get("/whoami").from_peer([10, 0, 0, 1]).over_tls();
    let answer = request.header("forwarded", "for=192.0.2.1;host=a").send();
    assert_eq!(answer.text(), "https://a 192.0.2.1 by 10.0.0.1");
}

#[test]
fn what_is_no_network_is_told_with_its_line() {
    let line = Location::caller().line() + 2;
    let application = Application::new();
    let application = application.trust(["10.0.0.0/8", "nginx", "0.0.0.0/0", "10.0.0.1/8"]);
    let error = application.build().expect_err("no networks");
    assert_eq!(error.problems().len(), 3);
    for problem in error.problems() {
        assert!(matches!(problem, BuildProblem::Trust { .. }));
        let here = format!("(tests/it/edge.rs:{line}:");
        assert!(problem.to_string().contains(&here), "{problem}");
    }
    let text = error.to_string();
    for part in [
        "\"nginx\"",
        "is no network",
        "is everybody",
        "write `10.0.0.0/8`",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

// ---- What browsers are told ----

const CAREFUL: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "SAMEORIGIN"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
];

/// Fails, whatever it is asked.
struct Failing;

impl Mount for Failing {
    fn call<'a>(&'a self, _prefix: &'a str, _request: Request) -> BoxFuture<'a, Result<Response>> {
        Box::pin(std::future::ready(Err(Error::new(500, "as asked"))))
    }
}

#[derive(RequestHandler)]
#[route("/own")]
struct Own {}

#[verbs]
impl Own {
    async fn get(&self) -> Response {
        let deny = HeaderValue::from_static("DENY");
        Response::new(200).with_header(header::X_FRAME_OPTIONS, deny)
    }

    fn default_headers(headers: &mut HeaderMap) {
        headers.remove(header::REFERRER_POLICY);
    }
}

/// The three fields of an answer, `-` where there is none.
fn careful(answer: &gustnado::testing::TestResponse) -> String {
    let value = |(name, _): (&str, &str)| {
        let values: Vec<_> = answer.headers().get_all(name).iter().collect();
        assert!(values.len() < 2, "{name}: {values:?}");
        values
            .first()
            .map_or("-", |value| value.to_str().expect("text"))
            .to_owned()
    };
    CAREFUL.map(value).join(" ")
}

fn everything() -> Application {
    let files = StaticFiles::new(concat!(env!("CARGO_MANIFEST_DIR"), "/it"));
    let group = Group::new("/group").handler::<WhoAmI>();
    Application::new()
        .handler::<WhoAmI>()
        .handler::<Own>()
        .redirect_slashes()
        .mount("/static", files)
        .mount("/failing", Failing)
        .group(group)
}

#[test]
fn every_answer_has_browsers_be_careful() {
    let client = client(everything());
    let all = CAREFUL.map(|(_, value)| value).join(" ");
    let table = [
        ("GET", "/whoami", 200),
        ("HEAD", "/whoami", 200),
        ("OPTIONS", "/whoami", 204),
        ("POST", "/whoami", 405),
        ("DELETE", "/whoami", 409),
        ("PUT", "/whoami", 500),
        ("GET", "/whoami/", 308),
        ("GET", "/group/whoami", 200),
        ("GET", "/group/nowhere", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/static/main.rs", 200),
        ("GET", "/static/nowhere", 404),
        ("GET", "/failing/x", 500),
        ("OPTIONS", "*", 204),
    ];
    for (method, path, status) in table {
        let answer = client
            .request(method.parse().expect("a method"), path)
            .send();
        assert_eq!(answer.status(), status, "{method} {path}");
        assert_eq!(careful(&answer), all, "{method} {path}");
    }
    let long = format!("/{}", "a".repeat(10_000));
    let answer = client.get(&long).send();
    assert_eq!((answer.status(), careful(&answer)), (414, all.clone()));
    // What the client has already.
    let first = client.get("/static/main.rs").send();
    let again = client.get("/static/main.rs");
    let again = again.header("if-none-match", first.header("etag")).send();
    assert_eq!((again.status(), careful(&again)), (304, all));
}

#[test]
fn what_is_said_nearer_goes_before() {
    let get = |application: Application, path: &str| careful(&client(application).get(path).send());
    let referrer = CAREFUL[2].1;
    assert_eq!(get(everything(), "/own"), "nosniff DENY -");
    let no_referrer = HeaderValue::from_static("no-referrer");
    let own = everything().default_header(header::REFERRER_POLICY, no_referrer);
    assert_eq!(get(own, "/whoami"), "nosniff SAMEORIGIN no-referrer");
    let none = everything().security_headers(HeaderMap::clear);
    assert_eq!(get(none, "/whoami"), "- - -");
    let changed = || {
        everything().security_headers(|headers| {
            headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        })
    };
    assert_eq!(
        get(changed(), "/nowhere"),
        format!("nosniff DENY {referrer}")
    );
    let framed = Group::new("/framed")
        .handler::<WhoAmI>()
        .security_headers(|headers| {
            headers.remove(header::X_FRAME_OPTIONS);
        });
    let framed = changed().group(Group::new("").group(framed));
    assert_eq!(
        get(framed, "/framed/whoami"),
        format!("nosniff - {referrer}")
    );
}

#[test]
fn a_default_of_several_values_keeps_them() {
    let link = |text| HeaderValue::from_static(text);
    let application = everything()
        .default_header(header::LINK, link("</a>; rel=preload"))
        .default_header(header::LINK, link("</b>; rel=preload"));
    let answer = client(application).get("/whoami").send();
    assert_eq!(answer.headers().get_all("link").iter().count(), 2);
}

// ---- Whether it is well ----

#[test]
fn a_health_check_answers_get_and_head() {
    let app: App = Application::new()
        .health_check("/healthz")
        .build()
        .expect("built");
    assert!(app.routes().to_string().contains("/healthz"));
    let client = TestClient::new(app);
    let answer = client.get("/healthz").send();
    assert_eq!((answer.status(), answer.text()), (200, "ok"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(client.head("/healthz").send().status(), 200);
    assert_eq!(client.post("/healthz").send().status(), 405);
    let error = Application::new().health_check("healthz").build();
    let error = error.expect_err("no path").to_string();
    assert!(
        error.contains("tests/it/edge.rs") && error.contains("\"healthz\""),
        "{error}"
    );
    let error = Application::new()
        .health_check("/whoami")
        .handler::<WhoAmI>();
    let error = error.build().expect_err("a clash").to_string();
    assert!(error.contains("HealthCheck"), "{error}");
}
