//! HTTP/2 as frames: connections that end, and peers that misbehave.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::{lab::serve, peer::Peer};

/// A peer that speaks frames, so that it can also misbehave.
struct Frames(Peer);

const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

/// A frame, by its kind, flags and stream.
fn frame((kind, flags, stream): (u8, u8, u32), payload: &[u8]) -> Vec<u8> {
    let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

impl Frames {
    fn connect(addr: SocketAddr) -> Self {
        let mut peer = Peer::connect(addr);
        peer.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        let mut frames = Self(peer);
        frames.send((SETTINGS, 0, 0), &[]);
        frames
    }

    fn send(&mut self, head: (u8, u8, u32), payload: &[u8]) {
        self.0.send(frame(head, payload));
    }

    /// Sends what the server may refuse to read.
    fn try_send(&mut self, head: (u8, u8, u32), payload: &[u8]) {
        self.0.try_send(frame(head, payload));
    }

    /// Reads frames up to one of this kind. Says its stream and what is in it.
    fn until(&mut self, wanted: u8) -> (u32, Vec<u8>) {
        let (_, stream, payload) = self.until_any(&[wanted]);
        (stream, payload)
    }

    /// Reads frames up to one of these kinds. Says its kind, its stream and what is in it.
    fn until_any(&mut self, wanted: &[u8]) -> (u8, u32, Vec<u8>) {
        loop {
            let head = self.0.exactly(9);
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let payload = self.0.exactly(length as usize);
            if wanted.contains(&head[3]) {
                let stream = head[5..9].try_into().expect("four bytes");
                return (head[3], u32::from_be_bytes(stream), payload);
            }
        }
    }
}

#[test]
fn a_request_that_crosses_the_goaway_is_answered() {
    let server = serve(|limits| limits.idle_time = Duration::from_millis(200));
    let mut peer = Frames::connect(server.addr);
    let (_, goaway) = peer.until(GOAWAY);
    assert_eq!(
        goaway[..4],
        [0x7f, 0xff, 0xff, 0xff],
        "not the last word yet"
    );
    let (_, ping) = peer.until(PING);
    peer.send((HEADERS, 0x5, 1), &GET);
    peer.send((PING, 1, 0), &ping);
    // The answer and the last word, in either order.
    let mut kinds = [
        peer.until_any(&[HEADERS, GOAWAY]),
        peer.until_any(&[HEADERS, GOAWAY]),
    ];
    kinds.sort();
    let [(_, answered, _), (_, _, goaway)] = kinds;
    assert_eq!(answered, 1);
    assert_eq!(goaway[..4], [0, 0, 0, 1]);
    peer.0.rest();
}

#[test]
fn a_peer_that_does_not_answer_holds_no_drain_up() {
    let mut server = serve(|limits| limits.linger_time = Duration::from_millis(200));
    let mut peer = Frames::connect(server.addr);
    peer.until(SETTINGS);
    std::thread::sleep(Duration::from_millis(50));
    let begin = Instant::now();
    assert_eq!(server.join(), 0);
    assert!(begin.elapsed() < Duration::from_secs(15), "waited for it");
}

/// GET, http, /, authority lab; the whole request (RFC 7541 appendix A).
const GET: [u8; 8] = [0x82, 0x86, 0x84, 0x41, 3, b'l', b'a', b'b'];

#[test]
fn a_flood_of_frames_that_carry_nothing_is_told_to_calm_down() {
    let server = serve(|limits| limits.control_frames = 500);
    let unknown = 0x20;
    for (kind, payload) in [
        (SETTINGS, &[][..]),
        (PING, &[0; 8]),
        (PRIORITY, &[0; 5]),
        (unknown, &[]),
    ] {
        let mut peer = Frames::connect(server.addr);
        peer.send((HEADERS, 0x5, 1), &GET);
        peer.until(HEADERS);
        let stream = if kind == PRIORITY { 3 } else { 0 };
        // Few of them are nothing.
        for _ in 0..400 {
            peer.send((kind, 0, stream), payload);
        }
        peer.send((HEADERS, 0x5, 3), &GET);
        peer.until(HEADERS);
        for _ in 0..200 {
            peer.try_send((kind, 0, stream), payload);
        }
        let (_, goaway) = peer.until(GOAWAY);
        assert_eq!(goaway, [0, 0, 0, 3, 0, 0, 0, 11], "{kind}");
        peer.0.until_broken();
    }
}

#[test]
fn streams_are_counted_and_the_last_is_answered() {
    let server = serve(|limits| limits.connection_requests = 3);
    let mut peer = Frames::connect(server.addr);
    for stream in [1, 3] {
        peer.send((HEADERS, 0x5, stream), &GET);
        assert_eq!(peer.until(HEADERS).0, stream);
    }
    peer.send((HEADERS, 0x5, 5), &GET);
    let mut last = [(); 3].map(|()| peer.until_any(&[HEADERS, PING, GOAWAY]));
    last.sort();
    let [(HEADERS, 5, _), (PING, _, ping), (GOAWAY, _, goaway)] = last else {
        panic!("{last:?}");
    };
    assert_eq!(goaway[..4], [0x7f, 0xff, 0xff, 0xff], "politely");
    // One that was on its way is answered, too.
    peer.send((HEADERS, 0x5, 7), &GET);
    peer.send((PING, 1, 0), &ping);
    let mut kinds = [
        peer.until_any(&[HEADERS, GOAWAY]),
        peer.until_any(&[HEADERS, GOAWAY]),
    ];
    kinds.sort();
    assert_eq!(kinds[0].1, 7);
    assert_eq!(kinds[1].2[..4], [0, 0, 0, 7]);
    peer.0.rest();
}

#[test]
fn an_old_connection_ends_politely() {
    let server = serve(|limits| limits.connection_time = Duration::from_millis(300));
    let mut peer = Frames::connect(server.addr);
    std::thread::sleep(Duration::from_millis(800));
    peer.send((HEADERS, 0x5, 1), &GET);
    let mut kinds = [
        peer.until_any(&[HEADERS, GOAWAY]).0,
        peer.until_any(&[HEADERS, GOAWAY]).0,
    ];
    kinds.sort_unstable();
    assert_eq!(kinds, [HEADERS, GOAWAY]);
}

#[test]
fn streams_that_are_reset_before_they_were_looked_at_are_counted() {
    let server = serve(|limits| limits.resets = 5);
    let mut peer = Frames::connect(server.addr);
    let mut flood = Vec::new();
    // Fewer than h2 allows by itself.
    for stream in 0..12_u32 {
        flood.extend(frame((HEADERS, 0x5, stream * 2 + 1), &GET));
        flood.extend(frame((RST_STREAM, 0, stream * 2 + 1), &[0, 0, 0, 8]));
    }
    peer.0.try_send(flood);
    let (_, goaway) = peer.until(GOAWAY);
    assert_eq!(goaway[4..8], [0, 0, 0, 11]);
    peer.0.until_broken();
}
