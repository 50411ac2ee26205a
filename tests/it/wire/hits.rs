//! Files on the wire: what goes out when one is asked for often is what went out at first.

use std::{fs, path::Path};

use gustnado::{Application, Group, HeaderValue, StaticFiles, header};
use tempfile::TempDir;

use super::{
    lab::{Server, serve_app},
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

/// Status and fields, but for the time and the order they stand in.
fn said(answer: &Answer) -> Vec<&str> {
    let lines = answer.head.lines();
    let mut lines: Vec<_> = lines.filter(|line| !line.starts_with("date:")).collect();
    lines[1..].sort_unstable();
    lines
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
                assert_eq!(said(&next), said(&first), "{request}");
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
