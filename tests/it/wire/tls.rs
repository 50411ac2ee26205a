//! HTTPS: what is negotiated, which certificate is shown, and how long a handshake may take.

use std::{
    fs,
    io::{Read as _, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};

use gustnado::{App, Limits, Listen, RunError, Tls};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion};

use super::{
    identity::{Identities, Identity},
    lab::{Server, app, serve_on},
    peer::Peer,
};

/// A server of one certificate, and a client that trusts it.
fn serve(limits: impl FnOnce(&mut Limits) + Send + Sync + 'static) -> (Server, Arc<ClientConfig>) {
    let mut identities = Identities::new();
    let identity = identities.issue("one", &["localhost"]);
    (listen(app(limits), identity.tls()), identities.client(&[]))
}

fn listen(app: App, tls: Tls) -> Server {
    serve_on(app, Listen::tcp("127.0.0.1:0").tls(tls))
}

fn connect(server: &Server, config: &Arc<ClientConfig>, name: &str) -> Peer {
    let peer = Peer::connect(server.addr).secure(Arc::clone(config), name);
    peer.expect("a handshake")
}

#[test]
fn requests_are_answered_one_after_the_other_and_in_a_row() {
    let (server, client) = serve(|_| {});
    let mut peer = connect(&server, &client, "localhost");
    assert_eq!(
        peer.session().protocol_version(),
        Some(ProtocolVersion::TLSv1_3)
    );
    for _ in 0..3 {
        assert_eq!(peer.get("/hello").text(), "hello");
    }
    peer.send("GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n".repeat(50));
    for _ in 0..50 {
        assert_eq!(peer.answer().text(), "hello");
    }
    assert!(peer.get("/who").text().ends_with(" secure"));
}

#[test]
fn the_protocol_is_that_of_the_client_s_offer() {
    let mut identities = Identities::new();
    let identity = identities.issue("one", &["localhost"]);
    let server = listen(app(|_| {}), identity.tls());
    let table: [(&[&str], Option<&str>); 4] = [
        (&[], None),
        (&["http/1.1"], Some("http/1.1")),
        (&["h2", "http/1.1"], Some("h2")),
        (&["http/1.1", "h2"], Some("h2")),
    ];
    for (offer, wanted) in table {
        let peer = connect(&server, &identities.client(offer), "localhost");
        let protocol = peer.session().alpn_protocol();
        assert_eq!(protocol, wanted.map(str::as_bytes), "{offer:?}");
    }
    let other = Peer::connect(server.addr).secure(identities.client(&["spdy/1"]), "localhost");
    assert!(other.is_err(), "what nobody speaks");
}

#[test]
fn http_2_is_spoken_where_it_was_chosen() {
    let mut identities = Identities::new();
    let identity = identities.issue("one", &["localhost"]);
    let server = listen(app(|_| {}), identity.tls());
    let client = tokio_rustls::TlsConnector::from(identities.client(&["h2"]));
    gustnado_tests::runtime().block_on(async {
        let socket = tokio::net::TcpStream::connect(server.addr).await.unwrap();
        let name = "localhost".try_into().unwrap();
        let stream = client.connect(name, socket).await.unwrap();
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let mut sender = sender.ready().await.unwrap();
        let request = http::Request::get("https://localhost/who")
            .body(())
            .unwrap();
        let (answer, _) = sender.send_request(request, true).unwrap();
        let mut answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200);
        let body = answer.body_mut().data().await.unwrap().unwrap();
        assert!(body.ends_with(b" secure"));
    });
}

#[test]
fn the_certificate_is_the_one_of_the_name() {
    let mut identities = Identities::new();
    let first = identities.issue("first", &["one.test", "shared.test"]);
    let second = identities.issue("second", &["two.test", "shared.test"]);
    let third = identities.issue("third", &["*.three.test"]);
    let tls = first.tls().and(&second.certificate, &second.key);
    let server = listen(app(|_| {}), tls.and(&third.certificate, &third.key));
    let client = identities.client(&[]);
    let table = [
        ("one.test", &first),
        ("two.test", &second),
        ("TWO.test", &second),
        ("shared.test", &first),
        ("a.three.test", &third),
    ];
    for (name, identity) in table {
        let peer = connect(&server, &client, name);
        assert_eq!(shown(&peer), identity.der, "{name}");
    }
    for name in ["unknown.test", "a.b.three.test", "three.test", "127.0.0.1"] {
        // The first, which is not of that name: clients refuse it.
        let Err(error) = Peer::connect(server.addr).secure(Arc::clone(&client), name) else {
            panic!("{name}");
        };
        assert!(
            error.to_string().contains("not valid for name"),
            "{name}: {error}"
        );
    }
}

fn shown(peer: &Peer) -> rustls::pki_types::CertificateDer<'_> {
    peer.session().peer_certificates().expect("certificates")[0].clone()
}

