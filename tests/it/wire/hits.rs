//! Files on the wire: what goes out when one is asked for often is what went out at first.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst},
    },
};

use gustnado::{Limits, StaticFiles, StatusCode, header, prelude::*};
use tempfile::TempDir;
use tower::util::MapRequestLayer;

use super::{
    lab::{Lab, Server, serve_app, serve_logged},
    peer::{Answer, Peer},
};

/// Often enough that a worker remembers.
const OFTEN: usize = 40;

fn text(letter: char) -> String {
    std::iter::repeat_n(letter, 3000).collect()
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), 'a');
    folder
}

/// Another version, from a time when nothing was asked for.
fn write(folder: &Path, letter: char) {
    let new = folder.join("new");
    fs::write(&new, text(letter)).expect("written");
    fs::rename(new, folder.join("a.js")).expect("renamed");
}

fn files(folder: &TempDir) -> StaticFiles {
    StaticFiles::new(folder.path())
        .recompress(false)
        .limits(|limits| limits.settle_time = std::time::Duration::ZERO)
}

fn serve(folder: &TempDir) -> Server {
    let same = |request: http::Request<gustnado::Body>| request;
    let layered = Group::new("/layered")
        .layer(tower::util::MapRequestLayer::new(same))
        .mount("/", files(folder));
    let odd = Group::new("/odd")
        .default_header(header::CONNECTION, HeaderValue::from_static("keep-alive"))
        .mount("/", files(folder));
    let app = Application::new()
        .mount("/plain", files(folder))
        .group(layered)
        .group(odd)
        .default_header(header::SERVER, HeaderValue::from_static("lab"));
    serve_app(app.build().expect("an application"))
}

#[test]
fn the_hundredth_answer_is_the_first() {
    let folder = folder();
    let server = serve(&folder);
    let mut peer = Peer::connect(server.addr);
    let tag = peer.get("/plain/a.js");
    let tag = tag.header("etag").expect("a tag").to_owned();
    for mount in ["plain", "odd", "layered"] {
        for (method, fields, status) in [
            ("GET", String::new(), 200),
            ("HEAD", String::new(), 200),
            ("GET", "accept-encoding: br\r\n".into(), 200),
            ("HEAD", "accept-encoding: gzip, br;q=0\r\n".into(), 200),
            ("GET", format!("if-none-match: {tag}\r\n"), 304),
            ("HEAD", format!("if-none-match: \"x\", W/{tag}\r\n"), 304),
            ("GET", "if-none-match: \"x\"\r\n".into(), 200),
            ("GET", "range: bytes=5-9\r\n".into(), 206),
            ("GET", "if-match: \"x\"\r\n".into(), 412),
        ] {
            if mount == "layered" && method == "HEAD" {
                continue;
            }
            let request = format!("{method} /{mount}/a.js HTTP/1.1\r\nhost: lab\r\n{fields}\r\n");
            let mut ask = || {
                peer.send(&request);
                if method == "HEAD" || status == 304 {
                    peer.answer_to_head()
                } else {
                    peer.answer()
                }
            };
            let first = ask();
            assert_eq!(first.status, status, "{request}{}", first.head);
            let server_fields = first.head.matches("server: lab").count();
            assert_eq!(server_fields, 1, "{}", first.head);
            for _ in 0..OFTEN {
                let next = ask();
                assert_eq!(next.said(), first.said(), "{request}");
                assert_eq!(next.body, first.body);
            }
        }
    }
}

#[test]
fn a_changed_file_is_in_the_next_answer_however_often_it_was_asked_for() {
    let folder = folder();
    let server = serve(&folder);
    let mut peer = Peer::connect(server.addr);
    for letter in 'b'..'h' {
        write(folder.path(), letter);
        for _ in 0..OFTEN {
            assert_eq!(peer.get("/plain/a.js").text(), text(letter));
        }
    }
    fs::remove_file(folder.path().join("a.js")).expect("removed");
    assert_eq!(peer.get("/plain/a.js").status, 404);
}

/// A file that is replaced, and how often it was.
struct Version {
    folder: TempDir,
    last: AtomicUsize,
    over: AtomicBool,
}

impl Version {
    fn next(&self) {
        let version = self.last.load(SeqCst) + 1;
        let path = |name| self.folder.path().join(name);
        fs::write(path("new"), format!("{version:08}")).expect("written");
        fs::rename(path("new"), path("a.js")).expect("renamed");
        self.last.store(version, SeqCst);
    }

