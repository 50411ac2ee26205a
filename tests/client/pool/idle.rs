//! Connections that nobody uses: how long they are kept, how many, and that their end is noticed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::{sync::Semaphore, time::sleep};

use super::{OK, get, limited, three};
use crate::peer::{answer, client, run, serve};

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