#[test]
fn certificates_are_exchanged_while_connections_go_on() {
    let mut identities = Identities::new();
    let old = identities.issue("one", &["localhost"]);
    let tls = old.tls();
    let server = listen(app(|_| {}), tls.clone());
    let mut peer = connect(&server, &identities.client(&[]), "localhost");
    assert_eq!(shown(&peer), old.der);

    fs::write(&old.certificate, "nothing of use").unwrap();
    let error = tls.reload().expect_err("a broken file").to_string();
    assert!(error.contains("no certificate is in it"), "{error}");
    assert_eq!(
        shown(&connect(&server, &identities.client(&[]), "localhost")),
        old.der
    );

    let new = identities.issue("one", &["localhost"]);
    tls.reload().expect("reloaded");
    assert_eq!(
        shown(&connect(&server, &identities.client(&[]), "localhost")),
        new.der
    );
    assert_eq!(peer.get("/hello").status, 200);
}

#[test]
fn a_client_that_comes_back_is_spared_the_certificate() {
    let (server, client) = serve(|_| {});
    for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let mut peer = connect(&server, &client, "localhost");
        assert_eq!(peer.session().handshake_kind(), Some(kind));
        // The tickets come with the answer.
        assert_eq!(peer.get("/hello").status, 200);
    }
}

