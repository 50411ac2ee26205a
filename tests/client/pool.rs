//! Connections that are kept, the line, and what is sent again.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use gustnado::client::{Client, ErrorKind, Limits, Phase};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep},
};

use crate::peer::{Heard, Peer, answer, client, run, run_real, serve};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

fn limited(set: impl FnOnce(&mut Limits)) -> Client {
    Client::builder().limits(set).build().unwrap()
}

async fn get(client: &Client, address: SocketAddr) -> String {
    let url = format!("http://{address}/");
    client.fetch(url).await.unwrap().text().await.unwrap()
}

/// Three at once.
async fn three(client: &Client, address: SocketAddr) {
    let one = || get(client, address);
    futures_util::future::join3(one(), one(), one()).await;
}

/// Lets the other tasks of the runtime do what they can.
async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

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

#[test]
fn an_idle_connection_that_was_closed_is_noticed_before_it_is_used() {
    run(async {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = requests.clone();
        // Each connection answers once, and closes when nobody looks.
        let address = serve(move |_, mut peer| {
            let counted = counted.clone();
            async move {
                peer.request().await;
                counted.fetch_add(1, SeqCst);
                peer.say(OK).await;
                sleep(Duration::from_millis(5)).await;
            }
        });
        let (address, client) = (address.await, client());
        for _ in 0..5 {
            let answered = client
                .post(format!("http://{address}/"))
                .send()
                .await
                .unwrap();
            answered.bytes().await.unwrap();
            sleep(Duration::from_millis(10)).await;
        }
        let pool = client.pool();
        assert_eq!((pool.opened, pool.stale, pool.repeated), (5, 4, 0));
        assert_eq!(requests.load(SeqCst), 5);
    });
}

#[test]
fn what_was_idle_for_a_moment_is_looked_at_only_where_a_request_might_be_lost() {
    run(async {
        for (method, expected) in [("POST", (1, 0)), ("GET", (0, 1))] {
            let gate = Arc::new(Semaphore::new(0));
            let inner = gate.clone();
            // Each connection answers once, and closes when it may, saying nothing of it.
            let address = serve(move |_, mut peer| {
                let gate = inner.clone();
                async move {
                    peer.request().await;
                    peer.say(OK).await;
                    gate.acquire().await.unwrap().forget();
                }
            });
            let (address, client) = (address.await, client());
            get(&client, address).await;
            gate.add_permits(1);
            // The server goes on, and the clock does not.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            let request = client.request(method.parse().unwrap(), format!("http://{address}/"));
            assert_eq!(request.send().await.unwrap().status(), 200);
            let pool = client.pool();
            assert_eq!((pool.stale, pool.repeated), expected, "{method}");
        }
    });
}

