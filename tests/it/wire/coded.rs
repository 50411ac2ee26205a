//! Coded replies on a socket: events that stay live, lengths that are true, HTTP/2; and a cache of
//! replies that all workers have.

use std::{io::Write as _, sync::Arc, time::Duration};

use gustnado::{App, Application, Body, prelude::*};
use tokio::sync::{Mutex, mpsc};

use super::{
    lab::{Server, serve_app},
    peer::Peer,
};

/// What there are encoders for.
const CODINGS: &[&str] = if cfg!(feature = "zstd") {
    &["br", "zstd", "gzip"]
} else {
    &["br", "gzip"]
};

/// Events that a test sends.
#[derive(Debug, Clone)]
struct Feed(Arc<Mutex<mpsc::UnboundedReceiver<String>>>);

#[derive(RequestHandler)]
#[route("/events")]
struct Live {
    #[state]
    feed: Feed,
}

#[verbs]
impl Live {
    async fn get(self) -> Events {
        let (sender, events) = Events::channel(1);
        tokio::spawn(async move {
            let mut feed = self.feed.0.lock().await;
            while let Some(text) = feed.recv().await {
                if sender.send(Event::data(text)).await.is_err() {
                    return;
                }
            }
        });
        events
    }
}

#[derive(RequestHandler)]
#[route("/page")]
struct Page;

#[verbs]
impl Page {
    async fn get(self) -> With<String> {
        "some words that come again ".repeat(400).with_etag()
    }

    async fn put(self, #[header(default)] if_match: String) -> String {
        if_match
    }
}

#[derive(RequestHandler)]
#[route("/pieces")]
struct Pieces;

#[verbs]
impl Pieces {
    async fn get(self) -> With<Body> {
        let (sender, body) = Body::channel(1);
        tokio::spawn(async move {
            for _ in 0..100 {
                let _ = sender.send("some words that come again ".repeat(400)).await;
            }
        });
        body.with_header("content-type", "text/plain")
    }
}

fn app() -> (App, mpsc::UnboundedSender<String>) {
    let (sender, feed) = mpsc::unbounded_channel();
    let app = Application::new()
        .layer(Compress::new())
        .state(Feed(Arc::new(Mutex::new(feed))))
        .handler::<Live>()
        .handler::<Page>()
        .handler::<Pieces>();
    (app.build().expect("an application"), sender)
}

fn server() -> (Server, mpsc::UnboundedSender<String>) {
    let (app, sender) = app();
    (serve_app(app), sender)
}

fn ask(peer: &mut Peer, target: &str, coding: &str) {
    peer.send(format!(
        "GET {target} HTTP/1.1\r\nhost: lab\r\naccept-encoding: {coding}\r\n\r\n"
    ));
}

/// A decoder that has what came so far.
enum Decoder {
    Brotli(Box<brotli::DecompressorWriter<Vec<u8>>>),
    #[cfg(feature = "zstd")]
    Zstd(zstd::stream::write::Decoder<'static, Vec<u8>>),
    Gzip(Box<flate2::write::GzDecoder<Vec<u8>>>),
}

impl Decoder {
    fn new(coding: &str) -> Self {
        match coding {
            "br" => Self::Brotli(Box::new(brotli::DecompressorWriter::new(Vec::new(), 4096))),
            #[cfg(feature = "zstd")]
            "zstd" => Self::Zstd(zstd::stream::write::Decoder::new(Vec::new()).expect("one")),
            _ => Self::Gzip(Box::new(flate2::write::GzDecoder::new(Vec::new()))),
        }
    }

