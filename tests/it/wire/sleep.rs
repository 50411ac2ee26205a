//! Connections of which nothing is asked: what they keep, and that they are as good as new.
#![cfg(unix)]

use std::time::{Duration, Instant};

use gustnado::Limits;
use gustnado_tests::boundary::{Boundary, stress};

use super::{
    lab::{app, serve},
    peer::Peer,
};

const SHORT: Duration = Duration::from_millis(300);

/// Each connection is parked as soon as nothing is asked of it.
fn park(limits: &mut Limits) {
    limits.awake = 0;
    limits.dozing = 0;
}

#[test]
fn no_request_is_lost_where_connections_fall_asleep() {
    for boundary in Boundary::ALL {
        let tally = stress(boundary, 64, 2_000);
        assert_eq!((tally.lost, tally.wrong), (0, 0), "{boundary:?}: {tally:?}");
        assert!(tally.right >= 2_000);
    }
}

/// How many tasks are left of so many connections, each of which has asked once and is then let
/// alone. It waits until there are `most`, or for long.
fn tasks(most: usize, limits: impl FnOnce(&mut Limits) + Send + Sync + 'static) -> usize {
    let app = app(limits);
    gustnado_tests::runtime().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let addr = listener.local_addr().expect("an address");
        tokio::spawn(async { app.serve(listener).await });
        let ask_all = |mut peers: Vec<Peer>| {
            move || {
                for peer in &mut peers {
                    assert_eq!(peer.get("/hello").text(), "hello");
                }
                peers
            }
        };
        let connect = move || (0..50).map(|_| Peer::connect(addr)).collect();
        let peers = tokio::task::spawn_blocking(connect).await.expect("peers");
        let asked = tokio::task::spawn_blocking(ask_all(peers)).await;
        let runtime = tokio::runtime::Handle::current();
        let alive = || runtime.metrics().num_alive_tasks();
        for _ in 0..200 {
            if alive() <= most {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let tasks = alive();
        let again = tokio::task::spawn_blocking(ask_all(asked.expect("answers"))).await;
        again.expect("answers");
        tasks
    })
}

#[test]
fn a_parked_connection_has_no_task() {
    let most = 5;
    assert!(tasks(most, park) <= most);
    let in_time = |limits: &mut Limits| {
        limits.doze_time = Duration::from_millis(1);
        limits.park_time = Duration::from_millis(1);
    };
    assert!(tasks(most, in_time) <= most);
    let some = |limits: &mut Limits| {
        limits.awake = 10;
        limits.dozing = 20;
    };
    let left = tasks(30 + most, some);
    assert!((30..=30 + most).contains(&left), "{left}");
}

#[test]
fn a_parked_connection_still_has_its_bounds() {
    let server = serve(|limits| {
        park(limits);
        limits.idle_time = SHORT;
        limits.head_time = SHORT;
    });
    let mut peer = Peer::connect(server.addr);
    let mut silent = Peer::connect(server.addr);
    assert_eq!(peer.get("/hello").text(), "hello");
    let begin = Instant::now();
    peer.closed();
    assert!(begin.elapsed() >= SHORT, "too early");
    assert_eq!(silent.answer().status, 408);
    silent.closed();
}

#[test]
fn a_parked_connection_that_its_peer_ends_is_gone() {
    let mut server = serve(park);
    let mut peer = Peer::connect(server.addr);
    assert_eq!(peer.get("/hello").text(), "hello");
    std::thread::sleep(Duration::from_millis(50));
    peer.end();
    peer.closed();
    assert_eq!(server.join(), 0);
}

#[test]
fn a_drain_answers_what_is_on_its_way_to_a_parked_connection() {
    let mut server = serve(|limits| {
        park(limits);
        limits.linger_time = Duration::from_secs(1);
    });
    let mut late = Peer::connect(server.addr);
    let mut idle = Peer::connect(server.addr);
    assert_eq!(late.get("/hello").text(), "hello");
    assert_eq!(idle.get("/hello").text(), "hello");
    std::thread::sleep(Duration::from_millis(50));
    server.stop();
    std::thread::sleep(Duration::from_millis(100));
    let answer = late.get("/hello");
    assert_eq!(answer.text(), "hello");
    assert_eq!(answer.header("connection"), Some("close"));
    late.closed();
    idle.closed();
    assert_eq!(server.join(), 0);
}

#[test]
fn a_preface_wakes_a_parked_connection() {
    let server = serve(park);
    let mut peer = Peer::connect(server.addr);
    std::thread::sleep(Duration::from_millis(50));
    peer.send("PRI * HTTP/2.0\r\n\r\n");
    std::thread::sleep(Duration::from_millis(50));
    peer.send("SM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    let settings = peer.exactly(9);
    assert_eq!(settings[3], 4, "{settings:?}");
}