#[test]
fn what_comes_unasked_is_never_taken_for_an_answer() {
    run(async {
        let address = serve(|_, mut peer| async move {
            while peer.request().await.is_some() {
                peer.say(OK).await;
                sleep(Duration::from_millis(5)).await;
                peer.say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
                    .await;
            }
        });
        let (address, client) = (address.await, client());
        for _ in 0..3 {
            assert_eq!(get(&client, address).await, "hi");
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(client.pool().stale, 2);
    });
}

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

#[test]
fn an_idempotent_request_whose_connection_was_closed_is_sent_once_more() {
    for last in [drop as fn(Peer), Peer::reset] {
        run(async move {
            let heard = Heard::default();
            let address = closes_under_the_second(heard.clone(), last).await;
            for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
                let client = client();
                assert_eq!(get(&client, address).await, "hi");
                let method = method.parse().unwrap();
                let request = client
                    .request(method, format!("http://{address}/"))
                    .body("x");
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
                let method = method.parse().unwrap();
                let request = client
                    .request(method, format!("http://{address}/"))
                    .body("x");
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
fn idle_connections_are_closed_after_their_time() {
    run(async {
        let (address, _) = answer(OK).await;
        let client = client();
        get(&client, address).await;
        sleep(Duration::from_secs(59)).await;
        assert_eq!(client.pool().idle, 1);
        sleep(Duration::from_secs(3)).await;
        assert_eq!(
            (client.pool().open, client.pool().idle, client.pool().stale),
            (0, 0, 0)
        );
    });
}

#[test]
fn idle_connections_that_the_other_side_closes_do_not_linger() {
    run(async {
        let address = serve(|_, mut peer| async move {
            peer.request().await;
            peer.say(OK).await;
            sleep(Duration::from_millis(100)).await;
        });
        let (address, client) = (address.await, client());
        get(&client, address).await;
        assert_eq!(client.pool().open, 1);
        sleep(Duration::from_secs(2)).await;
        assert_eq!((client.pool().open, client.pool().stale), (0, 1));
    });
}

#[test]
fn an_old_connection_is_not_used_again() {
    run(async {
        let (address, _) = answer(OK).await;
        let client = limited(|limits| limits.connection_time = Duration::from_secs(100));
        for _ in 0..3 {
            get(&client, address).await;
            sleep(Duration::from_secs(49)).await;
        }
        get(&client, address).await;
        assert_eq!((client.pool().opened, client.pool().stale), (2, 0));
    });
}

#[test]
fn idle_connections_are_bounded_per_host_and_in_all() {
    run(async {
        let slow = || {
            serve(|_, mut peer| async move {
                while peer.request().await.is_some() {
                    sleep(Duration::from_millis(10)).await;
                    peer.say(OK).await;
                }
            })
        };
        let (one, two) = (slow().await, slow().await);
        let client = limited(|limits| (limits.host_idle, limits.idle) = (2, 3));
        three(&client, one).await;
        assert_eq!(client.pool().idle, 2);
        three(&client, two).await;
        assert_eq!((client.pool().idle, client.pool().open), (3, 3));
    });
}

/// A server that answers as many requests as the semaphore lets it, and notes their paths in order.
async fn gated() -> (SocketAddr, Arc<Semaphore>, Heard) {
    let (gate, heard) = (Arc::new(Semaphore::new(0)), Heard::default());
    let (inner, ears) = (gate.clone(), heard.clone());
    let address = serve(move |_, mut peer| {
        let (gate, ears) = (inner.clone(), ears.clone());
        async move {
            while let Some(request) = peer.request().await {
                ears.add(request.split(' ').nth(1).unwrap_or_default().to_owned());
                gate.acquire().await.unwrap().forget();
                peer.say(OK).await;
            }
        }
    });
    (address.await, gate, heard)
}

#[test]
fn those_who_wait_are_served_in_their_order() {
    run(async {
        let (address, gate, heard) = gated().await;
        let client = limited(|limits| limits.host_connections = 2);
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..8 {
            let client = client.clone();
            tasks.spawn(async move {
                client
                    .fetch(format!("http://{address}/{number}"))
                    .await
                    .unwrap()
                    .bytes()
                    .await
            });
            settle().await;
        }
        assert_eq!((client.pool().open, client.pool().waiting), (2, 6));
        for _ in 0..8 {
            gate.add_permits(1);
            settle().await;
        }
        while let Some(joined) = tasks.join_next().await {
            joined.unwrap().unwrap();
        }
        let order: Vec<String> = (0..8).map(|number| format!("/{number}")).collect();
        assert_eq!(heard.all(), order);
        assert_eq!((client.pool().opened, client.pool().waiting), (2, 0));
    });
}

#[test]
fn whoever_leaves_the_line_loses_nothing_for_the_others() {
    run(async {
        let (address, gate, heard) = gated().await;
        let client = limited(|limits| limits.host_connections = 1);
        let spawn = |path: &'static str| {
            let client = client.clone();
            tokio::spawn(async move {
                client
                    .fetch(format!("http://{address}{path}"))
                    .await
                    .unwrap()
                    .bytes()
                    .await
            })
        };
        let first = spawn("/a");
        settle().await;
        let second = spawn("/b");
        settle().await;
        let third = spawn("/c");
        settle().await;
        second.abort();
        settle().await;
        assert_eq!(client.pool().waiting, 1);
        gate.add_permits(2);
        first.await.unwrap().unwrap();
        third.await.unwrap().unwrap();
        assert_eq!(heard.all(), ["/a", "/c"]);
    });
}

#[test]
fn the_line_has_a_time_limit_that_is_named() {
    run(async {
        let (address, _gate, _) = gated().await;
        let client = limited(|limits| limits.host_connections = 1);
        let other = client.clone();
        let first = tokio::spawn(async move { other.fetch(format!("http://{address}/")).await });
        settle().await;
        let start = Instant::now();
        let error = client
            .fetch(format!("http://{address}/"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Queue));
        assert!(
            error.to_string().contains("within 10s (`queue_time`)"),
            "{error}"
        );
        assert_eq!(start.elapsed().as_secs(), 10);
        assert_eq!(client.pool().waiting, 0);
        first.abort();
    });
}

#[test]
fn the_line_has_an_end() {
    run(async {
        let (address, _gate, _) = gated().await;
        let client = limited(|limits| (limits.host_connections, limits.waiting) = (1, 2));
        for _ in 0..3 {
            let client = client.clone();
            tokio::spawn(async move { client.fetch(format!("http://{address}/")).await });
            settle().await;
        }
        let error = client
            .fetch(format!("http://{address}/"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    });
}

#[test]
fn hosts_share_the_connections_there_are_in_the_order_of_asking() {
    run(async {
        let (one, gate, heard) = gated().await;
        let (two, _) = answer(OK).await;
        let client = Client::builder().max_clients(1).build().unwrap();
        let spawn = |address: SocketAddr, path: &'static str| {
            let client = client.clone();
            tokio::spawn(async move {
                client
                    .fetch(format!("http://{address}{path}"))
                    .await
                    .unwrap()
                    .bytes()
                    .await
            })
        };
        let first = spawn(one, "/a");
        settle().await;
        let second = spawn(two, "/b");
        settle().await;
        let third = spawn(one, "/c");
        settle().await;
        assert_eq!((client.pool().open, client.pool().waiting), (1, 2));
        // The third could have the first's connection, but the second was there before.
        gate.add_permits(1);
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();
        gate.add_permits(1);
        third.await.unwrap().unwrap();
        assert_eq!(heard.all(), ["/a", "/c"]);
        assert_eq!(client.pool().opened, 3);
    });
}

#[test]
fn an_idle_connection_makes_room_for_one_that_is_needed() {
    run(async {
        let ((one, _), (two, _)) = (answer(OK).await, answer(OK).await);
        let client = Client::builder().max_clients(1).build().unwrap();
        get(&client, one).await;
        get(&client, two).await;
        assert_eq!((client.pool().open, client.pool().idle), (1, 1));
    });
}

#[test]
fn a_request_that_is_dropped_closes_its_connection() {
    run(async {
        let (address, _gate, _) = gated().await;
        let client = client();
        let other = client.clone();
        let task = tokio::spawn(async move { other.fetch(format!("http://{address}/")).await });
        settle().await;
        task.abort();
        settle().await;
        assert_eq!((client.pool().open, client.pool().waiting), (0, 0));
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

#[test]
fn nobody_sees_that_idle_connections_are_closed_at_random_moments() {
    let races = gustnado_tests::races::race(3_000, 16, 20);
    assert_eq!((races.failed, races.read_twice), (0, 0), "{races:?}");
    assert!(races.closed > 50, "{races:?}");
    let pool = races.pool.unwrap();
    assert!(pool.stale + pool.repeated > 0, "{races:?}");
}
