//! Upstreams that mean harm, or are broken: each is a clear error, in bounded time and memory, that
//! says nothing of the upstream.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use tokio::time::sleep;

use crate::{
    peer::{endless, run_real as run, serve},
    several::nobody,
    site::{before, get, site, to},
};

/// Whether an answer is this error, and keeps the upstream to itself.
fn is_error(answered: &str, status: u16, upstream: std::net::SocketAddr) {
    let start = format!("HTTP/1.1 {status} ");
    assert!(answered.starts_with(&start), "{answered}");
    let port = upstream.port().to_string();
    let (head, body) = answered.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("application/problem+json"), "{answered}");
    assert!(
        !body.contains(&port) && !body.contains("upstream"),
        "{answered}"
    );
}

#[test]
fn broken_heads_are_bad_gateways() {
    run(async {
        for bytes in [
            "",
            "HTTP/1.1 200 OK\r\nconte",
            "SSH-2.0-OpenSSH_9.2p1\r\n",
            "HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        ] {
            let upstream = serve(move |_, mut peer| async move {
                peer.request().await;
                peer.say(bytes).await;
            });
            let upstream = upstream.await;
            let answered = get(before(upstream).await, "/api/x", "").await;
            is_error(&answered, 502, upstream);
        }
    });
}

#[test]
fn nobody_at_home_is_a_bad_gateway() {
    run(async {
        let upstream = nobody();
        is_error(
            &get(before(upstream).await, "/api/x", "").await,
            502,
            upstream,
        );
    });
}

#[test]
fn who_never_answers_is_waited_for_no_longer_than_said() {
    run(async {
        let silent = serve(|_, mut peer| async move { peer.closed().await }).await;
        let trickles = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\nx: ").await;
            while peer.say("a").await {
                sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        for upstream in [silent, trickles] {
            let proxy = to(upstream).client(|client| {
                client.limits(|limits| limits.first_byte_time = Duration::from_millis(200))
            });
            is_error(&get(site(proxy).await, "/api/x", "").await, 504, upstream);
        }
    });
}

#[test]
fn who_has_no_connection_left_says_when_to_come_back() {
    run(async {
        let upstream = serve(|_, mut peer| async move { peer.closed().await }).await;
        let proxy = to(upstream).client(|client| {
            client.limits(|limits| {
                limits.host_connections = 1;
                limits.queue_time = Duration::from_millis(50);
            })
        });
        let site = site(proxy).await;
        let mut first = crate::site::Visitor::new(site).await;
        first.say("GET /api/ HTTP/1.1\r\nhost: a\r\n\r\n").await;
        sleep(Duration::from_millis(50)).await;
        let answered = get(site, "/api/x", "").await;
        is_error(&answered, 503, upstream);
        assert!(answered.contains("\r\nretry-after: 1\r\n"), "{answered}");
    });
}

#[test]
fn heads_without_end_are_refused() {
    run(async {
        for (first, again) in [
            ("HTTP/1.1 200 OK\r\n", "x-a: b\r\n"),
            ("HTTP/1.1 200 OK\r\nx-a: ", "aaaaaaaa"),
            ("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
        ] {
            let (upstream, taken) = endless(first, again).await;
            is_error(
                &get(before(upstream).await, "/api/x", "").await,
                502,
                upstream,
            );
            sleep(Duration::from_millis(1)).await;
            // What the sockets hold, and no more.
            assert!(taken.load(SeqCst) < 32 << 20, "{first} {again}: {taken:?}");
        }
    });
}

#[test]
fn an_answer_that_breaks_off_is_cut_short() {
    run(async {
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";
        for (said, resets) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", false),
            ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", true),
            (chunked, false),
            (chunked, true),
        ] {
            let upstream = serve(move |_, mut peer| async move {
                peer.request().await;
                peer.say(said).await;
                sleep(Duration::from_millis(20)).await;
                if resets {
                    peer.reset();
                }
            });
            let site = before(upstream.await).await;
            // It would stay open for more.
            let mut visitor = crate::site::Visitor::new(site).await;
            visitor.say("GET /api/x HTTP/1.1\r\nhost: a\r\n\r\n").await;
            let answered = visitor.rest().await;
            let (head, body) = answered.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200 "), "{answered}");
            match head.contains("content-length: 10") {
                true => assert_eq!(body, "abc"),
                false => assert_eq!(body, "3\r\nabc\r\n"),
            }
        }
    });
}

#[test]
fn a_length_beside_chunks_is_not_passed_on() {
    run(async {
        let said = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n\
                    5\r\nabcde\r\n0\r\n\r\n";
        let upstream = serve(move |_, mut peer| async move {
            peer.request().await;
            peer.say(said).await;
            peer.closed().await;
        });
        let answered = get(before(upstream.await).await, "/api/x", "").await;
        assert!(!answered.contains("content-length"), "{answered}");
        assert!(answered.ends_with("5\r\nabcde\r\n0\r\n\r\n"), "{answered}");
    });
}
