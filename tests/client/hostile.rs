//! Servers that mean harm, or are broken: each is a clear error, in bounded time and memory.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use gustnado::client::{Error, ErrorKind};
use tokio::time::sleep;

use crate::peer::{client, endless, run, serve};

/// What asking a server that says this, and then closes, ends with.
async fn asked(bytes: &'static str) -> Result<String, Error> {
    let address = serve(move |_, mut peer| async move {
        peer.request().await;
        peer.say(bytes).await;
    });
    let url = format!("http://{}/", address.await);
    client().get(url).send().await?.text().await
}

#[test]
fn broken_answers_are_told_apart() {
    run(async {
        let table = [
            ("", ErrorKind::Cut),
            ("HTTP/1.1 200 OK\r\nconte", ErrorKind::Cut),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc",
                ErrorKind::Cut,
            ),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
                ErrorKind::Cut,
            ),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n",
                ErrorKind::Cut,
            ),
            ("SSH-2.0-OpenSSH_9.2p1\r\n", ErrorKind::Protocol),
            ("HTTP/2 200\r\n\r\n", ErrorKind::Protocol),
            ("HTTP/1.1 99 Low\r\n\r\n", ErrorKind::Protocol),
            ("HTTP/1.1 200 OK\r\na b: c\r\n\r\n", ErrorKind::Protocol),
            ("HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n", ErrorKind::Protocol),
            (
                "HTTP/1.1 200 OK\r\nx: a\r\n folded\r\n\r\n",
                ErrorKind::Protocol,
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
                ErrorKind::Protocol,
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
                ErrorKind::Protocol,
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
                ErrorKind::Protocol,
            ),
        ];
        for (bytes, expected) in table {
            let error = asked(bytes).await.unwrap_err();
            assert_eq!(error.kind(), expected, "{bytes:?}: {error:?}");
        }
    });
}

#[test]
fn broken_chunks_are_errors() {
    run(async {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        for chunk in [
            "zz\r\n",
            "-1\r\na\r\n",
            "ffffffffffffffffff\r\n",
            "1\r\nab\r\n",
            "\r\n",
        ] {
            let bytes: &'static str = Box::leak(format!("{head}{chunk}").into_boxed_str());
            let error = asked(bytes).await.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Cut | ErrorKind::Protocol),
                "{error:?}"
            );
        }
    });
}

#[test]
fn heads_without_end_are_refused() {
    run(async {
        let table = [
            ("HTTP/1.1 200 OK\r\n", "x-a: b\r\n", ErrorKind::Protocol),
            ("HTTP/1.1 200 OK\r\nx-a: ", "a", ErrorKind::Protocol),
            ("HTTP/1.1 200 ", "a", ErrorKind::Protocol),
            ("", "HTTP/1.1 100 Continue\r\n\r\n", ErrorKind::Protocol),
            (
                "",
                "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
                ErrorKind::Protocol,
            ),
        ];
        for (first, again, expected) in table {
            let (address, taken) = endless(first, again).await;
            let url = format!("http://{address}/");
            let error = client().get(url).send().await.unwrap_err();
            assert_eq!(error.kind(), expected, "{first} {again}: {error:?}");
            sleep(Duration::from_millis(1)).await;
            // What the sockets hold, and no more.
            assert!(taken.load(SeqCst) < 32 << 20, "{first} {again}: {taken:?}");
        }
    });
}

#[test]
fn trailers_without_end_are_refused() {
    run(async {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n";
        let (address, taken) = endless(head, "x-a: b\r\n").await;
        let url = format!("http://{address}/");
        client()
            .fetch(url)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap_err();
        sleep(Duration::from_millis(1)).await;
        assert!(taken.load(SeqCst) < 32 << 20, "{taken:?}");
    });
}

#[test]
fn interim_answers_are_read_over_up_to_ten() {
    run(async {
        for (count, fine) in [(1, true), (10, true), (11, false)] {
            let address = serve(move |_, mut peer| async move {
                peer.request().await;
                for _ in 0..count {
                    peer.say("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
                        .await;
                    sleep(Duration::from_millis(1)).await;
                }
                peer.say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
                    .await;
                peer.closed().await;
            });
            let answered = client()
                .get(format!("http://{}/", address.await))
                .send()
                .await;
            match answered {
                Ok(answered) => {
                    assert!(fine, "{count}");
                    assert_eq!(answered.text().await.unwrap(), "hi");
                }
                Err(error) => {
                    assert!(!fine, "{count}: {error}");
                    assert!(
                        error.to_string().contains("more than 10 interim"),
                        "{error}"
                    );
                }
            }
        }
    });
}

#[test]
fn a_reset_in_the_middle_of_a_body_is_told() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc")
                .await;
            sleep(Duration::from_millis(10)).await;
            peer.reset();
        });
        let client = client();
        let mut answered = client
            .get(format!("http://{}/", address.await))
            .send()
            .await
            .unwrap();
        assert_eq!(answered.chunk().await.unwrap().unwrap(), "abc");
        let error = answered.chunk().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cut, "{error:?}");
        drop(answered);
        assert_eq!(client.pool().open, 0);
    });
}

#[test]
fn an_answer_that_begins_is_not_asked_for_again() {
    run(async {
        let asked = Arc::new(AtomicU64::new(0));
        let counted = asked.clone();
        let address = serve(move |_, mut peer| {
            let counted = counted.clone();
            async move {
                peer.request().await;
                peer.say("HTTP/1.1 204 No Content\r\n\r\n").await;
                peer.request().await;
                counted.fetch_add(1, SeqCst);
                peer.say("HTTP/1.1 2").await;
            }
        });
        let (url, client) = (format!("http://{}/", address.await), client());
        client.get(&url).send().await.unwrap();
        let error = client.get(&url).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cut);
        assert_eq!((asked.load(SeqCst), client.pool().repeated), (1, 0));
    });
}

#[test]
fn nobody_at_home_is_told() {
    run(async {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let error = client()
            .get(format!("http://{address}/"))
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        let told = format!("GET http://{address}/: {address} does not take connections");
        assert_eq!(error.to_string(), told);
    });
}

#[test]
fn a_switch_of_protocols_that_nobody_asked_for_is_not_kept() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
            )
            .await;
            peer.closed().await;
        });
        let client = client();
        let answered = client
            .get(format!("http://{}/", address.await))
            .send()
            .await
            .unwrap();
        assert_eq!(answered.status(), 101);
        drop(answered);
        assert_eq!(client.pool().open, 0);
    });
}
