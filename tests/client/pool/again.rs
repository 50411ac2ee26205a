//! What is sent again when its connection ends under it, and what is not.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use gustnado::client::{Client, ErrorKind, RequestBuilder};
use tokio::time::sleep;

use super::{OK, get, three};
use crate::peer::{Heard, Peer, client, run, serve};

/// A server whose connections answer once, read a second request, and then do `last`.
async fn closes_under_the_second(heard: Heard, last: fn(Peer)) -> SocketAddr {
    serve(move |_, mut peer| {
        let heard = heard.clone();
        async move {
            peer.request().await;
            peer.say(OK).await;
            if let Some(request) = peer.request().await {
                heard.add(request);
                last(peer);
            }
        }
    })
    .await
}

fn with_body(client: &Client, method: &str, address: SocketAddr) -> RequestBuilder {
    let method = method.parse().unwrap();
    let url = format!("http://{address}/");
    client.request(method, url).body("x")
}

#[test]
fn an_idempotent_request_whose_connection_was_closed_is_sent_once_more() {
    for last in [drop as fn(Peer), Peer::reset] {
        run(async move {
            let heard = Heard::default();
            let address = closes_under_the_second(heard.clone(), last).await;
            for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
                let client = client();
                assert_eq!(get(&client, address).await, "hi");
                let request = with_body(&client, method, address);
                assert_eq!(request.send().await.unwrap().text().await.unwrap(), "hi");
                assert_eq!(client.pool().repeated, 1);
            }
            assert_eq!(heard.all().len(), 4);
        });
    }
}

#[test]
fn a_post_that_may_have_been_read_is_never_sent_again() {
    for last in [drop as fn(Peer), Peer::reset] {
        run(async move {
            let heard = Heard::default();
            let address = closes_under_the_second(heard.clone(), last).await;
            for method in ["POST", "PATCH"] {
                let client = client();
                assert_eq!(get(&client, address).await, "hi");
                let request = with_body(&client, method, address);
                let error = request.send().await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Cut, "{error}");
                assert_eq!(client.pool().repeated, 0);
            }
            assert_eq!(heard.all().len(), 2);
        });
    }
}

#[test]
fn a_new_connection_that_is_closed_at_once_is_an_error_and_not_a_loop() {
    run(async {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let address = serve(move |_, mut peer| {
            counted.fetch_add(1, SeqCst);
            async move {
                peer.request().await;
            }
        });
        let url = format!("http://{}/", address.await);
        let error = client().get(url).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cut);
        assert_eq!(count.load(SeqCst), 1);
    });
}

#[test]
fn the_second_try_is_on_a_new_connection_and_the_only_one() {
    run(async {
        // Three connections are idle; then all of them end under their next request.
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let address = serve(move |number, mut peer| {
            let counted = counted.clone();
            async move {
                peer.request().await;
                sleep(Duration::from_millis(10)).await;
                peer.say(OK).await;
                while peer.request().await.is_some() {
                    counted.fetch_add(1, SeqCst);
                    if number < 3 {
                        return;
                    }
                    peer.say(OK).await;
                }
            }
        });
        let (address, client) = (address.await, client());
        three(&client, address).await;
        assert_eq!(client.pool().idle, 3);
        assert_eq!(get(&client, address).await, "hi");
        assert_eq!((client.pool().opened, client.pool().repeated), (4, 1));
        assert_eq!(count.load(SeqCst), 1);
    });
}

#[test]
fn nobody_sees_that_idle_connections_are_closed_at_random_moments() {
    let races = gustnado_tests::races::race(3_000, 16, 20);
    assert_eq!((races.failed, races.read_twice), (0, 0), "{races:?}");
    assert!(races.closed > 50, "{races:?}");
    let pool = races.pool.unwrap();
    assert!(pool.stale + pool.repeated > 0, "{races:?}");
}
