//! The header fields that every answer has, on the wire: once in each, and in its head.

use std::time::Duration;

use gustnado::{Application, Group, HeaderValue, Hsts, header};

use super::{
    lab::{Lab, Server, serve_app},
    peer::Peer,
};

fn serve() -> Server {
    let vary = HeaderValue::from_static("accept");
    let plain = Group::new("/layered").layer(tower::util::MapRequestLayer::new(
        |request: http::Request<gustnado::Body>| request,
    ));
    let app = Application::new()
        .mount("/", Lab)
        .group(plain)
        .default_header(header::VARY, vary)
        .health_check("/healthz");
    serve_app(app.build().expect("an application"))
}

#[test]
fn what_is_said_of_https_twice_is_written_once() {
    let app = Application::new()
        .mount("/", Lab)
        .trust(["127.0.0.0/8"])
        .hsts(Hsts::days(1))
        .default_header(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=7"),
        );
    let server = serve_app(app.build().expect("an application"));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /hello HTTP/1.1\r\nhost: lab\r\nx-forwarded-for: 192.0.2.1\r\n");
    peer.send("x-forwarded-proto: https\r\n\r\n");
    let head = peer.answer().head;
    let said: Vec<_> = head
        .lines()
        .filter(|line| line.starts_with("strict-transport-security:"))
        .collect();
    assert_eq!(said, ["strict-transport-security: max-age=7"], "{head}");
}

fn assert_careful(head: &str) {
    let lines: Vec<_> = head.lines().collect();
    assert!(lines[0].starts_with("HTTP/1."), "{head}");
    for line in [
        "x-content-type-options: nosniff",
        "x-frame-options: SAMEORIGIN",
        "referrer-policy: strict-origin-when-cross-origin",
        "vary: accept",
    ] {
        assert_eq!(
            lines.iter().filter(|has| **has == line).count(),
            1,
            "{head}"
        );
    }
}

#[test]
fn every_answer_on_the_wire_has_them_once() {
    let server = serve();
    let mut peer = Peer::connect(server.addr);
    for target in [
        "/hello",
        "/drip?3",
        "/zeros?5000",
        "/zeros?500000",
        "/healthz",
        "/slow?20",
        "/empty",
        "/nowhere",
        "/panic",
        "/layered/x",
    ] {
        peer.send(format!("GET {target} HTTP/1.1\r\nhost: lab\r\n\r\n"));
        assert_careful(&peer.answer().head);
    }
    peer.send("HEAD /zeros?5000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    assert_careful(&peer.answer_to_head().head);
    // A body that is asked for first.
    peer.send(
        "POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n",
    );
    assert_eq!(peer.head(), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("ab");
    let answer = peer.answer();
    assert_eq!(answer.text(), "ab");
    assert_careful(&answer.head);
    peer.send("GET /hello HTTP/1.0\r\n\r\n");
    assert_careful(&peer.answer().head);
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /hello HTTP/1.1\r\n\r\n");
    let refused = peer.answer();
    assert_eq!(refused.status, 400);
    assert_careful(&refused.head);
}

#[test]
fn no_answer_of_a_pipeline_is_without_however_slowly_it_is_read() {
    let server = serve();
    let mut peer = Peer::connect(server.addr);
    let sizes = [
        0, 1, 700, 7_900, 8_100, 8_192, 9_000, 31_000, 33_000, 70_000, 1_000_000,
    ];
    let mut rounds = 0_usize;
    for round in 0..6 {
        for size in sizes {
            peer.send(format!("GET /zeros?{size} HTTP/1.1\r\nhost: lab\r\n\r\n"));
            peer.send("GET /drip?2 HTTP/1.1\r\nhost: lab\r\n\r\n");
        }
        // The sockets fill meanwhile, and the server has to wait in the midst of answers.
        std::thread::sleep(Duration::from_millis(30 * round));
        rounds += 1;
    }
    for _ in 0..rounds {
        for size in sizes {
            let answer = peer.answer();
            assert_eq!(answer.body.len(), size);
            assert!(answer.body.iter().all(|byte| *byte == 0), "lines in a body");
            assert_careful(&answer.head);
            let answer = peer.answer();
            assert_eq!(answer.text(), "chunk 0;chunk 1;");
            assert_careful(&answer.head);
        }
    }
}
