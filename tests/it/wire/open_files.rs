//! Bytes of open files on a socket: by the system itself where it can, and the same bytes where not.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use gustnado::{
    App, Application, Body, BoxFuture, Bytes, Compress, Internal as _, Listen, Mount, OpenFile,
    Request, Response, Result, StaticFiles,
};

use super::{
    identity::Identities,
    lab::{Server, serve_app, serve_logged, serve_on},
    peer::Peer,
};

/// Bytes of the file: more than are given to a socket at once, and no multiple of anything.
const LENGTH: usize = 3_000_017;

/// Answers with a file, and with texts.
struct Shelf(PathBuf);

impl Mount for Shelf {
    fn call<'a>(&'a self, _prefix: &'a str, request: Request) -> BoxFuture<'a, Result<Response>> {
        Box::pin(async move {
            let file = Arc::new(OpenFile::new(File::open(&self.0).internal()?).internal()?);
            let body = match request.path() {
                "/whole" => Body::file(file, 0..u64::MAX),
                "/part" => Body::file(file, 1_000_003..1_500_007),
                "/none" => Body::file(file, 5..5),
                // Other bytes, so that it shows where those that are sent come from.
                "/copy" => Body::file_with_copy(file, 0, copy()),
                // What has changed before it is sent.
                "/changed" => {
                    let other = File::options().append(true).open(&self.0).internal()?;
                    other.set_len(LENGTH as u64 + 1).internal()?;
                    let body = Body::file_with_copy(file, 0, copy());
                    return Ok(Response::new(200).with_body(body));
                }
                "/gone" => {
                    let body = Body::file(file, 0..u64::MAX);
                    let file = File::options().write(true).open(&self.0).internal()?;
                    file.set_len(1000).internal()?;
                    body
                }
                _ => Body::from("a text"),
            };
            Ok(Response::new(200).with_body(body))
        })
    }
}

fn copy() -> Bytes {
    vec![b'c'; LENGTH].into()
}

/// Bytes of which no two pages are the same.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(next).collect()
}

/// A folder with a file, its path, and its bytes.
fn folder() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, bytes) = (folder.path().join("a.bin"), noise(LENGTH));
    fs::write(&path, &bytes).expect("written");
    (folder, path, bytes)
}

fn shelf(path: &Path) -> App {
    let app = Application::new().mount("/", Shelf(path.to_owned()));
    app.build().expect("an application")
}

/// A server over TLS, and a client of it.
fn secure(app: App) -> (Server, impl Fn() -> Peer) {
    let mut identities = Identities::new();
    let identity = identities.issue("one", &["localhost"]);
    let server = serve_on(app, Listen::tcp("127.0.0.1:0").tls(identity.tls()));
    let (addr, config) = (server.addr, identities.client(&[]));
    let connect = move || {
        // The certificates lie in a folder that goes with this.
        let _alive = &identities;
        let peer = Peer::connect(addr).secure(Arc::clone(&config), "localhost");
        peer.expect("a handshake")
    };
    (server, connect)
}

fn by_http2(server: &Server, target: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    super::http2::with_client(server.addr, |mut client| {
        let request = http::Request::get(format!("http://lab{target}")).body(());
        let bytes = &mut bytes;
        async move {
            let (answer, _) = client
                .send_request(request.expect("a request"), true)
                .expect("sent");
            let mut body = answer.await.expect("an answer").into_body();
            while let Some(chunk) = body.data().await {
                let chunk = chunk.expect("a chunk");
                let _ = body.flow_control().release_capacity(chunk.len());
                bytes.extend_from_slice(&chunk);
            }
        }
    });
    bytes
}

#[test]
fn a_file_has_the_same_bytes_however_they_leave() {
    let (_folder, path, bytes) = folder();
    let (plain, (_tls, connect)) = (serve_app(shelf(&path)), secure(shelf(&path)));
    let table = [
        ("/whole", 0..LENGTH),
        ("/part", 1_000_003..1_500_007),
        ("/none", 0..0),
    ];
    for (target, range) in table {
        let expected = &bytes[range];
        for mut peer in [Peer::connect(plain.addr), connect()] {
            // The connection goes on behind it.
            for _ in 0..2 {
                let answer = peer.get(target);
                let length = expected.len().to_string();
                assert_eq!(answer.header("content-length"), Some(&*length), "{target}");
                assert!(answer.body == expected, "{target}");
            }
        }
        assert!(by_http2(&plain, target) == expected, "{target} over HTTP/2");
    }
}

#[cfg(unix)]
#[test]
fn so_it_has_over_a_unix_socket() {
    use std::{
        io::{Read as _, Write as _},
        os::unix::net::UnixStream,
    };

    let (folder, path, bytes) = folder();
    let socket = folder.path().join("socket");
    let _server = serve_on(shelf(&path), Listen::unix(&socket));
    let mut stream = UnixStream::connect(&socket).expect("a connection");
    let ask = "GET /whole HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n";
    stream.write_all(ask.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(&bytes));
}

