//! When a connection is used again, and when it is not.

use std::time::Duration;

use tokio::time::sleep;

use super::{OK, get};
use crate::peer::{answer, client, run, run_real, serve};

#[test]
fn a_connection_is_used_again() {
    run(async {
        let (address, _) = answer(OK).await;
        let client = client();
        for _ in 0..10 {
            assert_eq!(get(&client, address).await, "hi");
        }
        let pool = client.pool();
        assert_eq!((pool.opened, pool.reused), (1, 9));
        assert_eq!((pool.open, pool.idle, pool.waiting), (1, 1, 0));
    });
}

#[test]
fn answers_without_bodies_give_their_connection_back() {
    run(async {
        let heads = [
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\n\r\n",
        ];
        for head in heads {
            let (address, _) = answer(head).await;
            let client = client();
            for _ in 0..3 {
                client
                    .get(format!("http://{address}/"))
                    .send()
                    .await
                    .unwrap();
            }
            assert_eq!(client.pool().opened, 1, "{head}");
        }
        let (address, _) = answer("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n").await;
        let client = client();
        for _ in 0..3 {
            client
                .head(format!("http://{address}/"))
                .send()
                .await
                .unwrap();
        }
        assert_eq!(client.pool().opened, 1);
    });
}

#[test]
fn an_answer_that_is_dropped_gives_its_connection_back_if_it_is_all_here() {
    run(async {
        let (address, _) = answer(OK).await;
        let client = client();
        for _ in 0..3 {
            let answered = client
                .get(format!("http://{address}/"))
                .send()
                .await
                .unwrap();
            assert_eq!(answered.status(), 200);
        }
        assert_eq!(client.pool().opened, 1);
        let (address, _) = answer("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhi").await;
        drop(
            client
                .get(format!("http://{address}/"))
                .send()
                .await
                .unwrap(),
        );
        assert_eq!(client.pool().open, 1);
    });
}

#[test]
fn what_asks_to_be_closed_is_closed() {
    run(async {
        let closing = [
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi",
            "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi",
        ];
        for answered in closing {
            let (address, _) = answer(answered).await;
            let client = client();
            assert_eq!(get(&client, address).await, "hi");
            assert_eq!(
                (client.pool().open, client.pool().idle),
                (0, 0),
                "{answered}"
            );
        }
    });
}

/// RFC 9112 sections 6.1 and 6.3: what two could read differently may have something behind it that was not
/// meant as an answer.
#[test]
fn a_connection_is_not_used_again_where_it_is_in_doubt_where_an_answer_ends() {
    run(async {
        let chunks = "2\r\nhi\r\n0\r\n\r\n";
        let table = [
            (
                "1.1 200 OK",
                "content-length: 2\ntransfer-encoding: chunked",
                chunks,
            ),
            (
                "1.1 200 OK",
                "transfer-encoding: chunked\ncontent-length: 12",
                chunks,
            ),
            (
                "1.1 404 No",
                "content-length: 0\ntransfer-encoding: chunked",
                chunks,
            ),
            (
                "1.0 200 OK",
                "connection: keep-alive\ntransfer-encoding: chunked",
                chunks,
            ),
            (
                "1.1 304 No",
                "content-length: 2\ntransfer-encoding: chunked",
                "",
            ),
            ("1.1 204 No", "content-length: 2", ""),
            ("1.1 204 No", "transfer-encoding: chunked", ""),
        ];
        for (line, fields, body) in table {
            let fields = fields.replace('\n', "\r\n");
            let text = format!("HTTP/{line}\r\n{fields}\r\n\r\n{body}");
            let (address, heard) = answer(text.clone().leak()).await;
            let client = client();
            for number in 1..=2 {
                let url = format!("http://{address}/");
                let answered = client.get(url).send().await.unwrap();
                let both = text.contains("chunked");
                assert!(
                    !both || answered.header("content-length").is_none(),
                    "{text}"
                );
                let read = if body.is_empty() { "" } else { "hi" };
                assert_eq!(answered.text().await.unwrap(), read, "{text}");
                let pool = client.pool();
                assert_eq!((pool.opened, pool.open), (number, 0), "{text}");
            }
            assert_eq!(heard.all().len(), 2);
        }
    });
}

#[test]
fn what_is_coded_by_no_chunks_is_read_until_its_connection_ends() {
    run(async {
        for coding in ["gzip", "chunked, x", "identity", ""] {
            let text = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: {coding}\r\n\r\nhi there"
            );
            let text: &str = text.leak();
            let address = serve(move |_, mut peer| async move {
                peer.request().await;
                peer.say(text).await;
            });
            let client = client();
            let url = format!("http://{}/", address.await);
            let answered = client.get(url).send().await.unwrap();
            assert_eq!(answered.header("content-length"), None);
            assert_eq!(answered.text().await.unwrap(), "hi there", "{coding}");
            assert_eq!(client.pool().open, 0);
        }
    });
}

#[test]
fn a_head_says_what_a_body_would_be_and_its_connection_is_used_again() {
    run(async {
        for fields in ["content-length: 7", "transfer-encoding: chunked"] {
            let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
            let (address, _) = answer(text.leak()).await;
            let client = client();
            for _ in 0..2 {
                let url = format!("http://{address}/");
                let answered = client.head(url).send().await.unwrap();
                let length = fields.starts_with("content").then_some("7");
                assert_eq!(answered.header("content-length"), length);
                assert_eq!(answered.text().await.unwrap(), "");
            }
            assert_eq!(client.pool().opened, 1, "{fields}");
        }
    });
}

#[test]
fn a_connection_outlives_the_runtime_that_made_it() {
    let (address_send, address_of) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        run_real(async move {
            let (address, _) = answer(OK).await;
            address_send.send(address).unwrap();
            sleep(Duration::from_secs(600)).await;
        });
    });
    let address = address_of.recv().unwrap();
    let client = client();
    let mut repeated = 0;
    for _ in 0..3 {
        // Each round has a runtime of its own; what the last one left is of no use to it.
        let client = client.clone();
        run_real(async {
            assert_eq!(get(&client, address).await, "hi");
            let posted = client
                .post(format!("http://{address}/"))
                .body("x")
                .send()
                .await;
            assert_eq!(posted.unwrap().text().await.unwrap(), "hi");
        });
        repeated = client.pool().repeated;
    }
    assert!(repeated <= 2);
    drop(server);
}
