//! Connections that have had their requests or their time end politely.

use std::time::Duration;

use super::{lab::serve, peer::Peer};

#[test]
fn the_last_request_of_a_connection_is_told_so() {
    let server = serve(|limits| limits.connection_requests = 3);
    let mut peer = Peer::connect(server.addr);
    for close in [None, None, Some("close")] {
        let answer = peer.get("/hello");
        assert_eq!(answer.text(), "hello");
        assert_eq!(answer.header("connection"), close);
    }
    peer.closed();
}

#[test]
fn requests_count_also_where_the_connection_slept_between_them() {
    let server = serve(|limits| {
        limits.connection_requests = 3;
        limits.doze_time = Duration::ZERO;
        limits.park_time = Duration::ZERO;
    });
    let mut peer = Peer::connect(server.addr);
    for close in [None, None, Some("close")] {
        assert_eq!(peer.get("/hello").header("connection"), close);
        std::thread::sleep(Duration::from_millis(400));
    }
    peer.closed();
}

#[test]
fn an_old_connection_ends_behind_its_next_answer() {
    for parked in [false, true] {
        let server = serve(move |limits| {
            limits.connection_time = Duration::from_millis(900);
            if parked {
                limits.doze_time = Duration::ZERO;
                limits.park_time = Duration::ZERO;
            }
        });
        let mut peer = Peer::connect(server.addr);
        assert_eq!(peer.get("/hello").header("connection"), None);
        // Being old is no reason to close while nothing is asked.
        std::thread::sleep(Duration::from_millis(1600));
        let answer = peer.get("/hello");
        assert_eq!(answer.text(), "hello");
        assert_eq!(answer.header("connection"), Some("close"), "{parked}");
        peer.closed();
    }
}

#[test]
fn a_long_answer_is_not_cut_when_its_connection_is_old() {
    let server = serve(|limits| limits.connection_time = Duration::from_millis(300));
    let mut peer = Peer::connect(server.addr);
    let answer = peer.get("/drip?40");
    assert_eq!(answer.text().matches(';').count(), 40);
    assert_eq!(peer.get("/hello").header("connection"), Some("close"));
    peer.closed();
}
