//! Static files on a socket: what only shows there. Rules are those of docs/static-rules.md.

use std::fs;

use gustnado::{Application, StaticFiles};

use super::{
    lab::{Server, serve_app},
    peer::Peer,
};

/// Bytes of the large file: more than sockets hold.
const LARGE: u64 = 64 << 20;

/// A folder at `/`, and the server of it.
fn site() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes);
    write("index.html", b"<p>home").expect("written");
    write("a.txt", b"some text").expect("written");
    write("empty.txt", b"").expect("written");
    let large = fs::File::create(folder.path().join("large.bin")).expect("a file");
    // Zeros that take no room on disk.
    large.set_len(LARGE).expect("a length");
    let app = Application::new().mount("/", StaticFiles::new(folder.path()));
    let server = serve_app(app.build().expect("an application"));
    (folder, server)
}

// Rule 72
#[test]
fn a_client_of_http_1_0_gets_a_length_and_no_chunks() {
    let (_folder, server) = site();
    for (target, length) in [
        ("/", Some(7)),
        ("/a.txt", Some(9)),
        ("/empty.txt", Some(0)),
        ("/large.bin", Some(LARGE as usize)),
        ("/none", None),
    ] {
        let mut peer = Peer::connect(server.addr);
        peer.send(format!(
            "GET {target} HTTP/1.0\r\naccept-encoding: gzip, br\r\n\r\n"
        ));
        let head = peer.head().to_ascii_lowercase();
        assert!(!head.contains("transfer-encoding"), "{target}: {head}");
        if let Some(length) = length {
            assert!(
                head.contains(&format!("content-length: {length}\r\n")),
                "{head}"
            );
            assert_eq!(peer.rest().len(), length, "{target}");
        }
    }
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /large.bin HTTP/1.0\r\nrange: bytes=0-0, 100000-100001\r\n\r\n");
    let head = peer.head().to_ascii_lowercase();
    assert!(
        head.starts_with("http/1.0 206") || head.starts_with("http/1.1 206"),
        "{head}"
    );
    assert!(head.contains("content-length") && !head.contains("transfer-encoding"));
}

// Rule 73
#[test]
fn a_target_in_absolute_form_is_the_same_file() {
    let (_folder, server) = site();
    let mut peer = Peer::connect(server.addr);
    let answer = peer.get("http://lab/a.txt?x=/../y");
    assert_eq!((answer.status, answer.text()), (200, "some text"));
    assert_eq!(peer.get("http://lab/../a.txt").status, 404);
}

// Rule 74
#[test]
fn a_file_cut_short_while_it_is_sent_ends_the_connection_short() {
    let (folder, server) = site();
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /large.bin HTTP/1.1\r\nhost: lab\r\n\r\n");
    let head = peer.head();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let file = fs::File::options()
        .write(true)
        .open(folder.path().join("large.bin"));
    file.expect("the file").set_len(1000).expect("a length");
    let got = peer.until_broken() as u64;
    assert!(got < LARGE, "{got} bytes were made up");
    assert_eq!(Peer::connect(server.addr).get("/a.txt").status, 200);
}

// Rule 75: readers that have stopped are sent the rest when they go on, each its own.
#[test]
fn readers_that_stop_and_go_on_get_all() {
    let (_folder, server) = site();
    let mut peers: Vec<_> = (0..20).map(|_| Peer::connect(server.addr)).collect();
    for (number, peer) in peers.iter_mut().enumerate() {
        peer.send(format!(
            "GET /large.bin HTTP/1.1\r\nhost: lab\r\nrange: bytes={number}-\r\nconnection: close\r\n\r\n"
        ));
        let head = peer.head();
        assert!(head.starts_with("HTTP/1.1 206"), "{head}");
    }
    // They are all stopped by now, as nobody reads; others are still answered.
    assert_eq!(Peer::connect(server.addr).get("/a.txt").status, 200);
    let first = peers[0].rest().len() as u64;
    assert_eq!(first, LARGE);
    let last = peers[19].rest().len() as u64;
    assert_eq!(last, LARGE - 19);
}

// Rules 61, 66
#[test]
fn no_target_is_answered_with_an_error_of_the_server() {
    let (_folder, server) = site();
    let long = format!("/{}", "n".repeat(300));
    let deep = "/d".repeat(2500);
    for target in [
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "/%252e%252e/etc/passwd",
        "//etc/passwd",
        "///etc/passwd",
        "/a.txt%00.html",
        "/%00",
        "/%ff%fe",
        "/%c0%ae%c0%ae/etc/passwd",
        "/a.txt/",
        "/a.txt/b",
        "/.git/config",
        "/con",
        "/nul.txt",
        "/lpt1",
        "/COM1",
        "/a.txt::$DATA",
        "/A~1.TXT",
        &long,
        &deep,
    ] {
        let answer = Peer::connect(server.addr).get(target);
        assert!(
            (400..500).contains(&answer.status),
            "{target}: {}",
            answer.head
        );
        assert!(!answer.head.to_ascii_lowercase().contains("location:"));
    }
}
