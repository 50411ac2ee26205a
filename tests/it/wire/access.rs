//! The access log: one line a request, when its answer has ended.

use std::time::Duration;

use gustnado::prelude::*;
use tracing::Level;

use super::{
    lab::{Lab, Server, serve_logged},
    log::{Line, Log},
    peer::{Answer, Peer},
};

fn application() -> Application {
    Application::new().mount("/", Lab).health_check("/healthz")
}

fn logged(application: Application) -> (Server, Log) {
    serve_logged(
        application.build().expect("an application"),
        "gustnado::access",
    )
}

#[test]
fn a_request_is_a_line_with_all_that_is_known_of_it() {
    let (server, log) = logged(application());
    let mut peer = Peer::connect(server.addr);
    let answer = peer.get("/hello?a=b");
    let line = log.line();
    assert_eq!(line.level, Level::INFO);
    let expected = [
        ("message", "request"),
        ("method", "GET"),
        ("target", "/hello?a=b"),
        ("status", "200"),
        ("bytes", "5"),
        ("client", "127.0.0.1"),
        ("version", "HTTP/1.1"),
        ("cut", ""),
    ];
    for (name, value) in expected {
        assert_eq!(line.get(name), value, "{name}: {line:?}");
    }
    let addr = peer.socket().local_addr().expect("an address");
    assert_eq!(line.get("peer"), addr.to_string());
    assert!(line.number("duration_ms") >= line.number("answer_ms"));
    // The answer has its name.
    assert_eq!(line.get("request_id").len(), 16);
    assert_eq!(answer.header("x-request-id"), Some(line.get("request_id")));
    assert!(!log.more());
}

#[test]
fn the_name_of_a_request_is_the_one_it_came_with_if_that_is_harmless() {
    let (server, log) = logged(application());
    let mut peer = Peer::connect(server.addr);
    for (given, kept) in [("abc-1", true), ("a b", false)] {
        peer.send(format!(
            "GET /hello HTTP/1.1\r\nhost: lab\r\nx-request-id: {given}\r\n\r\n"
        ));
        let answer = peer.answer();
        let line = log.line();
        assert_eq!(line.get("request_id") == given, kept, "{line:?}");
        assert_eq!(answer.header("x-request-id"), Some(line.get("request_id")));
    }
}

#[test]
fn an_answer_without_a_log_has_no_name() {
    let server = super::lab::serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    assert_eq!(peer.get("/hello").header("x-request-id"), None);
}

#[test]
fn no_peer_can_make_up_a_line() {
    let (server, log) = logged(application());
    let table = [
        ("GET /a\"b\" HTTP/1.1", "GET", "/a\\x22b\\x22"),
        (
            "GET /\u{e9}\u{2028}x HTTP/1.1",
            "GET",
            "/\\xc3\\xa9\\xe2\\x80\\xa8x",
        ),
        ("G!'*|~ /x HTTP/1.1", "G!'*|~", "/x"),
    ];
    for (first, method, target) in table {
        let mut peer = Peer::connect(server.addr);
        peer.send(format!("{first}\r\nhost: lab\r\n\r\n"));
        assert_eq!(peer.answer().status, 404, "{first}");
        let line = log.line();
        assert_eq!((line.get("method"), line.get("target")), (method, target));
        assert!(!log.more(), "{first}");
    }
    let mut peer = Peer::connect(server.addr);
    let long = "a".repeat(20_000);
    peer.send(format!("GET /{long} HTTP/1.1\r\nhost: lab\r\n\r\n"));
    assert_eq!(peer.answer().status, 414);
    let line = log.line();
    assert!(line.get("target").len() < 3000 && line.get("target").ends_with("..."));
}

#[test]
fn what_is_refused_is_one_line_too() {
    let (server, log) = logged(application());
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /hello HTTP/1.1\r\n\r\n");
    assert_eq!(peer.answer().status, 400);
    let line = log.line();
    assert_eq!((line.level, line.get("status")), (Level::INFO, "400"));
    assert!(!log.more());
}