    /// Asks for it, so many times at once. No answer may be older than what there was before.
    fn ask(&self, peer: &mut Peer, at_once: usize) {
        let before = self.last.load(SeqCst);
        peer.send("GET /plain/a.js HTTP/1.1\r\nhost: lab\r\n\r\n".repeat(at_once));
        for _ in 0..at_once {
            let version: usize = peer.answer().text().parse().expect("a version");
            assert!(version >= before, "{version}, and there was {before}");
        }
    }
}

// Rule 4: one look at the disk answers for those who asked before it, and for nobody else.
#[test]
fn who_asks_after_a_change_is_answered_by_it_while_many_others_ask() {
    let version = Version {
        folder: folder(),
        last: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    };
    version.next();
    let app = Application::new().mount("/plain", files(&version.folder));
    // Nobody is to count how often somebody asks.
    let app = app.limits(|limits| limits.connection_requests = u32::MAX);
    let server = serve_app(app.build().expect("an application"));
    std::thread::scope(|scope| {
        let version = &version;
        for number in 0..6 {
            let mut peers: Vec<_> = (0..4).map(|_| Peer::connect(server.addr)).collect();
            scope.spawn(move || {
                while !version.over.load(SeqCst) {
                    for peer in &mut peers {
                        version.ask(peer, 1 + number % 3 * 4);
                    }
                }
            });
        }
        let mut peers: Vec<_> = (0..3).map(|_| Peer::connect(server.addr)).collect();
        for round in 0..1000 {
            version.next();
            for number in 0..4 + round % 13 {
                let number = (round + number) % peers.len();
                version.ask(&mut peers[number], 1);
            }
        }
        version.over.store(true, SeqCst);
    });
}

#[test]
fn who_speaks_http_1_0_or_closes_gets_the_same() {
    let folder = folder();
    let server = serve(&folder);
    for (request, line) in [
        ("GET /plain/a.js HTTP/1.0\r\n\r\n", "HTTP/1."),
        (
            "GET /plain/a.js HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n",
            "HTTP/1.1",
        ),
    ] {
        for _ in 0..OFTEN {
            let mut peer = Peer::connect(server.addr);
            peer.send(request);
            let answer = peer.answer();
            assert!(answer.head.starts_with(line), "{}", answer.head);
            assert_eq!(answer.text(), text('a'));
            peer.closed();
        }
    }
}

#[test]
fn answers_that_are_not_copied_are_whole_too_and_keep_their_order() {
    let folder = folder();
    // Larger than what is copied behind its head; one than all that is gathered, too; and together more
    // than sockets take.
    for (length, times) in [(20_000_u32, 1000), (100_000, 200)] {
        let large: Vec<u8> = (0..length).map(|n| n.wrapping_mul(n) as u8).collect();
        fs::write(folder.path().join("large.bin"), &large).expect("written");
        let server = serve(&folder);
        let mut peer = Peer::connect(server.addr);
        for _ in 0..OFTEN {
            peer.get("/plain/a.js");
            assert!(peer.get("/plain/large.bin").body == large);
        }
        let request = |name| format!("GET /plain/{name} HTTP/1.1\r\nhost: lab\r\n\r\n");
        let both = [request("a.js"), request("large.bin")].concat();
        peer.send(both.repeat(times));
        for _ in 0..times {
            assert_eq!(peer.answer().text(), text('a'));
            assert!(peer.answer().body == large);
        }
    }
}

#[test]
fn what_is_refused_is_refused_however_often_its_file_was_asked_for() {
    let folder = folder();
    let server = serve(&folder);
    let mut peer = Peer::connect(server.addr);
    for _ in 0..OFTEN {
        peer.get("/plain/a.js");
    }
    for (target, fields, status) in [
        ("/plain/a.js", "", 400),
        ("/plain/a.js", "host: lab\r\nhost: lab\r\n", 400),
        ("/plain/a.js", "host: lab/\r\n", 400),
        ("http://user@lab/plain/a.js", "host: lab\r\n", 400),
        ("/plain/a.js", "host: lab\r\ncontent-length: x\r\n", 400),
        ("/plain/a.js", "host: lab\r\ntransfer-encoding: x\r\n", 400),
        ("/plain/./a.js", "host: lab\r\n", 404),
        // A body is read, if by nobody.
        ("/plain/a.js", "host: lab\r\ncontent-length: 4\r\n", 200),
    ] {
        let mut peer = Peer::connect(server.addr);
        peer.send(format!("GET {target} HTTP/1.1\r\n{fields}\r\nGET "));
        let answer = peer.answer();
        assert_eq!(answer.status, status, "{target} {fields}{}", answer.head);
        if status == 200 {
            peer.send("/plain/a.js HTTP/1.1\r\nhost: lab\r\n\r\n");
            assert_eq!(peer.answer().status, 400, "not behind the body");
        }
    }
}

