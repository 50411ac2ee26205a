//! Which of several upstreams is asked, and which is left alone.

use std::{net::SocketAddr, time::Duration};

use gustnado::Proxy;
use tokio::time::sleep;

use crate::{
    peer::{answer, run_real as run, serve},
    site::{Visitor, ask, get, site},
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// An address that takes no connections.
pub(crate) fn nobody() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

fn among(upstreams: &[SocketAddr]) -> Proxy {
    Proxy::among(
        upstreams
            .iter()
            .map(|upstream| format!("http://{upstream}")),
    )
}

#[test]
fn who_has_the_fewest_requests_is_asked() {
    run(async {
        let busy = serve(|_, mut peer| async move { peer.closed().await }).await;
        let (free, heard) = answer(OK).await;
        let site = site(among(&[busy, free])).await;
        // Whichever of them is first: one of two requests is at the one that does not answer.
        let mut waits = Vec::new();
        for _ in 0..2 {
            let mut visitor = Visitor::new(site).await;
            visitor.say("GET /api/ HTTP/1.1\r\nhost: a\r\n\r\n").await;
            sleep(Duration::from_millis(100)).await;
            waits.push(visitor);
        }
        let before = heard.all().len();
        for _ in 0..5 {
            assert!(get(site, "/api/", "").await.ends_with("hi"));
        }
        assert_eq!(heard.all().len(), before + 5);
    });
}

#[test]
fn who_takes_no_connection_costs_nobody_a_request() {
    run(async {
        let (well, heard) = answer(OK).await;
        let site = site(among(&[nobody(), well, nobody()])).await;
        for number in 0..12 {
            let said = ask(
                site,
                "POST /api/ HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody",
            );
            assert!(said.await.ends_with("hi"), "{number}");
        }
        let heard = heard.all();
        assert_eq!(heard.len(), 12);
        assert!(
            heard
                .iter()
                .all(|request| request.ends_with("\r\n\r\nbody"))
        );
    });
}

#[test]
fn a_request_that_may_have_been_read_is_not_sent_to_another() {
    run(async {
        let cuts = serve(|_, mut peer| async move {
            peer.request().await;
        });
        let (well, heard) = answer(OK).await;
        let site = site(among(&[cuts.await, well])).await;
        let mut bad = 0;
        for _ in 0..4 {
            let said = ask(
                site,
                "POST /api/ HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody",
            );
            bad += usize::from(said.await.starts_with("HTTP/1.1 502 "));
        }
        assert_eq!((bad, heard.all().len()), (2, 2));
    });
}

#[test]
fn where_all_failed_too_often_it_is_said_when_to_come_back() {
    run(async {
        let site = site(among(&[nobody(), nobody()])).await;
        for _ in 0..3 {
            assert!(get(site, "/api/", "").await.starts_with("HTTP/1.1 502 "));
        }
        let answered = get(site, "/api/", "").await;
        assert!(answered.starts_with("HTTP/1.1 503 "), "{answered}");
        assert!(answered.contains("\r\nretry-after: 5\r\n"), "{answered}");
    });
}

#[test]
fn who_is_better_is_asked_again() {
    run(async {
        let unwell = serve(|number, mut peer| async move {
            peer.request().await;
            let status = if number < 3 { "503 No" } else { "200 OK" };
            peer.say(format!(
                "HTTP/1.1 {status}\r\nx-from: unwell\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            ))
            .await;
        });
        let (well, _) = answer(OK).await;
        let rest = Duration::from_secs(1);
        let proxy = among(&[unwell.await, well]).limits(|limits| limits.rest_time = rest);
        let site = site(proxy).await;
        let mut seen = Vec::new();
        for _ in 0..10 {
            seen.push(get(site, "/api/", "").await.contains("unwell"));
        }
        // Three in turn with the other one, and then none.
        assert_eq!(seen.iter().filter(|seen| **seen).count(), 3, "{seen:?}");
        assert!(seen[6..].iter().all(|seen| !seen), "{seen:?}");
        sleep(rest).await;
        let again = get(site, "/api/", "").await;
        assert!(
            again.starts_with("HTTP/1.1 200 ") && again.contains("unwell"),
            "{again}"
        );
    });
}