// It is the file that is sent where the system can do so, and the copy where bytes are looked at.
#[cfg(target_os = "linux")]
#[test]
fn a_copy_is_sent_where_the_system_does_not_send_the_file() {
    let (_folder, path, bytes) = folder();
    let (plain, (_tls, connect)) = (serve_app(shelf(&path)), secure(shelf(&path)));
    // A system that does not say whether a file is in its memory never sends from it.
    let sent = Peer::connect(plain.addr).get("/copy").body;
    assert!(sent == bytes || sent == copy());
    assert!(connect().get("/copy").body == copy());
    assert!(by_http2(&plain, "/copy") == copy());
}

#[test]
fn a_copy_is_sent_where_the_file_has_changed() {
    let (_folder, path, _) = folder();
    let server = serve_app(shelf(&path));
    assert!(Peer::connect(server.addr).get("/changed").body == copy());
}

// Rule 74
#[test]
fn a_file_that_became_shorter_cuts_the_answer() {
    let (_folder, path, _) = folder();
    let server = serve_app(shelf(&path));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /gone HTTP/1.1\r\nhost: lab\r\n\r\nGET /text HTTP/1.1\r\nhost: lab\r\n\r\n");
    assert!(peer.until_broken() < 100_000);
}

#[test]
fn answers_before_and_behind_a_file_stay_in_order() {
    let (_folder, path, bytes) = folder();
    let server = serve_app(shelf(&path));
    let mut peer = Peer::connect(server.addr);
    let ask = |method: &str, target| format!("{method} {target} HTTP/1.1\r\nhost: lab\r\n\r\n");
    let mut asked = ask("GET", "/text").repeat(5);
    for target in ["/whole", "/part", "/none"] {
        asked += &ask("GET", target);
        asked += &ask("HEAD", target);
        asked += &ask("GET", "/text");
    }
    peer.send(asked);
    for _ in 0..5 {
        assert_eq!(peer.answer().text(), "a text");
    }
    for range in [0..LENGTH, 1_000_003..1_500_007, 0..0] {
        let length = range.len().to_string();
        assert!(peer.answer().body == bytes[range]);
        let head = peer.answer_to_head();
        assert_eq!(head.header("content-length"), Some(&*length));
        assert_eq!(peer.answer().text(), "a text");
    }
}

/// Enough that no socket holds it, and no room on disk.
fn sparse() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.bin");
    let file = File::create(&path).expect("a file");
    file.set_len(64 << 20).expect("a length");
    (folder, path)
}

// Rule 75
#[test]
fn a_reader_of_a_file_that_stops_is_cut() {
    let (_folder, path) = sparse();
    let short = Duration::from_millis(300);
    let app = Application::new().mount("/", Shelf(path));
    let app = app.limits(move |limits| limits.write_time = short);
    let server = serve_app(app.build().expect("an application"));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /whole HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(short * 5);
    let got = peer.until_broken();
    assert!(got < 64 << 20, "all {got} bytes came");
}

#[test]
fn a_file_that_is_being_sent_is_sent_to_its_end_when_the_server_stops() {
    let (_folder, path) = sparse();
    let mut server = serve_app(shelf(&path));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /whole HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    server.stop();
    assert_eq!(peer.rest().len(), 64 << 20);
    assert_eq!(server.join(), 0);
}

#[test]
fn its_line_in_the_log_has_all_its_bytes() {
    let (_folder, path, _) = folder();
    let (server, log) = serve_logged(shelf(&path), "gustnado::access");
    let mut peer = Peer::connect(server.addr);
    for (target, length) in [("/whole", LENGTH), ("/part", 500_004), ("/none", 0)] {
        peer.get(target);
        let line = log.line();
        let (bytes, cut) = (line.get("bytes"), line.get("cut"));
        assert_eq!((bytes, cut), (&*length.to_string(), ""), "{target}");
    }
    peer.send("GET /gone HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.until_broken();
    assert_eq!(log.line().get("cut"), "true");
}

// Where the system keeps it in memory all the same, it is sent from there.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_lies_on_the_disk_alone_is_sent_whole() {
    use rustix::fs::{Advice, fadvise};

    let (_folder, path, bytes) = folder();
    let file = File::options().read(true).open(&path).expect("a file");
    // What was not written to the disk stays in memory.
    file.sync_all().expect("written");
    let server = serve_app(shelf(&path));
    let mut peer = Peer::connect(server.addr);
    for target in ["/whole", "/whole", "/part"] {
        fadvise(&file, 0, None, Advice::DontNeed).expect("advice");
        let range = match target {
            "/part" => 1_000_003..1_500_007,
            _ => 0..LENGTH,
        };
        assert!(peer.get(target).body == bytes[range], "{target}");
    }
    // Some of it is in memory, and the end is not.
    let half = std::num::NonZero::new(LENGTH as u64 / 2);
    fadvise(&file, LENGTH as u64 / 2, half, Advice::DontNeed).expect("advice");
    assert!(peer.get("/whole").body == bytes);
}

