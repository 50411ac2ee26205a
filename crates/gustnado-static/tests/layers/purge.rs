//! What is forgotten when it is purged, also of what is on its way.

use std::{sync::Arc, time::Duration};

use gustnado_core::{Application, Error, Response, testing::TestClient};
use gustnado_static::{CacheHandle, ResponseCache};
use tokio::sync::Notify;

use crate::desk::{Count, Fields, Handler, answering, client, paused};

fn tagged(cache: ResponseCache) -> TestClient {
    let count = Count::default();
    answering(cache, move |request| {
        let tags = match request.path() {
            "/users/7" => "user-7, users",
            "/users" => "users",
            _ => "",
        };
        let fields = [("cache-control", "max-age=60"), ("cache-tag", tags)];
        Response::new(200)
            .with_text(count.add().to_string())
            .fields(&fields)
    })
}

/// The runs of the handler that were needed to ask for all of these again.
async fn runs(client: &TestClient, handle: &CacheHandle) -> [bool; 4] {
    let before = handle.stats().misses;
    let mut run = [false; 4];
    let mut so_far = before;
    for (n, target) in ["/users/7", "/users/7?x=1", "/users", "/other"]
        .iter()
        .enumerate()
    {
        client.get(target).sent().await;
        let now = handle.stats().misses;
        run[n] = now > so_far;
        so_far = now;
    }
    run
}

#[test]
fn by_tag_by_path_and_all() {
    paused(async {
        let cache = ResponseCache::new();
        let handle = cache.handle();
        let client = tagged(cache);
        assert_eq!(runs(&client, &handle).await, [true; 4]);
        assert_eq!(runs(&client, &handle).await, [false; 4]);
        for (purge, expected) in [
            (
                Box::new(|handle: &CacheHandle| handle.purge_tag("user-7"))
                    as Box<dyn Fn(&CacheHandle)>,
                [true, true, false, false],
            ),
            (
                Box::new(|handle| handle.purge_tag("users")),
                [true, true, true, false],
            ),
            (Box::new(|handle| handle.purge_tag("user")), [false; 4]),
            (
                Box::new(|handle| handle.purge_path("/users")),
                [false, false, true, false],
            ),
            (
                Box::new(|handle| handle.purge_path("/users/7")),
                [true, true, false, false],
            ),
            (
                Box::new(|handle| handle.purge_below("/users/")),
                [true, true, false, false],
            ),
            (Box::new(|handle| handle.purge_below("/")), [true; 4]),
            (Box::new(CacheHandle::purge_all), [true; 4]),
        ] {
            purge(&handle);
            assert_eq!(runs(&client, &handle).await, expected);
            assert_eq!(runs(&client, &handle).await, [false; 4]);
        }
    });
}

#[test]
fn clients_see_no_tags_unless_they_are_to() {
    paused(async {
        for (cache, expected) in [
            (ResponseCache::new(), ""),
            (ResponseCache::new().show_tags(), "user-7, users"),
        ] {
            let client = tagged(cache);
            for request in [
                client.get("/users/7"),
                client.get("/users/7"),
                client.get("/users/7").header("range", "bytes=0-1"),
                client.head("/users/7"),
                client.post("/users/7"),
            ] {
                assert_eq!(request.sent().await.header("cache-tag"), expected);
            }
        }
    });
}

#[test]
fn a_handler_purges_by_the_handle_in_its_state() {
    paused(async {
        let cache = ResponseCache::new();
        let handle = cache.handle();
        let count = Count::default();
        let purges = handle.clone();
        let app = Application::new().state(handle).layer(cache);
        let handler = Handler(move |request: gustnado_core::Request| {
            if request.path() == "/edit" {
                purges.purge_path("/page");
            }
            let answer = Response::new(200).with_text(count.add().to_string());
            let answer = answer.fields(&[("cache-control", "max-age=60")]);
            async move { Ok::<_, Error>(answer) }
        });
        let client = TestClient::new(app.mount("/", handler).build().unwrap());
        assert_eq!(client.get("/page").sent().await.text(), "0");
        assert_eq!(client.get("/page").sent().await.text(), "0");
        client.post("/edit").sent().await;
        assert_eq!(client.get("/page").sent().await.text(), "2");
    });
}

#[test]
fn what_was_begun_before_a_purge_is_not_kept_and_not_given_to_those_who_come_after() {
    paused(async {
        for purge in ["tag", "path", "post", "other"] {
            let cache = ResponseCache::new();
            let handle = cache.handle();
            let (count, go) = (Count::default(), Arc::new(Notify::new()));
            let gate = Arc::clone(&go);
            let client = client(cache, move |request| {
                let (n, gate) = (count.add(), Arc::clone(&gate));
                async move {
                    if *request.method() == http::Method::GET && n == 0 {
                        gate.notified().await;
                    }
                    let fields = [("cache-control", "max-age=60"), ("cache-tag", "old")];
                    Ok(Response::new(200).with_text(n.to_string()).fields(&fields))
                }
            });
            let early = tokio::spawn(client.get("/a").sent());
            tokio::time::sleep(Duration::from_millis(1)).await;
            match purge {
                "tag" => handle.purge_tag("old"),
                "path" => handle.purge_path("/a"),
                "post" => drop(client.post("/a").sent().await),
                _ => handle.purge_path("/b"),
            }
            let late = tokio::spawn(client.get("/a").sent());
            tokio::time::sleep(Duration::from_millis(1)).await;
            go.notify_one();
            assert_eq!(early.await.unwrap().text(), "0", "{purge}");
            let late = late.await.unwrap();
            let again = client.get("/a").sent().await;
            assert_eq!(late.text(), again.text(), "{purge}");
            assert_eq!(late.text() == "0", purge == "other", "{purge}");
        }
    });
}
