//! Where redirects lead, and what stays at home.

use std::net::SocketAddr;

use gustnado::client::{Client, ErrorKind};

use crate::peer::{Heard, client, run, serve};

/// A server that redirects `/` to `to` by `status`, and answers all else.
async fn redirecting(status: u16, to: String) -> (SocketAddr, Heard) {
    let heard = Heard::default();
    let ears = heard.clone();
    let address = serve(move |_, mut peer| {
        let (ears, to) = (ears.clone(), to.clone());
        async move {
            while let Some(request) = peer.request().await {
                let first = request.split(' ').nth(1) == Some("/");
                ears.add(request);
                let answer = match first {
                    true => format!(
                        "HTTP/1.1 {status} Go\r\nlocation: {to}\r\ncontent-length: 2\r\n\r\ngo"
                    ),
                    false => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".into(),
                };
                peer.say(answer).await;
            }
        }
    });
    (address.await, heard)
}

#[test]
fn a_redirect_is_followed_on_the_same_connection() {
    run(async {
        let (address, heard) = redirecting(302, "/b?c".into()).await;
        let client = client();
        let answered = client
            .post(format!("http://{address}/"))
            .header("cookie", "a=b")
            .body("x")
            .send()
            .await
            .unwrap();
        assert_eq!(answered.url(), format!("http://{address}/b?c"));
        assert_eq!(answered.text().await.unwrap(), "hi");
        let second = &heard.all()[1];
        assert!(second.starts_with("GET /b?c HTTP/1.1\r\n"), "{second}");
        assert!(second.contains("cookie: a=b"), "{second}");
        assert!(!second.contains("content-length"), "{second}");
        assert_eq!((client.pool().opened, client.pool().reused), (1, 1));
    });
}

#[test]
fn a_307_brings_the_body_along() {
    run(async {
        let (address, heard) = redirecting(307, "/b".into()).await;
        client()
            .post(format!("http://{address}/"))
            .body("xyz")
            .send()
            .await
            .unwrap();
        let second = &heard.all()[1];
        assert!(
            second.starts_with("POST /b ") && second.ends_with("xyz"),
            "{second}"
        );
    });
}

#[test]
fn secrets_are_not_carried_to_another_port() {
    run(async {
        let (second, heard) = redirecting(200, String::new()).await;
        let (first, _) = redirecting(302, format!("http://u:p@{second}/x")).await;
        client()
            .get(format!("http://name:word@{first}/"))
            .header("cookie", "a=b")
            .header("x-kept", "1")
            .send()
            .await
            .unwrap();
        let request = heard.one();
        assert!(request.contains("x-kept: 1"), "{request}");
        assert!(request.contains(&format!("host: {second}")), "{request}");
        for secret in ["authorization", "cookie"] {
            assert!(!request.contains(secret), "{request}");
        }
    });
}

#[test]
fn loops_and_odd_targets_are_errors() {
    run(async {
        let table = [
            ("/", "more than 10 redirects"),
            ("mailto:a@b.test", "cannot be followed"),
            ("file:///etc/passwd", "cannot be followed"),
            ("http://", "cannot be followed"),
        ];
        for (to, expected) in table {
            let (address, heard) = redirecting(302, to.into()).await;
            let error = client()
                .get(format!("http://{address}/"))
                .send()
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Redirect, "{to}");
            assert!(error.to_string().contains(expected), "{error}");
            assert!(heard.all().len() <= 11);
        }
    });
}

#[test]
fn a_stream_is_not_sent_twice() {
    run(async {
        let (address, _) = redirecting(307, "/b".into()).await;
        let chunk = bytes::Bytes::from_static(b"x");
        let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(chunk)]);
        let request = client().post(format!("http://{address}/"));
        let error = request
            .body(gustnado::Body::stream(chunks))
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert!(error.to_string().contains("which was a stream"), "{error}");
    });
}

#[test]
fn whoever_follows_none_has_the_redirect() {
    run(async {
        let (address, _) = redirecting(302, "/b".into()).await;
        let client = Client::builder()
            .limits(|limits| limits.redirects = 0)
            .build()
            .unwrap();
        let answered = client
            .get(format!("http://{address}/"))
            .send()
            .await
            .unwrap();
        assert_eq!(
            (answered.status().as_u16(), answered.header("location")),
            (302, Some("/b"))
        );
        assert_eq!(answered.text().await.unwrap(), "go");
    });
}