/// Static files, kept in memory and not.
fn site(path: &Path) -> App {
    let folder = path.parent().expect("a folder");
    let streamed = StaticFiles::new(folder).limits(|limits| limits.file = 1000);
    let app = Application::new()
        .mount("/kept", StaticFiles::new(folder))
        .mount("/streamed", streamed);
    app.build().expect("an application")
}

#[test]
fn static_files_have_the_same_bytes_however_they_leave() {
    let (_folder, path, bytes) = folder();
    let (plain, (_tls, connect)) = (serve_app(site(&path)), secure(site(&path)));
    for target in ["/kept/a.bin", "/streamed/a.bin"] {
        for mut peer in [Peer::connect(plain.addr), connect()] {
            // Those that are asked for often have a way of their own.
            for _ in 0..20 {
                assert!(peer.get(target).body == bytes, "{target}");
            }
            let range = "range: bytes=1000000-2000000";
            peer.send(format!(
                "GET {target} HTTP/1.1\r\nhost: lab\r\n{range}\r\n\r\n"
            ));
            let answer = peer.answer();
            assert_eq!(answer.status, 206, "{target}");
            assert!(answer.body == bytes[1_000_000..=2_000_000], "{target}");
            let ranges = "range: bytes=0-99999, 1000000-2000000";
            peer.send(format!(
                "GET {target} HTTP/1.1\r\nhost: lab\r\n{ranges}\r\n\r\n"
            ));
            let answer = peer.answer();
            assert_eq!(answer.status, 206, "{target}");
            for part in [&bytes[..100_000], &bytes[1_000_000..=2_000_000]] {
                let has = answer.body.windows(part.len()).any(|window| window == part);
                assert!(has, "{target}");
            }
            peer.send(format!("HEAD {target} HTTP/1.1\r\nhost: lab\r\n\r\n"));
            let length = LENGTH.to_string();
            let head = peer.answer_to_head();
            assert_eq!(head.header("content-length"), Some(&*length), "{target}");
            assert!(peer.get(target).body == bytes, "{target}");
        }
        assert!(by_http2(&plain, target) == bytes, "{target} over HTTP/2");
    }
}

// Rule 32: what was sent before is of the file, the rest of what is in memory.
#[cfg(unix)]
#[test]
fn a_static_file_that_is_overwritten_while_it_is_sent_is_whole() {
    use std::os::unix::fs::FileExt as _;

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.bin");
    // As many as are kept, and more than a socket holds.
    let old = noise(8 << 20);
    fs::write(&path, &old).expect("written");
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let file = File::options().write(true).open(&path).expect("a file");
    file.set_modified(long_ago).expect("a time");
    let server = serve_app(site(&path));
    let mut peer = Peer::connect(server.addr);
    assert!(peer.get("/kept/a.bin").body == old);
    std::thread::sleep(Duration::from_millis(200));
    assert!(peer.get("/kept/a.bin").body == old);
    peer.send("GET /kept/a.bin HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    // The last megabyte only: what lies in the socket is not to change.
    file.write_all_at(&[0; 1 << 20], 7 << 20).expect("written");
    assert!(peer.exactly(8 << 20) == old);
    assert!(peer.get("/kept/a.bin").body != old);
}

#[test]
fn a_layer_gets_the_bytes_of_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "some words that come again ".repeat(20_000);
    fs::write(folder.path().join("a.txt"), &text).expect("written");
    let files = StaticFiles::new(folder.path()).compress(false);
    let streamed = StaticFiles::new(folder.path()).compress(false);
    let app = Application::new()
        .layer(Compress::new())
        .mount("/kept", files)
        .mount("/streamed", streamed.limits(|limits| limits.file = 1000));
    let server = serve_app(app.build().expect("an application"));
    let mut peer = Peer::connect(server.addr);
    for target in ["/kept/a.txt", "/streamed/a.txt"] {
        peer.send(format!(
            "GET {target} HTTP/1.1\r\nhost: lab\r\naccept-encoding: gzip\r\n\r\n"
        ));
        let answer = peer.answer();
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{target}");
        let mut decoder = flate2::write::GzDecoder::new(Vec::new());
        std::io::Write::write_all(&mut decoder, &answer.body).expect("gzip");
        assert!(
            decoder.finish().expect("gzip") == text.as_bytes(),
            "{target}"
        );
        assert!(peer.get(target).body == text.as_bytes(), "{target}");
    }
}
