//! HTTP/2 with prior knowledge, on the same port.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use h2::{SendStream, client::SendRequest};
use tokio::net::TcpStream;

use super::{lab::serve, peer::Peer};

type Client = SendRequest<bytes::Bytes>;

/// Runs a test with a client of this server.
fn with_client<F: Future<Output = ()>>(addr: SocketAddr, test: impl FnOnce(Client) -> F) {
    gustnado_tests::runtime().block_on(async {
        let socket = TcpStream::connect(addr).await.expect("a connection");
        let (client, connection) = h2::client::handshake(socket).await.expect("a handshake");
        tokio::spawn(connection);
        let test = test(client.ready().await.expect("ready"));
        let limit = Duration::from_secs(20);
        tokio::time::timeout(limit, test).await.expect("in time");
    });
}

async fn request(
    client: &mut Client,
    method: &str,
    path: &str,
    body: Option<&'static str>,
) -> (u16, Vec<u8>) {
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://lab{path}"))
        .body(())
        .expect("a request");
    let (answer, mut sender): (_, SendStream<_>) =
        client.send_request(request, body.is_none()).expect("sent");
    if let Some(body) = body {
        sender.send_data(body.into(), true).expect("sent");
    }
    let (head, mut body) = answer.await.expect("an answer").into_parts();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.expect("a chunk");
        let _ = body.flow_control().release_capacity(chunk.len());
        bytes.extend_from_slice(&chunk);
    }
    (head.status.as_u16(), bytes)
}

#[test]
fn prior_knowledge_is_understood() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        let (status, body) = request(&mut client, "GET", "/hello", None).await;
        assert_eq!((status, body.as_slice()), (200, b"hello".as_slice()));
        let (_, body) = request(&mut client, "POST", "/echo", Some("said")).await;
        assert_eq!(body, b"said");
        let (status, _) = request(&mut client, "GET", "/none", None).await;
        assert_eq!(status, 404);
    });
}

#[test]
fn streams_do_not_wait_for_each_other() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        let mut other = client.clone();
        let slow = tokio::spawn(async move { request(&mut other, "GET", "/slow?400", None).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let (_, body) = request(&mut client, "GET", "/hello", None).await;
        assert_eq!(body, b"hello");
        assert!(!slow.is_finished(), "the slow one was first");
        assert_eq!(slow.await.expect("an answer").1, b"slow");
    });
}

#[test]
fn a_large_answer_passes_the_windows() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        let (_, body) = request(&mut client, "GET", "/zeros?3000000", None).await;
        assert_eq!(body.len(), 3_000_000);
    });
}

#[test]
fn a_panic_is_a_500_and_the_connection_lives() {
    let server = serve(|_| {});
    with_client(server.addr, |mut client| async move {
        assert_eq!(request(&mut client, "GET", "/panic", None).await.0, 500);
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
    });
}

#[test]
fn a_drain_finishes_what_is_being_answered() {
    let mut server = serve(|_| {});
    let addr = server.addr;
    with_client(addr, |mut client| async move {
        let slow = request(&mut client, "GET", "/slow?400", None);
        let stop = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            server.stop();
        };
        let (answer, ()) = futures_util::future::join(slow, stop).await;
        assert_eq!(answer.1, b"slow");
        drop(client);
        assert_eq!(server.join(), 0);
    });
}

#[test]
fn an_idle_connection_is_ended() {
    let server = serve(|limits| limits.idle_time = Duration::from_millis(200));
    with_client(server.addr, |mut client| async move {
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
        // Ready fails once the server has said GOAWAY.
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            match client.clone().ready().await {
                Ok(ready) => client = ready,
                Err(error) => {
                    assert!(!error.is_io() || error.is_go_away(), "{error}");
                    break;
                }
            }
        }
    });
}

/// A peer that speaks frames, so that it can also misbehave.
struct Frames(Peer);

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

impl Frames {
    fn connect(addr: SocketAddr) -> Self {
        let mut peer = Peer::connect(addr);
        peer.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        let mut frames = Self(peer);
        frames.send((SETTINGS, 0, 0), &[]);
        frames
    }

    fn send(&mut self, (kind, flags, stream): (u8, u8, u32), payload: &[u8]) {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.0.send(frame);
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
    // GET, http, /, authority lab; the whole request (RFC 7541 appendix A).
    let block = [0x82, 0x86, 0x84, 0x41, 3, b'l', b'a', b'b'];
    peer.send((HEADERS, 0x5, 1), &block);
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

#[test]
fn limits_beyond_the_protocol_are_its_own() {
    let server = serve(|limits| {
        limits.stream_window = u32::MAX;
        limits.stream_send_buffer = usize::MAX;
        limits.head_bytes = usize::MAX;
    });
    with_client(server.addr, |mut client| async move {
        assert_eq!(request(&mut client, "GET", "/hello", None).await.0, 200);
    });
    assert_eq!(Peer::connect(server.addr).get("/hello").status, 200);
}