#[test]
fn what_is_no_request_and_is_answered_has_a_line_of_what_can_be_read() {
    let few = |limits: &mut Limits| (limits.head_bytes, limits.headers) = (1000, 4);
    let (server, log) = logged(application().limits(few));
    let field = "a: b\r\n";
    let table = [
        ("GET /a b HTTP/1.1\r\n\r\n", "400", ["GET", "/a", ""]),
        (
            "GET /a HTTP/1.1\r\na b: c\r\n\r\n",
            "400",
            ["GET", "/a", "HTTP/1.1"],
        ),
        (
            "GET /\"\t HTTP/1.0\r\n\r\n",
            "400",
            ["GET", "/\\x22\\x09", "HTTP/1.0"],
        ),
        (
            "GET /#x HTTP/1.1\r\nhost: a\r\n\r\n",
            "400",
            ["GET", "/#x", "HTTP/1.1"],
        ),
        ("\x16\x03\x01\x02\0\r\n\r\n", "400", ["-", "-", ""]),
        (
            &format!("PUT /a HTTP/1.1\r\n{}\r\n", field.repeat(5)),
            "431",
            ["PUT", "/a", "HTTP/1.1"],
        ),
        (
            &format!("GET /{}", "a".repeat(3000)),
            "431",
            ["GET", "", ""],
        ),
        (
            "GET /hello HTTP/1.1\r\nhost: a\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "400",
            ["PRI", "*", "HTTP/2.0"],
        ),
    ];
    for (bytes, status, [method, target, version]) in table {
        let mut peer = Peer::connect(server.addr);
        peer.send(bytes);
        let mut answer = peer.answer();
        if answer.status == 200 {
            assert_eq!(log.line().get("target"), "/hello");
            answer = peer.answer();
        }
        let line = log.line();
        assert_eq!(answer.status.to_string(), status, "{bytes:?}");
        let got = ["status", "method", "version", "cut"].map(|name| line.get(name));
        assert_eq!(got, [status, method, version, ""], "{bytes:?}");
        if target.is_empty() {
            let long = line.get("target");
            assert!(long.starts_with("/aaa") && long.len() < 3000, "{long}");
        } else {
            assert_eq!(line.get("target"), target, "{bytes:?}");
        }
        has_all_else(&line, &answer, &peer);
        assert!(!log.more(), "{bytes:?}");
    }
}

fn has_all_else(line: &Line, answer: &Answer, peer: &Peer) {
    assert_eq!((line.level, line.get("message")), (Level::INFO, "request"));
    assert_eq!(line.get("bytes"), answer.text().len().to_string());
    assert_eq!(line.get("client"), "127.0.0.1");
    let addr = peer.socket().local_addr().expect("an address");
    assert_eq!(line.get("peer"), addr.to_string());
    assert!(line.number("duration_ms") >= line.number("answer_ms"));
    let id = line.get("request_id");
    assert_eq!((id.len(), answer.header("x-request-id")), (16, Some(id)));
}

#[test]
fn a_head_that_does_not_come_has_a_line_and_silence_a_quiet_one() {
    let soon = |limits: &mut Limits| limits.head_time = Duration::from_millis(100);
    let (server, log) = logged(application().limits(soon));
    for (bytes, level, method, target) in [
        ("GET /hello HTTP/1.1\r\nhos", Level::INFO, "GET", "/hello"),
        ("", Level::DEBUG, "-", "-"),
    ] {
        let mut peer = Peer::connect(server.addr);
        peer.send(bytes);
        assert_eq!(peer.answer().status, 408);
        let line = log.line();
        let got = (line.level, line.get("method"), line.get("target"));
        assert_eq!(got, (level, method, target));
        assert_eq!(line.get("status"), "408");
        assert!(!log.more());
    }
}

#[test]
fn of_a_proxy_that_could_not_be_heard_no_client_is_told() {
    let (server, log) = logged(application().trust(["127.0.0.1"]));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET / HTTP/1.1\r\nx-forwarded-for: 192.0.2.7\r\nno field\r\n\r\n");
    assert_eq!(peer.answer().status, 400);
    let line = log.line();
    assert_eq!(line.get("client"), "");
    assert!(line.get("peer").starts_with("127.0.0.1:"));
}

