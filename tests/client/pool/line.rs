//! Those who wait for a connection: who is next, how long, how many.

use std::net::SocketAddr;

use gustnado::{
    Bytes,
    client::{Client, Error, ErrorKind, Phase},
};
use tokio::time::Instant;

use super::{OK, gated, get, limited, settle};
use crate::peer::{answer, client, run};

/// An answer to its end, so that its connection is free for the next.
async fn whole(client: &Client, address: SocketAddr, path: &str) -> Result<Bytes, Error> {
    let answer = client.fetch(format!("http://{address}{path}")).await;
    answer.unwrap().bytes().await
}

#[test]
fn those_who_wait_are_served_in_their_order() {
    run(async {
        let (address, gate, heard) = gated().await;
        let client = limited(|limits| limits.host_connections = 2);
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..8 {
            let client = client.clone();
            tasks.spawn(async move { whole(&client, address, &format!("/{number}")).await });
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
        let pool = client.pool();
        assert_eq!((pool.opened, pool.reused, pool.waiting), (2, 6, 0));
    });
}

#[test]
fn no_connection_is_opened_where_one_is_on_its_way_for_nobody() {
    run(async {
        let (address, gate, _) = gated().await;
        let client = client();
        // Two at once open two, but the second has that of the first once it is free.
        for round in 0..5 {
            gate.add_permits(2);
            let one = || whole(&client, address, "/");
            let (one, two) = futures_util::future::join(one(), one()).await;
            assert!(one.is_ok() && two.is_ok());
            assert!(client.pool().opened <= 2, "{round}");
        }
    });
}

#[test]
fn whoever_leaves_the_line_loses_nothing_for_the_others() {
    run(async {
        let (address, gate, heard) = gated().await;
        let client = limited(|limits| limits.host_connections = 1);
        let spawn = |path: &'static str| {
            let client = client.clone();
            tokio::spawn(async move { whole(&client, address, path).await })
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
            tokio::spawn(async move { whole(&client, address, path).await })
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
