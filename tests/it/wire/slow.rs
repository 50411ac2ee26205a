//! Bodies that come slowly, or are not read.

use std::{
    net::SocketAddr,
    sync::mpsc,
    time::{Duration, Instant},
};

use gustnado::prelude::*;

use super::{
    lab::{Server, serve, serve_app},
    peer::{Answer, Peer},
};

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

fn impatient() -> Server {
    serve(|limits| limits.body_idle_time = SHORT)
}

fn post(addr: SocketAddr, path: &str, length: usize, body: &str) -> Peer {
    let mut peer = Peer::connect(addr);
    peer.send(format!(
        "POST {path} HTTP/1.1\r\nhost: lab\r\ncontent-length: {length}\r\n\r\n{body}"
    ));
    peer
}

fn is_too_slow(answer: &Answer, why: &str) {
    assert_eq!(answer.status, 408, "{}", answer.head);
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(answer.text().contains(why), "{}", answer.text());
}

#[test]
fn a_body_that_stops_is_answered_408() {
    let server = impatient();
    for body in ["", "he"] {
        let begin = Instant::now();
        let mut peer = post(server.addr, "/echo", 5, body);
        is_too_slow(&peer.answer(), "no byte of the body came for 300ms");
        assert!(begin.elapsed() >= SHORT, "too early");
        peer.closed();
    }
    let mut peer = Peer::connect(server.addr);
    peer.send("POST /echo HTTP/1.1\r\nhost: lab\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel");
    is_too_slow(&peer.answer(), "no byte of the body");
    peer.closed();
}

#[test]
fn a_body_that_is_too_slow_is_answered_408() {
    let server = serve(|limits| {
        limits.body_rate_time = SHORT;
        limits.body_rate = 1000;
    });
    let mut peer = post(server.addr, "/echo", 50_000, "");
    let begin = Instant::now();
    while begin.elapsed() < SHORT * 8 && peer.try_send("x") {
        std::thread::sleep(Duration::from_millis(20));
    }
    is_too_slow(&peer.answer(), "slower than the 1000 bytes a second");
}

#[test]
fn a_body_that_is_fast_enough_may_take_long() {
    let server = serve(|limits| {
        limits.body_idle_time = Duration::from_secs(5);
        limits.body_rate_time = SHORT;
        limits.body_rate = 100;
    });
    let mut peer = post(server.addr, "/echo", 40_000, "");
    for _ in 0..40 {
        peer.send([b'x'; 1000]);
        std::thread::sleep(Duration::from_millis(40));
    }
    assert_eq!(peer.answer().body.len(), 40_000);
}

#[test]
fn a_handler_that_ignores_the_error_is_answered_and_the_connection_closes() {
    let server = impatient();
    let mut peer = post(server.addr, "/ignore", 5, "he");
    let answer = peer.answer();
    assert_eq!((answer.status, answer.text()), (200, "ignored"));
    assert_eq!(answer.header("connection"), Some("close"));
    peer.closed();
}

#[test]
fn time_in_which_nobody_reads_is_not_the_peers() {
    let server = serve(|limits| {
        limits.body_idle_time = SHORT;
        limits.body_rate_time = SHORT;
        limits.body_rate = 1 << 30;
    });
    // It reads after four times as long.
    let mut peer = post(server.addr, "/later?1200", 5, "hello");
    assert_eq!(peer.answer().text(), "hello");
    assert_eq!(peer.get("/hello").text(), "hello");
}

#[test]
fn a_reader_on_another_task_is_woken() {
    let server = impatient();
    let mut peer = post(server.addr, "/elsewhere", 5, "he");
    is_too_slow(&peer.answer(), "no byte of the body");
}

#[test]
fn an_unread_body_that_is_here_costs_no_connection() {
    let server = serve(|_| {});
    // What was read with the head, and what was not.
    for length in [1, 5_000, 40_000] {
        let body = "x".repeat(length);
        for path in ["/hello", "/forget?50"] {
            let mut peer = post(server.addr, path, length, &body);
            let answer = peer.answer();
            assert_eq!(answer.header("connection"), None, "{path} {length}");
            assert_eq!(peer.get("/hello").text(), "hello", "{path} {length}");
        }
    }
}

#[test]
fn an_answer_before_a_body_that_is_to_come_says_close() {
    let server = serve(|limits| limits.body_idle_time = LONG);
    for path in ["/hello", "/forget?50"] {
        for expect in ["", "expect: 100-continue\r\n"] {
            let mut peer = Peer::connect(server.addr);
            peer.send(format!(
                "POST {path} HTTP/1.1\r\nhost: lab\r\n{expect}content-length: 100000\r\n\r\n"
            ));
            let answer = peer.answer();
            assert_eq!(answer.status, 200, "{path} {expect}");
            assert_eq!(
                answer.header("connection"),
                Some("close"),
                "{path} {expect}"
            );
            // It arrives, also where the peer goes on, until that is enough.
            peer.try_send([b'x'; 10_000]);
            peer.closed();
        }
    }
}

#[test]
fn reading_on_is_bounded() {
    let server = serve(|limits| {
        limits.linger_time = LONG;
        limits.linger_bytes = 100_000;
    });
    let mut peer = post(server.addr, "/hello", 1_000_000_000, "");
    assert_eq!(peer.answer().status, 200);
    let mut sent = 0;
    while sent < 50_000_000 && peer.try_send([b'x'; 10_000]) {
        sent += 10_000;
    }
    assert!(sent < 50_000_000, "it read all");
    let server = serve(|limits| limits.linger_time = SHORT);
    let mut peer = post(server.addr, "/hello", 1_000_000_000, "");
    assert_eq!(peer.answer().status, 200);
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(10) && peer.try_send("x") {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "for ever");
}

/// Answers before its body is read, by a task that says how long it was.
#[derive(RequestHandler)]
#[route("/soon")]
struct Soon {
    #[state]
    lengths: Lengths,
}

#[derive(Clone)]
struct Lengths(mpsc::Sender<usize>);

#[verbs]
impl Soon {
    async fn post(self, mut body: Body) -> &'static str {
        tokio::spawn(async move {
            let length = body.collect().await.map_or(0, |bytes| bytes.len());
            let _ = self.lengths.0.send(length);
        });
        "soon"
    }
}

#[test]
fn a_task_gets_all_of_a_body_whose_request_was_answered() {
    let (lengths, heard) = mpsc::channel();
    let app = Application::new().state(Lengths(lengths)).handler::<Soon>();
    let server = serve_app(app.build().expect("an application"));
    let mut peer = post(server.addr, "/soon", 50_000, "x");
    let answer = peer.answer();
    assert_eq!((answer.text(), answer.header("connection")), ("soon", None));
    peer.send("x".repeat(49_999));
    assert_eq!(heard.recv_timeout(LONG), Ok(50_000));
    // And the next request is found behind it.
    peer.send("POST /soon HTTP/1.1\r\nhost: lab\r\ncontent-length: 2\r\n\r\nab");
    assert_eq!(peer.answer().text(), "soon");
    assert_eq!(heard.recv_timeout(LONG), Ok(2));
}