/// Asks as often as a worker remembers, over connections that are kept.
fn often(server: &Server, host: &str, target: &str) -> Vec<Answer> {
    let mut peer = Peer::connect(server.addr);
    let request = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    let ask = |_| {
        peer.send(&request);
        peer.answer()
    };
    (0..OFTEN).map(ask).collect()
}

#[test]
fn a_layer_sees_each_request() {
    let folder = folder();
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let layer = MapRequestLayer::new(move |request: http::Request<Body>| {
        count.fetch_add(1, Relaxed);
        request
    });
    let group = Group::new("/in").layer(layer).mount("/", files(&folder));
    let app = Application::new().group(group).build();
    let server = serve_app(app.expect("an application"));
    let answers = often(&server, "lab", "/in/a.js");
    assert!(answers.iter().all(|answer| answer.text() == text('a')));
    assert_eq!(seen.load(Relaxed), OFTEN);
}

#[test]
fn a_guard_holds_for_each_request() {
    let folder = folder();
    let group = Group::new("/in").host("lab").mount("/", files(&folder));
    let app = Application::new().group(group).build();
    let server = serve_app(app.expect("an application"));
    for (host, status) in [("lab", 200), ("other", 404), ("lab", 200)] {
        let answers = often(&server, host, "/in/a.js");
        assert!(
            answers.iter().all(|answer| answer.status == status),
            "{host}"
        );
    }
}

#[test]
fn a_handler_below_a_mount_is_asked() {
    let folder = folder();
    let app = Application::new()
        .mount("/in", files(&folder))
        .mount("/in/other", files(&folder))
        .handler::<Below>()
        .build();
    let server = serve_app(app.expect("an application"));
    for (target, status) in [("/in/a.js", 418), ("/in/other/a.js", 200)] {
        let answers = often(&server, "lab", target);
        assert!(
            answers.iter().all(|answer| answer.status == status),
            "{target}"
        );
    }
}

/// Stands before the files of a mount.
#[derive(RequestHandler)]
#[route("/in/{name}")]
struct Below {
    name: String,
}

#[verbs]
impl Below {
    async fn get(self) -> StatusCode {
        assert_eq!(self.name, "a.js");
        StatusCode::IM_A_TEAPOT
    }
}

#[test]
fn each_request_is_a_line_of_the_log() {
    let folder = folder();
    let app = Application::new().mount("/in", files(&folder)).build();
    let (server, log) = serve_logged(app.expect("an application"), "gustnado::access");
    for answer in often(&server, "lab", "/in/a.js") {
        let line = log.line();
        assert_eq!(
            (line.get("target"), line.get("bytes")),
            ("/in/a.js", "3000")
        );
        assert_eq!(answer.header("x-request-id"), Some(line.get("request_id")));
    }
}

#[test]
fn the_last_answer_of_a_connection_says_so() {
    let folder = folder();
    let limits = |limits: &mut Limits| limits.connection_requests = OFTEN as u32;
    let app = Application::new()
        .mount("/in", files(&folder))
        .limits(limits);
    let server = serve_app(app.build().expect("an application"));
    for _ in 0..2 {
        let answers = often(&server, "lab", "/in/a.js");
        let close = |answer: &Answer| answer.header("connection") == Some("close");
        assert_eq!(answers.iter().position(close), Some(OFTEN - 1));
    }
}

#[test]
fn a_worker_that_has_too_much_to_do_refuses_hits_too() {
    let folder = folder();
    let limits = |limits: &mut Limits| limits.requests_in_flight = 1;
    let app = Application::new()
        .mount("/in", files(&folder))
        .mount("/", Lab)
        .limits(limits);
    let server = serve_app(app.build().expect("an application"));
    let all = |status| move |answer: &Answer| answer.status == status;
    assert!(often(&server, "lab", "/in/a.js").iter().all(all(200)));
    let mut drip = Peer::connect(server.addr);
    drip.send("GET /drip?1000000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    drip.head();
    assert!(often(&server, "lab", "/in/a.js").iter().all(all(503)));
}
