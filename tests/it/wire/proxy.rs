//! The PROXY protocol: what a balancer says of a connection, and whose word is not taken.

use std::{
    io::{Read as _, Write as _},
    time::{Duration, Instant},
};

use gustnado::{Listen, RunError};

use super::{
    identity::Identities,
    lab::{Server, app, serve_on},
    peer::Peer,
};

const LOCAL: [&str; 1] = ["127.0.0.0/8"];

fn serve() -> Server {
    serve_on(
        app(|_| {}),
        Listen::tcp("127.0.0.1:0").proxy_protocol(LOCAL),
    )
}

/// Version 2, of TCP over IPv4, from 192.0.2.7:12345.
fn version_2(command: u8, more: &[u8]) -> Vec<u8> {
    let length = u8::try_from(12 + more.len()).expect("a length");
    let fixed: &[u8] = &[command, 0x11, 0, length];
    let addrs: &[u8] = &[192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 1, 187];
    [b"\r\n\r\n\0\r\nQUIT\n", fixed, addrs, more].concat()
}

const SSL: &[u8] = &[0x20, 0, 5, 1, 0, 0, 0, 0];

#[test]
fn a_balancer_is_believed() {
    let server = serve();
    let table: [(Vec<u8>, &str); 4] = [
        (
            b"PROXY TCP4 192.0.2.7 10.0.0.1 12345 443\r\n".into(),
            "192.0.2.7:12345 plain",
        ),
        (
            b"PROXY TCP6 2001:db8::7 ::1 12345 443\r\n".into(),
            "[2001:db8::7]:12345 plain",
        ),
        (version_2(0x21, &[]), "192.0.2.7:12345 plain"),
        (version_2(0x21, SSL), "192.0.2.7:12345 secure"),
    ];
    let request = b"GET /who HTTP/1.1\r\nhost: lab\r\n\r\n";
    for (header, who) in table {
        let mut peer = Peer::connect(server.addr);
        peer.send([&header[..], request].concat());
        assert_eq!(peer.answer().text(), who);
        assert_eq!(peer.get("/who").text(), who, "once for the connection");
        // However it is cut.
        let mut peer = Peer::connect(server.addr);
        for byte in [&header[..], request].concat() {
            peer.send([byte]);
        }
        assert_eq!(peer.answer().text(), who);
    }
}

#[test]
fn a_balancer_may_speak_for_itself() {
    let server = serve();
    for header in [version_2(0x20, &[]), b"PROXY UNKNOWN\r\n".into()] {
        let mut peer = Peer::connect(server.addr);
        let own = peer.socket().local_addr().unwrap();
        peer.send(&header);
        assert_eq!(peer.get("/who").text(), format!("{own} plain"));
    }
}

#[test]
fn nobody_else_is() {
    let elsewhere = ["10.0.0.0/8", "unix"];
    let listen = Listen::tcp("127.0.0.1:0").proxy_protocol(elsewhere);
    let server = serve_on(app(|_| {}), listen);
    let mut peer = Peer::connect(server.addr);
    peer.try_send(version_2(0x21, &[]));
    assert_eq!(peer.until_broken(), 0);
}

#[test]
fn a_connection_without_a_header_is_closed() {
    let server = serve();
    let table: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\nhost: lab\r\n\r\n",
        b"PROXY TCP4 nobody nobody 1 1\r\n",
        b"PROXY TCP4 192.0.2.7 10.0.0.1 1 1\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff",
        b"\x16\x03\x01",
    ];
    for bytes in table {
        let mut peer = Peer::connect(server.addr);
        peer.try_send(bytes);
        assert_eq!(peer.until_broken(), 0, "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_header_that_takes_too_long_is_closed() {
    let limits = app(|limits| limits.head_time = Duration::from_millis(500));
    let server = serve_on(limits, Listen::tcp("127.0.0.1:0").proxy_protocol(LOCAL));
    for begin in ["", "PROXY TCP4 1"] {
        let begun = Instant::now();
        let mut peer = Peer::connect(server.addr);
        peer.send(begin);
        peer.closed();
        assert!(begun.elapsed() >= Duration::from_millis(400));
    }
}

#[test]
fn it_comes_before_tls() {
    let mut identities = Identities::new();
    let identity = identities.issue("one", &["localhost"]);
    let listen = Listen::tcp("127.0.0.1:0").proxy_protocol(LOCAL);
    let server = serve_on(app(|_| {}), listen.tls(identity.tls()));
    for header in [
        version_2(0x21, &[]),
        b"PROXY TCP4 192.0.2.7 10.0.0.1 12345 1\r\n".into(),
    ] {
        let mut peer = Peer::connect(server.addr);
        peer.send(&header);
        let mut peer = peer
            .secure(identities.client(&[]), "localhost")
            .expect("TLS");
        assert_eq!(peer.get("/who").text(), "192.0.2.7:12345 secure");
    }
}

#[cfg(unix)]
#[test]
fn it_is_read_off_unix_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let _server = serve_on(app(|_| {}), Listen::unix(&path).proxy_protocol(["unix"]));
    for header in [
        version_2(0x21, &[]),
        b"PROXY TCP4 192.0.2.7 10.0.0.1 12345 1\r\n".into(),
    ] {
        let mut socket = std::os::unix::net::UnixStream::connect(&path).unwrap();
        let request = b"GET /who HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n";
        socket.write_all(&[&header[..], request].concat()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("192.0.2.7:12345 plain"), "{answer}");
    }
}

#[test]
fn networks_that_are_none_are_told_at_the_start() {
    let listen = Listen::tcp("127.0.0.1:0").proxy_protocol(["10.0.0.1/8", "here"]);
    let other = Listen::tcp("127.0.0.1:0").proxy_protocol::<&str>([]);
    let error = match app(|_| {}).bind([listen, other]) {
        Err(RunError::Listen(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    for part in [
        "write `10.0.0.0/8`",
        "\"here\" is no network",
        "needs the networks",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}
