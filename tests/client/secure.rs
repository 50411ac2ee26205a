//! TLS and HTTP/2, names and sockets.

use std::time::Duration;

use gustnado::{
    client::{Client, ErrorKind},
    prelude::*,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::sleep,
};

use crate::{
    lab::Lab,
    peer::{run, run_real, serve},
};

/// What a page of ours says.
#[derive(RequestHandler)]
#[route("/hello/{name}")]
struct Hello {
    name: String,
}

#[verbs]
impl Hello {
    async fn get(self) -> String {
        sleep(Duration::from_millis(20)).await;
        format!("Hello, {}", self.name)
    }

    async fn post(self, text: Text) -> String {
        format!("{} said {}", self.name, text.0)
    }
}

#[test]
fn our_server_is_spoken_to_by_http2_on_one_connection() {
    let lab = Lab::new();
    let site = lab.site(Application::new().handler::<Hello>());
    let port = site.port;
    run_real(async {
        let client = lab.client().build().unwrap();
        let ask = |number: u32| {
            let request = client.get(format!("https://lab.test:{port}/hello/{number}"));
            async move {
                let answered = request.send().await.unwrap();
                assert_eq!(answered.version(), http::Version::HTTP_2);
                assert_eq!(answered.text().await.unwrap(), format!("Hello, {number}"));
            }
        };
        futures_util::future::join_all((0..50).map(ask)).await;
        let posted = client
            .post(format!("https://lab.test:{port}/hello/you"))
            .body("so")
            .send();
        assert_eq!(posted.await.unwrap().text().await.unwrap(), "you said so");
        let pool = client.pool();
        assert_eq!((pool.opened, pool.reused), (1, 50));
        let one = lab.client().http1_only().build().unwrap();
        let answered = one
            .fetch(format!("https://lab.test:{port}/hello/x"))
            .await
            .unwrap();
        assert_eq!(answered.version(), http::Version::HTTP_11);
        assert_eq!(answered.text().await.unwrap(), "Hello, x");
    });
    site.stop();
}

#[test]
fn tls_connections_are_kept_and_their_end_is_noticed() {
    run(async {
        let lab = Lab::new();
        let address = lab.serve(&["http/1.1"], |mut stream| async move {
            let mut room = [0; 4096];
            for _ in 0..3 {
                if stream.read(&mut room).await.unwrap_or(0) == 0 {
                    return;
                }
                let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
                stream.write_all(ok).await.unwrap();
                stream.flush().await.unwrap();
            }
            sleep(Duration::from_millis(5)).await;
            // With the alert that TLS says good-bye by.
            let _ = stream.shutdown().await;
        });
        let url = format!("https://lab.test:{}/", address.await.port());
        let client = lab.client().build().unwrap();
        for _ in 0..4 {
            assert_eq!(
                client.fetch(&url).await.unwrap().text().await.unwrap(),
                "hi"
            );
            sleep(Duration::from_millis(10)).await;
        }
        let pool = client.pool();
        assert_eq!(
            (pool.opened, pool.reused, pool.stale, pool.repeated),
            (2, 2, 1, 0)
        );
    });
}

#[test]
fn who_is_not_trusted_or_not_the_one_is_refused() {
    run(async {
        let lab = Lab::new();
        let address = lab.serve(&[], |_| std::future::ready(())).await;
        let url = format!("https://lab.test:{}/", address.port());
        let stranger = Lab::new().client().build().unwrap();
        let error = stranger.fetch(&url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        let other = format!("https://other.test:{}/", address.port());
        let error = lab
            .client()
            .build()
            .unwrap()
            .fetch(&other)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls);
        assert!(error.to_string().contains("not valid for name"), "{error}");
        let plain = serve(|_, mut peer| async move {
            peer.begun().await;
            peer.say("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        });
        let url = format!("https://lab.test:{}/", plain.await.port());
        let error = lab.client().build().unwrap().fetch(&url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    });
}

#[test]
fn certificates_that_are_none_are_told_when_the_client_is_made() {
    let error = Client::builder()
        .root_certificates("nothing")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(
        error.to_string().contains("no certificate in PEM"),
        "{error}"
    );
    let lab = Lab::new();
    let builder = lab.client().client_certificate(lab.pem(), lab.pem());
    assert!(
        builder
            .build()
            .unwrap_err()
            .to_string()
            .contains("no private key in PEM")
    );
}

#[test]
fn a_body_that_ends_without_the_good_bye_of_tls_is_cut() {
    run(async {
        let lab = Lab::new();
        let address = lab.serve(&[], |mut stream| async move {
            let mut room = [0; 4096];
            let _ = stream.read(&mut room).await;
            stream
                .write_all(b"HTTP/1.1 200 OK\r\n\r\nhalf of it")
                .await
                .unwrap();
            stream.flush().await.unwrap();
            // The socket without TLS, as if somebody had cut it.
            drop(stream);
        });
        let url = format!("https://lab.test:{}/", address.await.port());
        let answered = lab.client().build().unwrap().fetch(&url).await.unwrap();
        assert_eq!(answered.bytes().await.unwrap_err().kind(), ErrorKind::Cut);
    });
}

#[cfg(unix)]
#[test]
fn a_unix_socket_stands_for_every_host() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.sock");
        let listener = tokio::net::UnixListener::bind(&path).unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut room = [0; 4096];
            while stream.read(&mut room).await.unwrap_or(0) > 0 {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
                    .await
                    .unwrap();
            }
        });
        let client = Client::builder().unix_socket(&path).build().unwrap();
        for _ in 0..3 {
            let answered = client.fetch("http://any.test/").await.unwrap();
            assert_eq!(answered.text().await.unwrap(), "hi");
        }
        assert_eq!(client.pool().opened, 1);
        let none = Client::builder()
            .unix_socket("/nowhere/app.sock")
            .build()
            .unwrap();
        let error = none.fetch("http://any.test/").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
    });
}
