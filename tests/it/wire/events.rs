//! Answers that go on: events and what is fed from elsewhere, to a client that reads, does not read,
//! or leaves, and to a server that stops.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::stream;
use gustnado::{App, Application, Body, Limits, Stopping, Tower, prelude::*};

use super::{
    lab::{Server, serve_app},
    peer::Peer,
};

/// What handlers tell their test.
#[derive(Debug, Clone, Default)]
struct Told {
    sent: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
}

/// One event, and then nothing for ever.
#[derive(RequestHandler)]
#[route("/events")]
struct Quiet {
    #[state]
    told: Told,
}

#[verbs]
impl Quiet {
    async fn get(self) -> Events {
        let (sender, events) = Events::channel(1);
        tokio::spawn(async move {
            let _ = sender.send(Event::data("hello")).await;
            sender.gone().await;
            self.told.gone.store(true, Relaxed);
        });
        events.keep_alive(Duration::from_millis(50))
    }
}

/// Lines of its own making, without end.
#[derive(RequestHandler)]
#[route("/lines")]
struct Lines {}

#[verbs]
impl Lines {
    async fn get(self) -> Body {
        use futures_util::StreamExt as _;
        let line = stream::iter([Ok::<_, std::io::Error>(Bytes::from("line\n"))]);
        Body::endless(line.chain(stream::pending()))
    }
}

const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 1000;

/// As much as the client takes.
#[derive(RequestHandler)]
#[route("/flood")]
struct Flood {
    #[state]
    told: Told,
}

#[verbs]
impl Flood {
    async fn get(self) -> Body {
        let (sender, body) = Body::channel(2);
        tokio::spawn(async move {
            for _ in 0..CHUNKS {
                if sender.send(vec![0; CHUNK]).await.is_err() {
                    return self.told.gone.store(true, Relaxed);
                }
                self.told.sent.fetch_add(1, Relaxed);
            }
        });
        body
    }
}

/// Breaks off.
#[derive(RequestHandler)]
#[route("/panics")]
struct Panics {}

#[verbs]
impl Panics {
    async fn get(self) -> Body {
        let (sender, body) = Body::channel(2);
        tokio::spawn(async move {
            let _ = sender.send("some").await;
            panic!("as asked");
        });
        body
    }
}

/// Waits for the stop.
#[derive(RequestHandler)]
#[route("/stop")]
struct UntilStop {
    stopping: Stopping,
}

#[verbs]
impl UntilStop {
    async fn get(self) -> &'static str {
        assert!(!self.stopping.has_begun());
        self.stopping.begun().await;
        "stopped"
    }
}

fn app(told: Told) -> App {
    let app = Application::new()
        .state(told)
        .handler::<Quiet>()
        .handler::<Lines>()
        .handler::<Flood>()
        .handler::<Panics>()
        .handler::<UntilStop>();
    app.build().expect("an application")
}

fn serve() -> (Server, Told) {
    let told = Told::default();
    (serve_app(app(told.clone())), told)
}

/// Asks for events and reads the first.
fn listen(server: &Server) -> Peer {
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /events HTTP/1.1\r\nhost: lab\r\n\r\n");
    let head = peer.head();
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert_eq!(peer.chunk().expect("an event"), b"data: hello\n\n");
    peer
}