    /// All that can be read once this has come.
    fn push(&mut self, bytes: &[u8]) -> String {
        let out = match self {
            Self::Brotli(decoder) => {
                decoder.write_all(bytes).expect("brotli");
                decoder.flush().expect("brotli");
                decoder.get_ref()
            }
            #[cfg(feature = "zstd")]
            Self::Zstd(decoder) => {
                decoder.write_all(bytes).expect("zstd");
                decoder.flush().expect("zstd");
                decoder.get_ref()
            }
            Self::Gzip(decoder) => {
                decoder.write_all(bytes).expect("gzip");
                decoder.flush().expect("gzip");
                decoder.get_ref()
            }
        };
        String::from_utf8_lossy(out).into()
    }
}

#[test]
fn an_event_is_there_before_the_next_is_made() {
    for &coding in CODINGS {
        let (server, feed) = server();
        let mut peer = Peer::connect(server.addr);
        ask(&mut peer, "/events", coding);
        let head = peer.head();
        assert!(
            head.contains(&format!("content-encoding: {coding}\r\n")),
            "{head}"
        );
        assert!(head.contains("vary: accept-encoding\r\n"), "{head}");
        let mut decoder = Decoder::new(coding);
        for n in 0..20 {
            // Nothing more is sent before this one has been read.
            feed.send(format!("event {n}")).expect("a reader");
            let mut so_far = String::new();
            while !so_far.ends_with(&format!("data: event {n}\n\n")) {
                so_far = decoder.push(&peer.chunk().expect("a chunk"));
            }
        }
        drop(feed);
        while peer.chunk().is_some() {}
    }
}

#[test]
fn lengths_are_true_and_the_connection_goes_on() {
    let (server, _feed) = server();
    let mut peer = Peer::connect(server.addr);
    let plain = peer.get("/page");
    for &coding in CODINGS {
        ask(&mut peer, "/page", coding);
        let answer = peer.answer();
        assert_eq!(answer.header("content-encoding"), Some(coding));
        let length = answer.header("content-length").expect("a length");
        assert_eq!(length, answer.body.len().to_string());
        assert_eq!(Decoder::new(coding).push(&answer.body), plain.text());
        ask(&mut peer, "/pieces", coding);
        let answer = peer.answer();
        assert_eq!(answer.header("content-length"), None);
        assert_eq!(
            Decoder::new(coding).push(&answer.body),
            plain.text().repeat(100)
        );
    }
}

#[test]
fn head_and_304_are_as_without_the_layer() {
    let (server, _feed) = server();
    let mut peer = Peer::connect(server.addr);
    for coding in CODINGS.iter().copied().chain(["identity"]) {
        ask(&mut peer, "/page", coding);
        let get = peer.answer();
        let tag = get.header("etag").expect("a tag").to_owned();
        let fields = format!("host: lab\r\naccept-encoding: {coding}\r\n");
        peer.send(format!("HEAD /page HTTP/1.1\r\n{fields}\r\n"));
        let head = peer.answer_to_head();
        for name in [
            "content-encoding",
            "content-length",
            "etag",
            "vary",
            "content-type",
        ] {
            assert_eq!(head.header(name), get.header(name), "{coding} {name}");
        }
        peer.send(format!(
            "GET /page HTTP/1.1\r\n{fields}if-none-match: {tag}\r\n\r\n"
        ));
        let same = peer.answer_to_head();
        assert_eq!((same.status, same.header("etag")), (304, Some(&*tag)));
        assert_eq!(same.header("vary"), Some("accept-encoding"));
        assert_eq!(same.header("content-encoding"), None);
        // What was given by another coding is another tag.
        peer.send(format!(
            "PUT /page HTTP/1.1\r\n{fields}if-match: {tag}\r\ncontent-length: 0\r\n\r\n"
        ));
        let own = tag.replace(&format!("+{coding}"), "");
        assert_eq!(peer.answer().text(), own);
    }
}

#[test]
fn streams_of_http2_are_coded_too() {
    use super::http2::with_client;

    let (server, feed) = server();
    with_client(server.addr, |mut client| async move {
        for &coding in CODINGS {
            let request = http::Request::builder()
                .uri("http://lab/pieces")
                .header("accept-encoding", coding)
                .body(())
                .expect("a request");
            let (answer, _) = client.send_request(request, true).expect("sent");
            let (head, mut body) = answer.await.expect("an answer").into_parts();
            assert_eq!(head.headers["content-encoding"], coding);
            let mut bytes = Vec::new();
            while let Some(chunk) = body.data().await {
                let chunk = chunk.expect("a chunk");
                let _ = body.flow_control().release_capacity(chunk.len());
                bytes.extend_from_slice(&chunk);
            }
            let expected = "some words that come again ".repeat(40_000);
            assert_eq!(Decoder::new(coding).push(&bytes), expected, "{coding}");
        }
        let request = http::Request::builder()
            .uri("http://lab/events")
            .header("accept-encoding", "gzip")
            .body(())
            .expect("a request");
        let (answer, _) = client.send_request(request, true).expect("sent");
        let mut body = answer.await.expect("an answer").into_body();
        let mut decoder = Decoder::new("gzip");
        for n in 0..5 {
            feed.send(format!("event {n}")).expect("a reader");
            let mut so_far = String::new();
            while !so_far.ends_with(&format!("data: event {n}\n\n")) {
                so_far = decoder.push(&body.data().await.expect("more").expect("a chunk"));
            }
        }
    });
}

/// A page that takes its time, and counts.
#[derive(RequestHandler)]
#[route("/counted")]
struct Counted {
    #[state]
    count: Arc<std::sync::atomic::AtomicUsize>,
}

#[verbs]
impl Counted {
    async fn get(self) -> With<String> {
        let n = self
            .count
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(200)).await;
        let text = format!("{n} {}", "some words that come again ".repeat(100));
        text.with_etag().with_header("cache-control", "max-age=60")
    }
}

#[test]
fn a_kept_reply_is_coded_once_for_all_who_ask() {
    let count = Arc::<std::sync::atomic::AtomicUsize>::default();
    let app = Application::new()
        .state(Arc::clone(&count))
        .layer(ResponseCache::new())
        .layer(Compress::new())
        .handler::<Counted>();
    let server = serve_app(app.build().expect("an application"));
    let mut peers: Vec<_> = (0..20).map(|_| Peer::connect(server.addr)).collect();
    for peer in &mut peers {
        ask(peer, "/counted", "gzip, br");
    }
    let answers: Vec<_> = peers.iter_mut().map(Peer::answer).collect();
    for answer in &answers {
        assert_eq!(answer.header("content-encoding"), Some("br"));
        assert_eq!(answer.body, answers[0].body);
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 1);
    // Another coding is another variant; the tag of each is good for a 304 from what is kept.
    let peer = &mut peers[0];
    ask(peer, "/counted", "gzip");
    assert_eq!(peer.answer().header("content-encoding"), Some("gzip"));
    let tag = answers[0].header("etag").expect("a tag");
    peer.send(format!(
        "GET /counted HTTP/1.1\r\nhost: lab\r\naccept-encoding: br, gzip\r\nif-none-match: {tag}\r\n\r\n"
    ));
    let same = peer.answer_to_head();
    assert_eq!((same.status, same.header("etag")), (304, Some(tag)));
    assert!(
        same.header("cache-status")
            .is_some_and(|how| how.contains("hit"))
    );
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 2);
}