#[test]
fn the_line_comes_when_the_answer_has_ended() {
    let (server, log) = logged(application());
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /drip?4 HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    assert_eq!(peer.chunk(), Some(b"chunk 0;".to_vec()));
    assert!(!log.more(), "told before it has ended");
    while peer.chunk().is_some() {}
    let line = log.line();
    assert_eq!((line.get("bytes"), line.get("cut")), ("32", ""));
    assert!(line.number("duration_ms") >= line.number("answer_ms") + 60.0);
    // HEAD has no body to send, 204 neither.
    peer.send("HEAD /hello HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.answer_to_head();
    let line = log.line();
    assert_eq!((line.get("bytes"), line.get("cut")), ("0", ""));
    peer.get("/empty");
    let line = log.line();
    assert_eq!((line.get("bytes"), line.get("cut")), ("0", ""));
}

#[test]
fn an_answer_that_does_not_end_is_cut() {
    let (server, log) = logged(application());
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /broken HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.until_broken();
    let line = log.line();
    assert_eq!((line.get("bytes"), line.get("cut")), ("4", "true"));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /drip?100000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    drop(peer);
    let line = log.line();
    assert_eq!((line.get("status"), line.get("cut")), ("200", "true"));
    // Left before there was an answer.
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /slow?600000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(50));
    drop(peer);
    let line = log.line();
    assert_eq!((line.get("status"), line.get("cut")), ("", "true"));
    assert_eq!(line.get("answer_ms"), "");
}

#[test]
fn failures_are_warnings() {
    // However long a busy machine takes to print a panic.
    let never = |limits: &mut Limits| limits.slow_time = Duration::MAX;
    let (server, log) = logged(application().limits(never));
    let mut peer = Peer::connect(server.addr);
    let table = [
        ("/panic", Level::WARN),
        ("/nowhere", Level::INFO),
        ("/slow?20", Level::INFO),
        ("/healthz", Level::DEBUG),
    ];
    for (target, level) in table {
        peer.get(target);
        let line = log.line();
        assert_eq!(
            (line.level, line.get("message")),
            (level, "request"),
            "{line:?}"
        );
        assert_eq!(line.get("target"), target);
        assert!(!log.more());
    }
}

#[test]
fn what_is_slow_to_be_answered_is_a_warning() {
    let slow = Duration::from_millis(200);
    let (server, log) = logged(application().limits(move |limits| limits.slow_time = slow));
    let mut peer = Peer::connect(server.addr);
    // The body of the second takes longer, and that may be the client's doing.
    for target in ["/slow?300", "/drip?10", "/panic", "/healthz"] {
        peer.get(target);
        let line = log.line();
        let is_slow = line.number("answer_ms") > 200.0;
        let expected = match target {
            "/healthz" => (Level::DEBUG, "request"),
            _ if is_slow => (Level::WARN, "slow request"),
            "/panic" => (Level::WARN, "request"),
            _ => (Level::INFO, "request"),
        };
        assert_eq!((line.level, line.get("message")), expected, "{line:?}");
        assert!(is_slow || target != "/slow?300", "{line:?}");
        assert!(
            line.number("duration_ms") > 200.0 || target != "/drip?10",
            "{line:?}"
        );
    }
}

#[test]
fn the_client_is_the_one_that_a_trusted_proxy_names() {
    let (server, log) = logged(application().trust(["127.0.0.1"]));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /hello HTTP/1.1\r\nhost: lab\r\nx-forwarded-for: 6.6.6.6, 192.0.2.7\r\n\r\n");
    peer.answer();
    let line = log.line();
    assert_eq!(line.get("client"), "192.0.2.7");
    assert!(line.get("peer").starts_with("127.0.0.1:"));
}

#[derive(RequestHandler)]
#[route("/named")]
struct Named {}

#[verbs]
impl Named {
    async fn get(&self, cx: Named2) -> String {
        cx.0
    }
}

/// What the handler would call the request.
struct Named2(String);

impl FromRequest for Named2 {
    async fn from_request(cx: &mut Cx) -> Result<Self> {
        Ok(Self(cx.request_id().to_owned()))
    }
}

#[test]
fn handlers_know_the_request_by_the_name_in_the_log() {
    let around = tower::util::MapRequestLayer::new(|request: http::Request<Body>| request);
    for layered in [false, true] {
        let application = Application::new().handler::<Named>();
        let application = if layered {
            application.layer(around.clone())
        } else {
            application
        };
        let (server, log) = logged(application);
        let mut peer = Peer::connect(server.addr);
        let named = peer.get("/named").text().to_owned();
        assert_eq!(log.line().get("request_id"), named, "{layered}");
    }
}