/// Waits for what another thread does; a broken server fails the test instead of hanging it.
fn wait_for(what: &AtomicBool) {
    let begin = Instant::now();
    while !what.load(Relaxed) {
        assert!(begin.elapsed() < Duration::from_secs(20), "it never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// It takes far less than the time that open connections are given.
fn in_time(begin: Instant) {
    let drain_time = Limits::default().drain_time;
    assert!(begin.elapsed() < drain_time / 2, "{:?}", begin.elapsed());
}

#[test]
fn a_stop_ends_open_events() {
    let (mut server, told) = serve();
    let mut peer = listen(&server);
    assert_eq!(peer.chunk().expect("a comment"), b":\n\n");
    let begin = Instant::now();
    server.stop();
    // The last chunk, which says that the answer ended and was not cut.
    while let Some(chunk) = peer.chunk() {
        assert_eq!(chunk, b":\n\n");
    }
    peer.closed();
    assert_eq!(server.join(), 0);
    in_time(begin);
    wait_for(&told.gone);
}

#[test]
fn a_stop_ends_any_body_without_end() {
    let (mut server, _) = serve();
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /lines HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    assert_eq!(peer.chunk().expect("a line"), b"line\n");
    let begin = Instant::now();
    server.stop();
    assert_eq!(peer.chunk(), None);
    peer.closed();
    assert_eq!(server.join(), 0);
    in_time(begin);
}

#[test]
fn a_stop_ends_the_events_of_an_application_within() {
    let outer = Application::new().mount("/", Tower(app(Told::default())));
    let mut server = serve_app(outer.build().expect("an application"));
    let mut peer = listen(&server);
    let begin = Instant::now();
    server.stop();
    while let Some(chunk) = peer.chunk() {
        assert_eq!(chunk, b":\n\n");
    }
    assert_eq!(server.join(), 0);
    in_time(begin);
}

#[test]
fn a_handler_can_wait_for_the_stop() {
    let (mut server, _) = serve();
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /stop HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    let begin = Instant::now();
    server.stop();
    assert_eq!(peer.answer().text(), "stopped");
    assert_eq!(server.join(), 0);
    in_time(begin);
}

#[test]
fn an_application_that_was_stopped_can_be_served_again() {
    let app = app(Told::default());
    let mut first = serve_app(app.clone());
    let _one = listen(&first);
    assert_eq!(first.join(), 0);
    let mut second = serve_app(app);
    let mut other = listen(&second);
    assert_eq!(other.chunk().expect("still open"), b":\n\n");
    drop(other);
    assert_eq!(second.join(), 0);
}

#[test]
fn a_client_that_leaves_is_noticed() {
    let (server, told) = serve();
    drop(listen(&server));
    wait_for(&told.gone);
}

#[test]
fn a_client_that_does_not_read_is_not_sent_more() {
    let (server, told) = serve();
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /flood HTTP/1.1\r\nhost: lab\r\n\r\n");
    let mut before = usize::MAX;
    // Until nothing moves: the buffers between are full.
    while before != told.sent.load(Relaxed) || before == 0 {
        before = told.sent.load(Relaxed);
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(before < CHUNKS, "all was sent to nobody");
    let answer = peer.answer();
    assert_eq!(answer.body.len(), CHUNK * CHUNKS);
}

#[test]
fn a_client_that_leaves_a_flood_is_noticed() {
    let (server, told) = serve();
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /flood HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    drop(peer);
    wait_for(&told.gone);
}

#[test]
fn an_answer_whose_task_panics_is_cut_short() {
    let (server, _) = serve();
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /panics HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    let rest = String::from_utf8(peer.rest()).expect("text");
    assert!(!rest.ends_with("0\r\n\r\n"), "{rest:?}");
}

#[test]
fn a_stop_ends_open_events_on_http2() {
    let (mut server, _) = serve();
    let begin = Instant::now();
    gustnado_tests::runtime().block_on(async {
        let socket = tokio::net::TcpStream::connect(server.addr).await;
        let handshake = h2::client::handshake(socket.expect("a connection"));
        let (client, connection) = handshake.await.expect("a handshake");
        tokio::spawn(connection);
        let mut client = client.ready().await.expect("ready");
        let request = http::Request::get("http://lab/events").body(());
        let (answer, _) = client
            .send_request(request.expect("a request"), true)
            .expect("sent");
        let mut body = answer.await.expect("an answer").into_body();
        let first = body.data().await.expect("an event").expect("an event");
        assert_eq!(first, "data: hello\n\n");
        server.stop();
        while let Some(chunk) = body.data().await {
            let chunk = chunk.expect("no reset");
            assert!(chunk.is_empty() || chunk == ":\n\n", "{chunk:?}");
        }
    });
    assert_eq!(server.join(), 0);
    in_time(begin);
}
