//! Bounds on time. The limits are short; the clock looks four times a second.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{
    lab::{Server, serve},
    peer::Peer,
};

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(60);

fn short_head() -> Server {
    serve(|limits| {
        limits.head_time = SHORT;
        limits.idle_time = LONG;
    })
}

/// Connects and sends, then expects 408 and the end.
fn timed_out(addr: SocketAddr, bytes: &str) {
    let mut peer = Peer::connect(addr);
    let begin = Instant::now();
    peer.send(bytes);
    let answer = peer.answer();
    assert_eq!(answer.status, 408, "{bytes:?}");
    assert!(begin.elapsed() >= SHORT, "{bytes:?}: too early");
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(answer.header("date").is_some());
    peer.closed();
}

#[test]
fn silence_is_answered_408() {
    timed_out(short_head().addr, "");
}

#[test]
fn half_a_head_is_answered_408() {
    let server = short_head();
    timed_out(server.addr, "G");
    timed_out(server.addr, "GET /hello HTTP/1.1\r\nhost: la");
}

#[test]
fn half_a_preface_is_answered_408() {
    timed_out(short_head().addr, "PRI * HTTP/2.0\r\n\r\nSM");
}

#[test]
fn dripping_does_not_buy_time() {
    let server = short_head();
    let mut peer = Peer::connect(server.addr);
    let begin = Instant::now();
    peer.send("GET /hello HTTP/1.1\r\nhost: lab\r\nx: ");
    while begin.elapsed() < SHORT * 5 && peer.try_send("x") {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(peer.answer().status, 408);
}

#[test]
fn a_later_head_that_stays_half_is_answered_408() {
    let server = short_head();
    let mut peer = Peer::connect(server.addr);
    assert_eq!(peer.get("/hello").status, 200);
    std::thread::sleep(SHORT * 4);
    // Being idle is another bound; this one begins with the first byte.
    peer.send("GET /hello HTTP/1.1\r\n");
    let answer = peer.answer();
    assert_eq!(answer.status, 408);
    assert!(answer.text().contains("200ms"), "{}", answer.text());
    peer.closed();
}

#[test]
fn half_a_head_behind_a_whole_request_is_answered_408() {
    let get = "GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n";
    let post = "POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: 5\r\n\r\nhello";
    for doze_time in [Duration::ZERO, SHORT] {
        let server = serve(move |limits| {
            limits.head_time = SHORT * 3;
            limits.doze_time = doze_time;
        });
        for whole in [get, post] {
            let mut peer = Peer::connect(server.addr);
            let begin = Instant::now();
            peer.send(whole.to_owned() + "GET /he");
            assert_eq!(peer.answer().text(), "hello");
            let answer = peer.answer();
            assert_eq!(answer.status, 408);
            assert!(begin.elapsed() >= SHORT * 3, "too early");
            peer.closed();
            // One that goes on in time is answered.
            let mut peer = Peer::connect(server.addr);
            peer.send(whole.to_owned() + "GET /he");
            assert_eq!(peer.answer().text(), "hello");
            std::thread::sleep(SHORT);
            peer.send("llo HTTP/1.1\r\nhost: lab\r\n\r\n");
            assert_eq!(peer.answer().text(), "hello");
        }
    }
}

#[test]
fn an_idle_connection_closes_without_a_word() {
    let server = serve(|limits| limits.idle_time = SHORT);
    let mut peer = Peer::connect(server.addr);
    assert_eq!(peer.get("/hello").status, 200);
    let begin = Instant::now();
    peer.closed();
    assert!(begin.elapsed() >= SHORT, "too early");
}

#[test]
fn an_empty_line_behind_a_request_begins_no_other() {
    for (awake, dozing) in [(32, 256), (0, 256), (0, 0)] {
        let server = serve(move |limits| {
            limits.head_time = SHORT;
            limits.awake = awake;
            limits.dozing = dozing;
        });
        let mut peer = Peer::connect(server.addr);
        let post = "POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: 5\r\n\r\nhello";
        for apart in [false, true] {
            peer.send(format!("{post}{}", if apart { "" } else { "\r\n" }));
            assert_eq!(peer.answer().text(), "hello");
            if apart {
                peer.send("\r\n");
            }
            std::thread::sleep(SHORT * 4);
            // It was not told 408 meanwhile.
            assert_eq!(peer.get("/hello").text(), "hello", "{awake} {dozing}");
        }
        peer.send("\r\n");
        peer.end();
        peer.closed();
    }
    // But a first request has to come, whatever does instead.
    timed_out(short_head().addr, "\r\n");
}

#[test]
fn a_busy_connection_is_not_idle() {
    let server = serve(|limits| {
        limits.idle_time = SHORT;
        limits.head_time = SHORT;
    });
    let mut peer = Peer::connect(server.addr);
    assert_eq!(peer.get("/slow?900").text(), "slow");
    assert_eq!(peer.get("/slow?900").text(), "slow");
}

#[test]
fn a_reader_that_stalls_is_cut() {
    let server = serve(|limits| limits.write_time = SHORT);
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /zeros?30000000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(SHORT * 5);
    let got = peer.until_broken();
    assert!(got < 30_000_000, "all {got} bytes came");
}

#[test]
fn a_reader_that_is_only_slow_is_not_cut() {
    let server = serve(|limits| limits.write_time = SHORT * 4);
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /zeros?20000000 HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n");
    peer.head();
    let mut got = 0;
    while let Some(count) = peer.some() {
        got += count;
        if got % 37 == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    assert_eq!(got, 20_000_000);
}
