//! Files that are asked for again and again, of the sizes that leave from pages of the system: each answer is
//! what the first was, but for its date.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    time::Duration,
};

use gustnado::{Application, StaticFiles};
use tempfile::TempDir;

use super::{
    lab::{Server, serve_app, serve_on},
    peer::Peer,
};

/// Often enough that a worker has them in pages, and sends them from there for a while.
const OFTEN: usize = 150;

/// One that has an open file beside, and one that has none.
const LENGTHS: [usize; 2] = [10_240, 100_000];

fn bytes(length: usize, version: u8) -> Vec<u8> {
    (0..length)
        .map(|place| (place / 7) as u8 ^ version)
        .collect()
}

/// Another version, from a time when nothing was asked for.
fn write(folder: &Path, version: u8) {
    for length in LENGTHS {
        let new = folder.join("new");
        fs::write(&new, bytes(length, version)).expect("written");
        fs::rename(new, folder.join(format!("{length}.bin"))).expect("renamed");
    }
}

fn app(folder: &Path) -> gustnado::App {
    let files = StaticFiles::new(folder).limits(|limits| limits.settle_time = Duration::ZERO);
    let app = Application::new().mount("/", files);
    app.build().expect("an application")
}

fn serve() -> (TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), 0);
    let server = serve_app(app(folder.path()));
    (folder, server)
}

fn target(length: usize) -> String {
    format!("/{length}.bin")
}

fn ask(length: usize) -> String {
    format!("GET {} HTTP/1.1\r\nhost: lab\r\n\r\n", target(length))
}

#[test]
fn each_answer_is_what_the_first_was() {
    let (_folder, server) = serve();
    let mut peer = Peer::connect(server.addr);
    for length in LENGTHS {
        let first = peer.get(&target(length));
        for _ in 0..OFTEN {
            let next = peer.get(&target(length));
            assert_eq!(next.said(), first.said());
            assert!(next.header("date").is_some());
            assert!(next.body == bytes(length, 0), "{length}");
        }
    }
}

// Rule 49
#[test]
fn a_file_that_changes_shows_in_the_next_answer() {
    let (folder, server) = serve();
    let mut peer = Peer::connect(server.addr);
    for version in 1..4 {
        write(folder.path(), version);
        for length in LENGTHS {
            for _ in 0..OFTEN {
                let answer = peer.get(&target(length));
                assert!(answer.body == bytes(length, version), "{length}");
            }
        }
    }
}

#[test]
fn what_a_socket_takes_in_pieces_is_whole() {
    let (_folder, server) = serve();
    let mut peer = Peer::connect(server.addr);
    for length in LENGTHS {
        let count = 20_000_000 / length;
        peer.send(ask(length).repeat(count));
        // It fills, and empties again from the middle of an answer.
        std::thread::sleep(Duration::from_millis(50));
        for number in 0..count {
            let answer = peer.answer();
            assert!(answer.body == bytes(length, 0), "{number} of {length}");
        }
    }
}

#[test]
fn the_answers_around_them_stay_in_order() {
    let (_folder, server) = serve();
    let mut peer = Peer::connect(server.addr);
    let nothing = "GET /nothing HTTP/1.1\r\nhost: lab\r\n\r\n";
    peer.send(
        [nothing, &ask(10_240), nothing, &ask(100_000)]
            .concat()
            .repeat(OFTEN),
    );
    for _ in 0..OFTEN {
        for length in LENGTHS {
            assert_eq!(peer.answer().status, 404);
            assert!(peer.answer().body == bytes(length, 0), "{length}");
        }
    }
}

#[cfg(unix)]
#[test]
fn so_they_are_over_a_unix_socket() {
    use std::os::unix::net::UnixStream;

    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), 0);
    let socket = folder.path().join("socket");
    let _server = serve_on(app(folder.path()), gustnado::Listen::unix(&socket));
    let mut stream = UnixStream::connect(&socket).expect("a connection");
    for length in LENGTHS {
        for _ in 0..OFTEN {
            stream.write_all(ask(length).as_bytes()).expect("sent");
            let mut answer = Vec::new();
            while !answer.ends_with(&bytes(length, 0)) {
                let mut piece = [0; 1 << 16];
                let count = stream.read(&mut piece).expect("more");
                assert!(count > 0, "it ended");
                answer.extend_from_slice(&piece[..count]);
            }
        }
    }
}
