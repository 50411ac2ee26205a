//! Bodies: streams both ways, their bounds, and what comes behind them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use gustnado::{Application, prelude::*};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    time::sleep,
};

use crate::{
    peer::{Peer, answer, run_real as run, serve},
    site::{Visitor, ask, at, before, counting, get, site, to},
};

/// What comes next, as it comes; nothing when the other side has closed.
async fn some(stream: &mut TcpStream) -> String {
    let mut room = [0; 4096];
    let count = stream.read(&mut room).await.unwrap_or(0);
    String::from_utf8_lossy(&room[..count]).into_owned()
}

#[test]
fn a_body_is_there_before_the_next_piece_of_it_is_sent() {
    run(async {
        let (seen, see) = oneshot::channel();
        let seen = std::sync::Mutex::new(Some(seen));
        let upstream = serve(move |_, peer| {
            let seen = seen.lock().unwrap().take();
            async move {
                let mut stream = peer.into_stream();
                let mut read = String::new();
                while !read.contains("first") {
                    read += &some(&mut stream).await;
                }
                seen.unwrap().send(()).unwrap();
                while !read.contains("0\r\n\r\n") {
                    read += &some(&mut stream).await;
                }
                assert!(read.contains("transfer-encoding: chunked"), "{read}");
                let piece = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n";
                stream.write_all(piece.as_bytes()).await.unwrap();
                // There is no next piece: the client sees this one all the same.
                while !some(&mut stream).await.is_empty() {}
            }
        });
        let mut visitor = Visitor::new(before(upstream.await).await).await;
        let head = "POST /api/up HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
        visitor.say(head).await;
        visitor.say("5\r\nfirst\r\n").await;
        see.await.unwrap();
        visitor.say("4\r\nlast\r\n0\r\n\r\n").await;
        let answered = visitor.until("one").await;
        assert!(
            answered.contains("transfer-encoding: chunked"),
            "{answered}"
        );
    });
}

#[test]
fn an_upstream_is_read_no_faster_than_the_client_reads() {
    run(async {
        let taken = Arc::new(AtomicU64::new(0));
        let counted = taken.clone();
        let upstream = serve(move |_, mut peer: Peer| {
            let counted = counted.clone();
            async move {
                peer.request().await;
                peer.say("HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")
                    .await;
                let piece = [0; 64 * 1024];
                while peer.say(piece).await {
                    counted.fetch_add(piece.len() as u64, SeqCst);
                }
            }
        });
        let mut visitor = Visitor::new(before(upstream.await).await).await;
        visitor
            .say("GET /api/big HTTP/1.1\r\nhost: a\r\n\r\n")
            .await;
        visitor.until("\r\n\r\n").await;
        let mut before = 0;
        loop {
            sleep(Duration::from_millis(50)).await;
            let now = taken.load(SeqCst);
            if now == before {
                break;
            }
            before = now;
        }
        // What the sockets hold, and no more.
        assert!(before < 64 << 20, "{before}");
        drop(visitor);
    });
}

#[test]
fn a_body_has_the_bound_of_the_mount() {
    run(async {
        let (upstream, heard) = answer("HTTP/1.1 204 No Content\r\n\r\n").await;
        let limited = Application::new()
            .limits(|limits| limits.body = 10)
            .mount("/api", to(upstream));
        let site = at(limited).await;
        let head = "POST /api/up HTTP/1.1\r\nhost: a\r\nconnection: close\r\n";
        let said = ask(
            site,
            &format!("{head}content-length: 11\r\n\r\n01234567890"),
        )
        .await;
        assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
        let chunked = "transfer-encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n67890\r\n0\r\n\r\n";
        let said = ask(site, &format!("{head}{chunked}")).await;
        assert!(said.starts_with("HTTP/1.1 413 "), "{said}");
        assert!(heard.all().is_empty(), "{:?}", heard.all());
        let said = ask(site, &format!("{head}content-length: 10\r\n\r\n0123456789")).await;
        assert!(said.starts_with("HTTP/1.1 204 "), "{said}");
        let heard = heard.one();
        assert!(heard.contains("content-length: 10\r\n"), "{heard}");
        assert!(heard.ends_with("\r\n\r\n0123456789"), "{heard}");
    });
}

#[test]
fn a_client_is_told_to_continue_when_there_is_an_upstream() {
    run(async {
        let head = "POST /api/up HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\
                    content-length: 4\r\nconnection: close\r\n\r\n";
        let (upstream, heard) = answer("HTTP/1.1 204 No Content\r\n\r\n").await;
        let mut visitor = Visitor::new(before(upstream).await).await;
        visitor.say(head).await;
        let interim = visitor.until("\r\n\r\n").await;
        assert_eq!(interim, "HTTP/1.1 100 Continue\r\n\r\n");
        visitor.say("body").await;
        assert!(visitor.rest().await.starts_with("HTTP/1.1 204 "));
        assert!(!heard.one().contains("expect"), "{}", heard.one());

        let nobody = crate::several::nobody();
        let said = ask(before(nobody).await, head).await;
        assert!(said.starts_with("HTTP/1.1 502 "), "{said}");
    });
}

#[test]
fn trailers_stay_behind_the_body() {
    run(async {
        let (upstream, heard) = answer(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n\
             2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n",
        )
        .await;
        let mut visitor = Visitor::new(before(upstream).await).await;
        visitor
            .say("GET /api/x HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: te\r\n\r\n")
            .await;
        let answered = visitor.until("x-sum: 7\r\n\r\n").await;
        let (head, body) = answered.split_once("\r\n\r\n").unwrap();
        assert!(!head.contains("x-sum: 7"), "{head}");
        assert!(body.ends_with("0\r\nx-sum: 7\r\n\r\n"), "{body:?}");
        let heard = heard.one();
        assert!(heard.contains("te: trailers\r\n"), "{heard}");
    });
}

/// Says what it was sent.
#[derive(RequestHandler)]
#[route("/echo")]
struct Echo;

#[verbs]
impl Echo {
    async fn post(self, body: Body) -> Body {
        body
    }
}

#[test]
fn a_server_of_our_own_echoes_through_the_gateway() {
    run(async {
        let site = before(at(Application::new().handler::<Echo>()).await).await;
        let client = crate::peer::client();
        let url = format!("http://{site}/api/echo");
        for size in [0, 1, 100_000, 900_000] {
            let body = "x".repeat(size);
            let answer = client.post(&url).body(body.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            assert!(answer.text().await.unwrap() == body, "{size}");
        }
        assert_eq!(client.pool().opened, 1);
    });
}

#[test]
fn connections_to_the_upstream_are_used_again() {
    run(async {
        let (upstream, opened) =
            counting("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".into()).await;
        let site = site(to(upstream)).await;
        for _ in 0..20 {
            assert!(get(site, "/api/", "").await.ends_with("hi"));
        }
        assert_eq!(opened.load(SeqCst), 1);
    });
}
