//! Proxies: what is said to them, and what becomes of what they say.

use std::net::SocketAddr;

use gustnado::client::{Client, ErrorKind};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::TcpStream,
};

use crate::{
    lab::Lab,
    peer::{Heard, Peer, answer, run, serve},
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

fn by(proxy: &str) -> Client {
    Client::builder().proxy(proxy).build().unwrap()
}

/// A server of TLS that answers all there is to answer.
async fn secret(lab: &Lab) -> SocketAddr {
    let served = lab.serve(&[], |mut stream| async move {
        let mut room = [0; 4096];
        while stream.read(&mut room).await.unwrap_or(0) > 0 {
            stream.write_all(OK.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    served.await
}

async fn pipe(peer: Peer, to: SocketAddr) {
    let mut near = peer.into_stream();
    let mut far = TcpStream::connect(to).await.unwrap();
    far.set_nodelay(true).unwrap();
    let _ = copy_bidirectional(&mut near, &mut far).await;
}

#[test]
fn plain_requests_name_the_whole_url() {
    run(async {
        let (proxy, heard) = answer(OK).await;
        let client = by(&format!("http://me:word@{proxy}"));
        for _ in 0..2 {
            let answered = client.fetch("http://a.test/x?y").await.unwrap();
            assert_eq!(answered.text().await.unwrap(), "hi");
        }
        let request = &heard.all()[1];
        assert!(
            request.starts_with("GET http://a.test/x?y HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.contains("host: a.test\r\n"), "{request}");
        assert!(
            request.contains("proxy-authorization: Basic bWU6d29yZA==\r\n"),
            "{request}"
        );
        assert_eq!(client.pool().opened, 1);
    });
}

#[test]
fn https_goes_through_a_tunnel_that_sees_nothing_of_it() {
    run(async {
        let (lab, heard) = (Lab::new(), Heard::default());
        let (far, ears) = (secret(&lab).await, heard.clone());
        let proxy = serve(move |_, mut peer| {
            let ears = ears.clone();
            async move {
                ears.add(peer.request().await.unwrap());
                peer.say("HTTP/1.1 200 Connected\r\nx-a: b\r\n\r\n").await;
                pipe(peer, far).await;
            }
        });
        let proxy = format!("http://me:word@{}", proxy.await);
        let client = lab.client().proxy(&proxy).build().unwrap();
        for _ in 0..3 {
            let url = format!("https://lab.test:{}/", far.port());
            let answered = client.get(url).bearer_auth("secret").send().await.unwrap();
            assert_eq!(answered.text().await.unwrap(), "hi");
        }
        let port = far.port();
        let expected = format!(
            "CONNECT lab.test:{port} HTTP/1.1\r\nhost: lab.test:{port}\r\n\
             proxy-authorization: Basic bWU6d29yZA==\r\n\r\n"
        );
        assert_eq!(heard.one(), expected);
    });
}

#[test]
fn socks_is_given_the_name_of_the_host() {
    run(async {
        let (far, _) = answer(OK).await;
        let proxy = serve(move |_, peer| async move {
            let mut stream = peer.into_stream();
            let mut hello = [0; 3];
            stream.read_exact(&mut hello).await.unwrap();
            assert_eq!(hello, [5, 1, 2]);
            stream.write_all(&[5, 2]).await.unwrap();
            let mut login = [0; 9];
            stream.read_exact(&mut login).await.unwrap();
            assert_eq!(&login, b"\x01\x02me\x04word");
            stream.write_all(&[1, 0]).await.unwrap();
            let mut connect = [0; 13];
            stream.read_exact(&mut connect).await.unwrap();
            assert_eq!(&connect, b"\x05\x01\x00\x03\x06a.test\x00\x51");
            stream
                .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
                .await
                .unwrap();
            let mut far = TcpStream::connect(far).await.unwrap();
            far.set_nodelay(true).unwrap();
            let _ = copy_bidirectional(&mut stream, &mut far).await;
        });
        let client = by(&format!("socks5://me:word@{}", proxy.await));
        for _ in 0..2 {
            let answered = client.fetch("http://a.test:81/").await.unwrap();
            assert_eq!(answered.text().await.unwrap(), "hi");
        }
        assert_eq!(client.pool().opened, 1);
    });
}

#[test]
fn a_proxy_that_refuses_is_told() {
    run(async {
        let long: &'static str = Box::leak("x".repeat(100_000).into_boxed_str());
        let table = [
            (
                "http",
                "https://a.test/",
                "HTTP/1.1 407 Who\r\n\r\n",
                "it says `HTTP/1.1 407 Who`",
            ),
            (
                "http",
                "https://a.test/",
                "SSH-2.0-x\r\n\r\n",
                "it says `SSH-2.0-x`",
            ),
            ("http", "https://a.test/", long, "too large"),
            ("http", "https://a.test/", "HTTP/1.1 2", "does not connect"),
            (
                "socks5",
                "http://a.test/",
                "HTTP/1.1 400\r\n",
                "does not speak SOCKS5",
            ),
            (
                "socks5",
                "http://a.test/",
                "\x05\x7f",
                "does not take who asks",
            ),
            (
                "socks5",
                "http://a.test/",
                "\x05\0\x05\x05\0\x01",
                "does not take connections",
            ),
            (
                "socks5",
                "http://a.test/",
                "\x05\0\x05\0\0\x09",
                "not one of SOCKS5",
            ),
        ];
        for (kind, url, says, expected) in table {
            let proxy = serve(move |_, mut peer| async move {
                peer.begun().await;
                peer.say(says).await;
            });
            let client = by(&format!("{kind}://{}", proxy.await));
            let error = client.fetch(url).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connect, "{says:.20}");
            assert!(error.to_string().contains(expected), "{error}");
            assert_eq!(client.pool().open, 0);
        }
    });
}

#[test]
fn exceptions_are_reached_directly() {
    run(async {
        let (address, heard) = answer(OK).await;
        let builder = Client::builder()
            .proxy("http://127.0.0.1:9")
            .no_proxy("127.0.0.0/8");
        let client = builder.build().unwrap();
        client.fetch(format!("http://{address}/x")).await.unwrap();
        assert!(heard.one().starts_with("GET /x "), "{}", heard.one());
        assert!(Client::builder().proxy("ftp://a").build().is_err());
    });
}