#[test]
fn all_that_is_wrong_with_files_is_told_at_once() {
    let mut identities = Identities::new();
    let one = identities.issue("one", &["localhost"]);
    let other = identities.issue("other", &["localhost"]);
    let path = |name: &str| one.key.with_file_name(name);
    fs::write(path("empty"), "").unwrap();
    let sealed =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    fs::write(path("sealed"), sealed).unwrap();
    fs::write(path("broken"), "-----BEGIN CERTIFICATE-----\nAAAA\n").unwrap();
    let tls = Tls::pem(path("missing.pem"), path("missing.key"))
        .and(&one.certificate, &other.key)
        .and(&one.key, &one.certificate)
        .and(path("empty"), path("sealed"))
        .and(path("broken"), &one.key);
    let error = match app(|_| {}).bind(Listen::tcp("127.0.0.1:0").tls(tls)) {
        Err(RunError::Listen(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let parts = [
        "missing.pem: cannot be read",
        "missing.key: cannot be read",
        "other.key: the key is not that of the first certificate in",
        "one.key: this is a key; expected a certificate",
        "one.pem: no key is in it; expected a private key, from -----BEGIN PRIVATE KEY----- on",
        "empty: no certificate is in it",
        "sealed: the key is encrypted; `openssl pkey -in",
        "broken: not PEM",
    ];
    for part in parts {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(error.lines().count(), parts.len() + 1, "{error}");
}

#[test]
fn plain_http_is_told_that_this_is_https() {
    let (server, _) = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("GET / HTTP/1.1\r\nhost: lab\r\n\r\n");
    let answer = peer.answer();
    assert_eq!(
        (answer.status, answer.header("connection")),
        (400, Some("close"))
    );
    assert!(
        answer.text().contains("this port speaks HTTPS"),
        "{}",
        answer.text()
    );
    peer.closed();
}

#[test]
fn a_handshake_that_takes_too_long_is_closed() {
    let (server, client) = serve(|limits| limits.handshake_time = Duration::from_millis(600));
    let hello = hello(&client);
    let begins: [&[u8]; 4] = [b"", &hello[..1], &hello[..hello.len() / 2], &hello];
    for begin in begins {
        let begun = Instant::now();
        let mut peer = Peer::connect(server.addr);
        peer.send(begin);
        // After a whole hello it says its part first.
        peer.until_broken();
        assert!(
            begun.elapsed() >= Duration::from_millis(500),
            "{}",
            begin.len()
        );
    }
    assert_eq!(
        connect(&server, &client, "localhost").get("/hello").status,
        200
    );
}

/// The first message of a client.
fn hello(config: &Arc<ClientConfig>) -> Vec<u8> {
    let name = "localhost".try_into().expect("a name");
    let mut session = ClientConnection::new(Arc::clone(config), name).expect("a session");
    let mut bytes = Vec::new();
    session.write_tls(&mut bytes).expect("written");
    bytes
}

#[test]
fn what_is_no_handshake_gets_an_alert() {
    let (server, _) = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send([0x16, 3, 1, 0, 4, 99, 0, 0, 0]);
    // An alert (RFC 8446 section 6), which is a record of kind 21.
    assert_eq!(peer.rest().first(), Some(&21));
}

#[test]
fn a_hello_may_come_byte_by_byte() {
    let (server, client) = serve(|_| {});
    let name = "localhost".try_into().expect("a name");
    let mut session = ClientConnection::new(client, name).expect("a session");
    let peer = Peer::connect(server.addr);
    let mut socket = peer.socket();
    while session.is_handshaking() {
        let mut bytes = Vec::new();
        while session.wants_write() {
            session.write_tls(&mut bytes).expect("written");
        }
        for byte in bytes {
            socket.write_all(&[byte]).expect("sent");
        }
        if session.is_handshaking() {
            session.read_tls(&mut socket).expect("read");
            session.process_new_packets().expect("TLS");
        }
    }
    let mut stream = rustls::Stream::new(&mut session, &mut socket);
    stream
        .write_all(b"GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n")
        .expect("sent");
    let mut start = [0; 12];
    stream.read_exact(&mut start).expect("an answer");
    assert_eq!(&start, b"HTTP/1.1 200");
}

#[test]
fn handshakes_beyond_the_bound_wait_for_a_slot() {
    let (server, client) = serve(|limits| {
        limits.handshakes = 1;
        limits.handshake_time = Duration::from_secs(2);
    });
    // Who says nothing takes no slot.
    let _silent = Peer::connect(server.addr);
    let mut first = connect(&server, &client, "localhost");
    let mut slow = Peer::connect(server.addr);
    slow.send(&hello(&client)[..20]);
    // Its hello is there before that of the next.
    assert_eq!(first.get("/hello").status, 200);
    let begun = Instant::now();
    let waited = Peer::connect(server.addr).secure(Arc::clone(&client), "localhost");
    assert!(
        begun.elapsed() > Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    slow.closed();
    // Its own time was running, too.
    drop(waited);
    assert_eq!(
        connect(&server, &client, "localhost").get("/hello").status,
        200
    );
    assert_eq!(first.get("/hello").status, 200);
}

#[test]
fn the_end_is_said() {
    let (server, client) = serve(|_| {});
    let mut peer = connect(&server, &client, "localhost");
    peer.send("GET /hello HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n");
    assert_eq!(peer.answer().status, 200);
    // rustls takes an end without a word for an error.
    assert!(peer.rest().is_empty());
    let mut peer = connect(&server, &client, "localhost");
    peer.send("GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.end();
    assert_eq!(peer.answer().status, 200);
    assert!(peer.rest().is_empty());
}

#[test]
fn an_idle_end_is_said_too() {
    let (server, client) = serve(|limits| limits.idle_time = Duration::from_millis(300));
    let mut peer = connect(&server, &client, "localhost");
    assert_eq!(peer.get("/hello").status, 200);
    assert!(peer.rest().is_empty());
}

#[test]
fn large_bodies_go_both_ways() {
    let (server, client) = serve(|_| {});
    let mut peer = connect(&server, &client, "localhost");
    let answer = peer.get("/zeros?20000000");
    assert_eq!((answer.status, answer.body.len()), (200, 20_000_000));
    let body: Vec<u8> = (0..60_000u32).map(|n| (n % 251) as u8).collect();
    for _ in 0..20 {
        peer.send(format!(
            "POST /echo HTTP/1.1\r\nhost: lab\r\ncontent-length: {}\r\n\r\n",
            body.len()
        ));
        peer.send(&body);
        assert_eq!(peer.answer().body, body);
    }
}

#[test]
fn a_reader_that_stalls_is_cut() {
    let (server, client) = serve(|limits| limits.write_time = Duration::from_millis(500));
    let mut peer = connect(&server, &client, "localhost");
    peer.send("GET /zeros?64000000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(1500));
    assert!(peer.until_broken() < 64_000_000);
}

#[test]
fn a_reader_that_is_slow_gets_it_all() {
    let (server, client) = serve(|limits| limits.write_time = Duration::from_millis(500));
    let mut peer = connect(&server, &client, "localhost");
    peer.send("GET /zeros?3000000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.head();
    let mut left = 3_000_000;
    while left > 0 {
        std::thread::sleep(Duration::from_millis(10));
        let part = left.min(20_000);
        peer.exactly(part);
        left -= part;
    }
}

#[test]
fn a_client_that_leaves_is_noticed() {
    let (mut server, client) = serve(|_| {});
    let mut peer = connect(&server, &client, "localhost");
    peer.send("GET /slow?60000 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(200));
    drop(peer);
    // Else the drain would have to wait for the answer, and there would be one left.
    std::thread::sleep(Duration::from_secs(3));
    let begun = Instant::now();
    assert_eq!(server.join(), 0);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_drain_ends_what_is_idle_and_what_has_not_begun() {
    let (mut server, client) = serve(|_| {});
    let mut idle = connect(&server, &client, "localhost");
    assert_eq!(idle.get("/hello").status, 200);
    let mut silent = Peer::connect(server.addr);
    let mut busy = connect(&server, &client, "localhost");
    busy.send("GET /slow?500 HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    let begun = Instant::now();
    server.stop();
    assert_eq!(busy.answer().text(), "slow");
    silent.closed();
    assert_eq!(server.join(), 0);
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
}

#[cfg(unix)]
#[test]
fn unix_sockets_speak_it_too() {
    let mut identities = Identities::new();
    let Identity {
        certificate, key, ..
    } = identities.issue("one", &["localhost"]);
    let path = certificate.with_file_name("socket");
    let _server = serve_on(
        app(|_| {}),
        Listen::unix(&path).tls(Tls::pem(certificate, key)),
    );
    let mut socket = std::os::unix::net::UnixStream::connect(&path).expect("a connection");
    let name = "localhost".try_into().expect("a name");
    let mut session = ClientConnection::new(identities.client(&[]), name).expect("a session");
    let mut stream = rustls::Stream::new(&mut session, &mut socket);
    stream
        .write_all(b"GET /who HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.ends_with("nobody secure"), "{answer}");
}
