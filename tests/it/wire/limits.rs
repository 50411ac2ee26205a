//! Bounds on bytes and counts: what is too large is told so.

use super::{lab::serve, peer::Peer};

#[test]
fn a_head_too_large_is_answered_431() {
    let server = serve(|limits| limits.head_bytes = 10_000);
    for (whole, end) in [("whole", "\r\n\r\n"), ("never ending", "")] {
        let mut peer = Peer::connect(server.addr);
        let long = "x".repeat(20_000);
        peer.send(format!(
            "GET /hello HTTP/1.1\r\nhost: lab\r\nlong: {long}{end}"
        ));
        let answer = peer.answer();
        assert_eq!(answer.status, 431, "{whole}");
        assert!(
            answer.text().contains("at most 10000 bytes and 100 fields"),
            "{}",
            answer.text()
        );
        peer.closed();
    }
    let mut peer = Peer::connect(server.addr);
    let fits = "x".repeat(9_000);
    peer.send(format!(
        "GET /hello HTTP/1.1\r\nhost: lab\r\nlong: {fits}\r\n\r\n"
    ));
    assert_eq!(peer.answer().status, 200);
}

#[test]
fn too_many_fields_are_answered_431() {
    for (limit, allowed) in [(100, 100), (20, 20)] {
        let server = serve(move |limits| limits.headers = limit);
        let request = |count: usize| {
            let fields: String = (1..count).map(|n| format!("x{n}: y\r\n")).collect();
            format!("GET /hello HTTP/1.1\r\nhost: lab\r\n{fields}\r\n")
        };
        let mut peer = Peer::connect(server.addr);
        peer.send(request(allowed));
        assert_eq!(peer.answer().status, 200);
        let mut peer = Peer::connect(server.addr);
        peer.send(request(allowed + 1));
        assert_eq!(peer.answer().status, 431);
    }
}

#[test]
fn a_target_too_long_is_answered_414_and_the_connection_lives() {
    let server = serve(|limits| limits.target = 100);
    let mut peer = Peer::connect(server.addr);
    let answer = peer.get(&format!("/hello?{}", "x".repeat(94)));
    assert_eq!(answer.status, 414);
    assert!(
        answer.text().contains("at most 100 bytes"),
        "{}",
        answer.text()
    );
    assert_eq!(peer.get(&format!("/hello?{}", "x".repeat(93))).status, 200);
}

#[test]
fn a_body_too_large_is_answered_413_before_it_is_read() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: 1000000000\r\n\r\n");
    let answer = peer.answer();
    assert_eq!(answer.status, 413);
    assert!(
        answer.text().contains("at most 65536 bytes"),
        "{}",
        answer.text()
    );
}

#[test]
fn a_body_that_grows_too_large_is_answered_413() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("POST /echo HTTP/1.1\r\nhost: lab\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    peer.send(chunk.repeat(5));
    assert_eq!(peer.answer().status, 413);
}

#[test]
fn a_refusal_reaches_a_peer_that_goes_on_sending() {
    let server = serve(|_| {});
    for _ in 0..20 {
        let mut peer = Peer::connect(server.addr);
        peer.send("POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: 150000\r\n\r\n");
        for _ in 0..10 {
            if !peer.try_send([b'x'; 4000]) {
                break;
            }
        }
        assert_eq!(peer.answer().status, 413);
    }
}

#[test]
fn a_body_that_nobody_reads_does_not_become_a_request() {
    let server = serve(|_| {});
    for length in [1, 100, 8_000, 9_000, 70_000] {
        let mut peer = Peer::connect(server.addr);
        let smuggled = "GET /zeros?7 HTTP/1.1\r\nhost: lab\r\n\r\n";
        let padding = "x".repeat(length);
        let whole = smuggled.len() + padding.len();
        peer.try_send(format!(
            "POST /hello HTTP/1.1\r\nhost: lab\r\ncontent-length: {whole}\r\n\r\n{smuggled}{padding}"
        ));
        assert_eq!(peer.answer().text(), "hello");
        peer.try_send("GET /empty HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n");
        let rest = peer.rest();
        let rest = String::from_utf8_lossy(&rest);
        assert!(
            rest.is_empty() || rest.starts_with("HTTP/1.1 204"),
            "{length}: {rest:?}"
        );
    }
}
