//! Connections that change their protocol.

use futures_util::future::select;
use gustnado::{Application, RequestHandler, Response, Result, Stopping, Upgrade, verbs};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{
    lab::{Server, serve_app},
    peer::Peer,
};

/// Sends back what comes, until that ends or the server stops.
#[derive(RequestHandler)]
#[route("/echo")]
struct Echo;

#[verbs]
impl Echo {
    async fn get(self, upgrade: Upgrade, stopping: Stopping) -> Result<Response> {
        upgrade.to("echo", |mut connection| async move {
            let echo = async {
                let mut bytes = [0; 64];
                while let Ok(count @ 1..) = connection.read(&mut bytes).await {
                    connection.write_all(&bytes[..count]).await.expect("sent");
                }
            };
            let (echo, stopped) = (std::pin::pin!(echo), std::pin::pin!(stopping.begun()));
            select(echo, stopped).await;
        })
    }
}

fn serve() -> Server {
    serve_app(
        Application::new()
            .handler::<Echo>()
            .build()
            .expect("an application"),
    )
}

const ASK: &str = "GET /echo HTTP/1.1\r\nhost: lab\r\nconnection: upgrade\r\nupgrade: echo\r\n";

#[test]
fn the_connection_goes_on_with_another_protocol() {
    let server = serve();
    let mut peer = Peer::connect(server.addr);
    peer.send(format!("{ASK}\r\n"));
    let head = peer.head();
    assert!(
        head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"),
        "{head}"
    );
    assert!(head.contains("\r\nupgrade: echo\r\n"), "{head}");
    assert!(head.contains("\r\nconnection: upgrade\r\n"), "{head}");
    assert!(!head.contains("content-length"), "{head}");
    for word in ["hello", "again"] {
        peer.send(word);
        assert_eq!(peer.exactly(word.len()), word.as_bytes());
    }
    peer.end();
    peer.closed();
}

#[test]
fn what_was_sent_behind_the_request_is_not_lost() {
    let server = serve();
    let long = "x".repeat(100_000);
    for (before, behind) in [
        ("", "at once"),
        ("GET /none HTTP/1.1\r\nhost: lab\r\n\r\n", &long),
    ] {
        let mut peer = Peer::connect(server.addr);
        peer.send(format!("{before}{ASK}\r\n{behind}"));
        if !before.is_empty() {
            assert_eq!(peer.answer().status, 404);
        }
        assert!(peer.head().starts_with("HTTP/1.1 101 "));
        assert_eq!(peer.exactly(behind.len()), behind.as_bytes());
    }
}

#[test]
fn who_does_not_ask_is_answered_and_the_connection_stays() {
    let server = serve();
    let mut peer = Peer::connect(server.addr);
    let asking =
        |fields: &str, version: &str| format!("GET /echo {version}\r\nhost: lab\r\n{fields}\r\n");
    let table = [
        ("", 400),
        ("upgrade: echo\r\n", 400),
        ("connection: upgrade\r\n", 400),
        ("connection: upgrade\r\nupgrade: h2c, websocket\r\n", 426),
    ];
    for (fields, status) in table {
        peer.send(asking(fields, "HTTP/1.1"));
        let answer = peer.answer();
        assert_eq!(answer.status, status, "{fields}");
        let named = (status == 426).then_some("echo");
        assert_eq!(answer.header("upgrade"), named, "{fields}");
    }
    assert_eq!(peer.get("/none").status, 404);
    let mut old = Peer::connect(server.addr);
    old.send(asking(
        "connection: upgrade\r\nupgrade: echo\r\n",
        "HTTP/1.0",
    ));
    assert_eq!(old.answer().status, 400);
}

#[test]
fn a_server_that_stops_waits_for_what_goes_on() {
    let mut server = serve();
    let mut peer = Peer::connect(server.addr);
    peer.send(format!("{ASK}\r\n"));
    assert!(peer.head().starts_with("HTTP/1.1 101 "));
    peer.send("here");
    assert_eq!(peer.exactly(4), b"here");
    assert_eq!(server.join(), 0);
    peer.closed();
}
