//! Too much to do: 503 for all but those who are to know.

use std::time::Duration;

use gustnado::{Application, Group};

use super::{
    lab::{Lab, Server, serve_app},
    peer::Peer,
};

fn serve(limits: impl FnOnce(&mut gustnado::Limits) + Send + Sync + 'static) -> Server {
    let vital = Group::new("/vital").exempt_from_overload();
    let app = Application::new()
        .mount("/", Lab)
        .group(vital.mount("/", gustnado::Tower(app_of_lab())))
        .health_check("/healthz")
        .limits(limits);
    serve_app(app.build().expect("an application"))
}

/// Answers everything.
fn app_of_lab() -> gustnado::App {
    super::lab::app(|_| {})
}

#[test]
fn above_so_many_requests_others_are_refused_but_for_those_who_are_to_know() {
    let server = serve(|limits| limits.requests_in_flight = 2);
    let mut slow = Peer::connect(server.addr);
    slow.send("GET /slow?500 HTTP/1.1\r\nhost: lab\r\n\r\n");
    // It is at work until its last byte has left.
    let mut drip = Peer::connect(server.addr);
    drip.send("GET /drip?1000000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    drip.head();
    let mut third = Peer::connect(server.addr);
    let refused = third.get("/hello");
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    let kind = refused.header("content-type");
    assert_eq!(kind, Some("application/problem+json"));
    assert_eq!(refused.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(third.get("/healthz").text(), "ok");
    assert_eq!(third.get("/vital/x").status, 404, "not refused");
    // One place is free again.
    assert_eq!(slow.answer().text(), "slow");
    assert_eq!(third.get("/hello").text(), "hello");
}

#[test]
fn a_place_is_free_again_when_its_client_has_left() {
    let server = serve(|limits| limits.requests_in_flight = 1);
    let mut gone = Peer::connect(server.addr);
    gone.send("GET /drip?1000000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    gone.head();
    let mut peer = Peer::connect(server.addr);
    assert_eq!(peer.get("/hello").status, 503);
    drop(gone);
    while peer.get("/hello").status == 503 {
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn while_a_worker_is_late_requests_are_refused() {
    let server = serve(|limits| limits.lag = Duration::from_millis(100));
    let mut peer = Peer::connect(server.addr);
    let mut refused = false;
    // Whether the sweep or the request comes first is not ours to say.
    for _ in 0..20 {
        assert!([200, 503].contains(&peer.get("/block?700").status));
        std::thread::sleep(Duration::from_millis(20));
        refused = peer.get("/hello").status == 503;
        if refused {
            break;
        }
    }
    assert!(refused, "never refused");
    assert_eq!(peer.get("/healthz").text(), "ok");
    while peer.get("/hello").status == 503 {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn by_default_only_a_long_delay_refuses() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    assert_eq!(peer.get("/block?600").text(), "blocked");
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(peer.get("/hello").text(), "hello");
}
