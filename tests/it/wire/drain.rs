//! Stopping: what is open ends politely, what is new is not accepted.

use std::{
    future::IntoFuture as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use gustnado::prelude::*;
use socket2::SockRef;

use super::{
    lab::{app, serve, serve_app},
    peer::Peer,
};

#[test]
fn what_is_being_answered_is_answered_and_then_closed() {
    let mut server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /slow?500 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    server.stop();
    let answer = peer.answer();
    assert_eq!(answer.text(), "slow");
    assert_eq!(answer.header("connection"), Some("close"));
    peer.closed();
    assert_eq!(server.join(), 0);
}

#[test]
fn idle_and_silent_connections_close_after_a_while_without_a_word() {
    for doze_time in [Duration::ZERO, Duration::from_secs(60)] {
        let mut server = serve(move |limits| {
            limits.linger_time = Duration::from_millis(300);
            limits.doze_time = doze_time;
        });
        let mut idle = Peer::connect(server.addr);
        assert_eq!(idle.get("/hello").status, 200);
        let mut silent = Peer::connect(server.addr);
        std::thread::sleep(Duration::from_millis(50));
        let begin = Instant::now();
        server.stop();
        idle.closed();
        assert!(begin.elapsed() >= Duration::from_millis(300), "too early");
        silent.closed();
        assert_eq!(server.join(), 0);
        assert!(
            begin.elapsed() < Duration::from_secs(9),
            "waited for the idle"
        );
    }
}

#[test]
fn requests_that_were_on_their_way_are_answered() {
    for doze_time in [Duration::ZERO, Duration::from_secs(60)] {
        let mut server = serve(move |limits| limits.doze_time = doze_time);
        let mut idle = Peer::connect(server.addr);
        assert_eq!(idle.get("/hello").header("connection"), None);
        let mut silent = Peer::connect(server.addr);
        let mut half = Peer::connect(server.addr);
        half.send("G");
        let mut streaming = Peer::connect(server.addr);
        streaming.send("GET /drip?30 HTTP/1.1\r\nhost: lab\r\n\r\n");
        assert!(!streaming.head().contains("close"), "it has begun");
        std::thread::sleep(Duration::from_millis(50));
        server.stop();
        std::thread::sleep(Duration::from_millis(500));
        half.send("ET /hello HTTP/1.1\r\nhost: lab\r\n\r\n");
        let last = half.answer();
        assert_eq!(last.header("connection"), Some("close"));
        for peer in [&mut idle, &mut silent] {
            let answer = peer.get("/hello");
            assert_eq!(answer.text(), "hello");
            assert_eq!(answer.header("connection"), Some("close"));
            peer.closed();
        }
        while streaming.chunk().is_some() {}
        assert_eq!(streaming.get("/hello").header("connection"), Some("close"));
        assert_eq!(server.join(), 0);
    }
}

#[test]
fn clients_that_keep_asking_lose_nothing() {
    let mut server = serve(|_| {});
    let addr = server.addr;
    let clients: Vec<_> = (0..16)
        .map(|_| {
            std::thread::spawn(move || {
                let mut peer = Peer::connect(addr);
                let mut answers = 0;
                loop {
                    let answer = peer.get("/slow?5");
                    assert_eq!(answer.text(), "slow");
                    answers += 1;
                    if answer.header("connection") == Some("close") {
                        return answers;
                    }
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    server.stop();
    for client in clients {
        assert!(client.join().expect("no request is lost") > 1);
    }
    assert_eq!(server.join(), 0);
}

#[test]
fn new_connections_are_refused() {
    let mut server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /slow?400 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    server.stop();
    std::thread::sleep(Duration::from_millis(100));
    assert!(TcpStream::connect(server.addr).is_err());
    assert_eq!(peer.answer().text(), "slow");
    assert_eq!(server.join(), 0);
}

#[test]
fn what_does_not_end_in_time_is_counted() {
    let mut server = serve(|limits| limits.drain_time = Duration::from_millis(100));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /slow?60000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.join(), 1);
    peer.closed();
}

#[test]
fn a_request_that_came_with_the_stop_is_answered() {
    let mut server = serve(|_| {});
    let mut blocking = Peer::connect(server.addr);
    blocking.send("GET /block?400 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    // Accepted together with the news of the stop, once the thread is free again.
    let mut late = Peer::connect(server.addr);
    late.send("GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n");
    server.stop();
    assert_eq!(blocking.answer().text(), "blocked");
    assert_eq!(late.answer().text(), "hello");
    late.closed();
    assert_eq!(server.join(), 0);
}

#[test]
fn what_is_left_after_the_drain_still_has_its_bounds() {
    gustnado_tests::runtime().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let addr = listener.local_addr().expect("an address");
        let app = app(|limits| {
            limits.drain_time = Duration::from_millis(100);
            limits.write_time = Duration::from_millis(300);
        });
        let stop = tokio::time::sleep(Duration::from_millis(300));
        let served = tokio::spawn(app.serve(listener).until(stop).into_future());
        let mut stalled = Peer::connect(addr);
        stalled.send("GET /zeros?30000000 HTTP/1.1\r\nhost: lab\r\n\r\n");
        assert_eq!(served.await.expect("no panic").expect("served"), 1);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let got = tokio::task::spawn_blocking(move || stalled.until_broken());
        assert!(got.await.expect("no panic") < 30_000_000, "served on");
    });
}

/// What a handler says when it is done, and how it was left.
#[derive(Clone)]
struct Said(std::sync::mpsc::Sender<&'static str>);

#[derive(RequestHandler)]
#[route("/pay", client_gone = "finish")]
struct Pay {
    #[state]
    said: Said,
}

#[verbs]
impl Pay {
    async fn get(&self) {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let _ = self.said.0.send("paid");
    }

    #[verb(client_gone = "cancel")]
    async fn put(&self) {
        std::future::pending::<()>().await;
    }

    fn on_finish(&mut self, outcome: &Outcome<'_>) {
        if let Outcome::ClientGone = outcome {
            let _ = self.said.0.send("gone");
        }
    }
}

#[test]
fn a_handler_is_dropped_with_its_client_or_finishes_and_is_waited_for() {
    let (say, said) = std::sync::mpsc::channel();
    let app = Application::new().state(Said(say)).handler::<Pay>();
    let mut server = serve_app(app.build().expect("an application"));
    let leave = |method: &str, reset: bool| {
        let mut peer = Peer::connect(server.addr);
        peer.send(format!("{method} /pay HTTP/1.1\r\nhost: lab\r\n\r\n"));
        std::thread::sleep(Duration::from_millis(100));
        if reset {
            let none = Some(Duration::ZERO);
            SockRef::from(peer.socket()).set_linger(none).expect("set");
        }
    };
    for reset in [true, false] {
        leave("PUT", reset);
        assert_eq!(said.recv_timeout(Duration::from_secs(10)), Ok("gone"));
    }
    leave("GET", false);
    server.stop();
    assert_eq!(server.join(), 0);
    assert_eq!(said.try_recv(), Ok("paid"));
}
