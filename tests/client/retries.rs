//! Calls that are tried again, and hosts that are left alone.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use gustnado::client::{Client, ErrorKind};
use http::{HeaderMap, Method};
use tokio::time::{Instant, sleep};

use crate::peer::{answer, client, run, serve};

const BUSY: &str = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// A server that says `first` so many times, and then that all is well; how often it was asked.
async fn failing(times: usize, first: &'static str) -> (SocketAddr, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let address = serve(move |_, mut peer| {
        let counted = counted.clone();
        async move {
            while peer.request().await.is_some() {
                let number = counted.fetch_add(1, SeqCst);
                if number < times && first.is_empty() {
                    return;
                }
                peer.say(if number < times { first } else { OK }).await;
            }
        }
    });
    (address.await, asked)
}

#[test]
fn failures_that_pass_are_tried_again() {
    run(async {
        for first in [BUSY, ""] {
            let (address, asked) = failing(2, first).await;
            let client = Client::builder().retries(2).build().unwrap();
            let answered = client.fetch(format!("http://{address}/")).await.unwrap();
            assert_eq!(answered.text().await.unwrap(), "hi");
            assert_eq!(asked.load(SeqCst), 3);
        }
    });
}

#[test]
fn the_last_failure_is_the_answer() {
    run(async {
        let (address, asked) = failing(9, BUSY).await;
        let client = Client::builder().retries(2).build().unwrap();
        let answered = client
            .get(format!("http://{address}/"))
            .send()
            .await
            .unwrap();
        assert_eq!((answered.status().as_u16(), asked.load(SeqCst)), (503, 3));
    });
}

#[test]
fn nothing_is_tried_again_unasked_or_where_it_could_do_harm() {
    run(async {
        let (address, asked) = failing(99, BUSY).await;
        let url = format!("http://{address}/");
        client().get(&url).send().await.unwrap();
        let client = Client::builder().retries(2).build().unwrap();
        for method in [Method::POST, Method::PATCH] {
            client.request(method, &url).body("x").send().await.unwrap();
        }
        let one = client.get(&url).limits(|limits| limits.retries = 0);
        one.send().await.unwrap();
        assert_eq!(asked.load(SeqCst), 4);
        let (address, asked) = failing(99, "HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n").await;
        client
            .get(format!("http://{address}/"))
            .send()
            .await
            .unwrap();
        assert_eq!(asked.load(SeqCst), 1);
    });
}

#[test]
fn what_the_other_side_asks_for_is_waited_for() {
    run(async {
        let later = "HTTP/1.1 429 Slow\r\nretry-after: 20\r\ncontent-length: 0\r\n\r\n";
        let (address, _) = failing(1, later).await;
        let client = Client::builder().retries(1).build().unwrap();
        let start = Instant::now();
        client.fetch(format!("http://{address}/")).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), 20);
        // Not if the call has to be done before.
        let (address, asked) = failing(1, later).await;
        let call = client
            .get(format!("http://{address}/"))
            .timeout(Duration::from_secs(10));
        assert_eq!(call.send().await.unwrap().status(), 429);
        assert_eq!(asked.load(SeqCst), 1);
    });
}

#[test]
fn an_overloaded_service_is_asked_a_tenth_more_and_not_twice_as_much() {
    run(async {
        let (address, asked) = failing(usize::MAX, BUSY).await;
        let client = Client::builder().retries(3).build().unwrap();
        for _ in 0..200 {
            client
                .get(format!("http://{address}/"))
                .send()
                .await
                .unwrap();
        }
        let asked = asked.load(SeqCst);
        assert!((225..=230).contains(&asked), "{asked}");
    });
}

#[test]
fn a_host_that_fails_all_the_time_is_left_alone_for_a_while() {
    run(async {
        let (address, asked) = failing(4, BUSY).await;
        let client = Client::builder().circuit(3).build().unwrap();
        let get = || client.get(format!("http://{address}/")).send();
        for _ in 0..3 {
            assert_eq!(get().await.unwrap().status(), 503);
        }
        let error = get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Circuit, "{error}");
        sleep(Duration::from_secs(6)).await;
        // One call finds out that it is no better.
        assert_eq!(get().await.unwrap().status(), 503);
        assert_eq!(get().await.unwrap_err().kind(), ErrorKind::Circuit);
        sleep(Duration::from_secs(6)).await;
        for _ in 0..3 {
            assert_eq!(get().await.unwrap().status(), 200);
        }
        assert_eq!(asked.load(SeqCst), 7);
    });
}

#[test]
fn only_one_call_finds_out_and_may_be_dropped() {
    run(async {
        let (address, asked) = failing(1, BUSY).await;
        let client = Client::builder().circuit(1).build().unwrap();
        let url = format!("http://{address}/");
        client.get(&url).send().await.unwrap();
        sleep(Duration::from_secs(6)).await;
        let (mut first, second) = (Box::pin(client.get(&url).send()), client.get(&url).send());
        let begun = futures_util::future::poll_immediate(first.as_mut()).await;
        assert!(begun.is_none());
        assert_eq!(second.await.unwrap_err().kind(), ErrorKind::Circuit);
        drop(first);
        assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
        assert!(asked.load(SeqCst) >= 2);
    });
}

#[test]
fn a_trace_is_carried_on() {
    run(async {
        let (address, heard) = answer(OK).await;
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let mut from = HeaderMap::new();
        from.insert("traceparent", parent.parse().unwrap());
        from.append("tracestate", "a=1".parse().unwrap());
        from.append("tracestate", "b=2".parse().unwrap());
        from.insert("cookie", "secret=1".parse().unwrap());
        let call = client().get(format!("http://{address}/")).trace(&from);
        call.send().await.unwrap();
        let request = heard.one();
        assert!(
            request.contains(&format!("traceparent: {parent}\r\n")),
            "{request}"
        );
        assert!(
            request.contains("tracestate: a=1\r\ntracestate: b=2\r\n"),
            "{request}"
        );
        assert!(!request.contains("secret"), "{request}");
    });
}
