//! Each time-out, and one deadline for all.

use std::{net::Ipv4Addr, time::Duration};

use gustnado::client::{Client, Error, ErrorKind, Phase, Resolved};
use tokio::time::{Instant, sleep};

use crate::peer::{client, run, serve};

/// How long it took to fail, in seconds, and in which phase.
async fn failed<T: std::fmt::Debug>(call: impl Future<Output = Result<T, Error>>) -> (u64, Phase) {
    let start = Instant::now();
    let error = call.await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    let ErrorKind::Timeout(phase) = error.kind() else {
        panic!("{error}");
    };
    (start.elapsed().as_secs(), phase)
}

#[test]
fn connecting_has_its_time() {
    run(async {
        let never = |_: &str| -> Resolved { Box::pin(std::future::pending()) };
        let client = Client::builder().resolver(never).build().unwrap();
        let call = client.get("http://a.test/").send();
        assert_eq!(failed(call).await, (10, Phase::Connect));
        assert_eq!((client.pool().open, client.pool().waiting), (0, 0));
    });
}

#[test]
fn the_first_byte_has_its_time() {
    run(async {
        let address = serve(|_, mut peer| async move { peer.closed().await }).await;
        let call = client().get(format!("http://{address}/")).send();
        assert_eq!(failed(call).await, (30, Phase::FirstByte));
    });
}

#[test]
fn half_a_head_is_no_answer() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.begun().await;
            peer.say("HTTP/1.1 200 OK\r\ncontent-le").await;
            peer.closed().await;
        });
        let call = client().get(format!("http://{}/", address.await)).send();
        assert_eq!(failed(call).await, (30, Phase::FirstByte));
    });
}

#[test]
fn the_bytes_between_have_their_time() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
                .await;
            for _ in 0..2 {
                sleep(Duration::from_secs(20)).await;
                peer.say("x").await;
            }
            peer.closed().await;
        });
        let answered = client()
            .get(format!("http://{}/", address.await))
            .timeout(Duration::from_secs(600))
            .send()
            .await
            .unwrap();
        // Twice after 20 s, and then nothing for 30 s.
        assert_eq!(failed(answered.bytes()).await, (70, Phase::BetweenBytes));
    });
}

#[test]
fn a_body_is_waited_for_only_while_somebody_reads() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab")
                .await;
            sleep(Duration::from_secs(100)).await;
            peer.say("cd").await;
            peer.closed().await;
        });
        let request = client().get(format!("http://{}/", address.await));
        let mut answered = request
            .timeout(Duration::from_secs(600))
            .send()
            .await
            .unwrap();
        assert_eq!(answered.chunk().await.unwrap().unwrap(), "ab");
        sleep(Duration::from_secs(90)).await;
        assert_eq!(answered.chunk().await.unwrap().unwrap(), "cd");
    });
}

#[test]
fn a_trickle_is_bounded_by_the_total() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\n\r\n").await;
            while peer.say("x").await {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let answered = client()
            .get(format!("http://{}/", address.await))
            .send()
            .await
            .unwrap();
        assert_eq!(failed(answered.bytes()).await, (60, Phase::Total));
    });
}

#[test]
fn redirects_share_one_deadline() {
    run(async {
        let address = serve(|_, mut peer| async move {
            while peer.request().await.is_some() {
                sleep(Duration::from_secs(8)).await;
                peer.say("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n")
                    .await;
            }
        });
        let call = client().get(format!("http://{}/", address.await)).send();
        assert_eq!(failed(call).await, (60, Phase::Total));
    });
}

#[test]
fn a_retry_shares_the_deadline() {
    run(async {
        let address = serve(|number, mut peer| async move {
            if number == 0 {
                peer.request().await;
                peer.say("HTTP/1.1 204 No Content\r\n\r\n").await;
                peer.request().await;
                sleep(Duration::from_secs(20)).await;
                return;
            }
            peer.closed().await;
        });
        let (url, client) = (format!("http://{}/", address.await), client());
        client.get(&url).send().await.unwrap();
        let call = client.get(&url).timeout(Duration::from_secs(25)).send();
        assert_eq!(failed(call).await, (25, Phase::Total));
        assert_eq!(client.pool().repeated, 1);
    });
}

#[test]
fn a_long_upload_is_no_long_wait() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await;
            peer.closed().await;
        });
        let chunks = futures_util::stream::unfold(0, |count| async move {
            sleep(Duration::from_secs(20)).await;
            let chunk = bytes::Bytes::from_static(b"x");
            (count < 5).then(|| (Ok::<_, std::io::Error>(chunk), count + 1))
        });
        let answered = client()
            .post(format!("http://{}/", address.await))
            .body(gustnado::Body::stream(chunks))
            .timeout(Duration::from_secs(600))
            .send()
            .await
            .unwrap();
        assert_eq!(answered.text().await.unwrap(), "ok");
    });
}

#[test]
fn the_next_address_is_tried_while_one_is_slow_or_refuses() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 204 No Content\r\n\r\n").await;
        });
        let port = address.await.port();
        // Of 127/8 only the one has the port.
        let both = |_: &str| -> Resolved {
            let refusing = Ipv4Addr::new(127, 0, 0, 2).into();
            Box::pin(async move { Ok(vec![refusing, Ipv4Addr::LOCALHOST.into()]) })
        };
        let client = Client::builder().resolver(both).build().unwrap();
        client
            .fetch(format!("http://two.test:{port}/"))
            .await
            .unwrap();
        let none = |_: &str| -> Resolved { Box::pin(async { Ok(Vec::new()) }) };
        let client = Client::builder().resolver(none).build().unwrap();
        let error = client.fetch("http://none.test/").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(
            error.to_string().contains("none.test has no address"),
            "{error}"
        );
    });
}
