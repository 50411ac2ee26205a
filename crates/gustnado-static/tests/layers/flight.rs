//! Many who ask for the same at once, and what becomes of them when the one whose run they wait for
//! leaves, fails, or makes something that is not for them.

use std::time::Duration;

use gustnado_core::{
    Body, Error, Response,
    testing::{TestClient, TestResponse},
};
use gustnado_static::ResponseCache;
use tower_service::Service as _;

use crate::{
    desk::{Count, Fields, app, client, paused},
    keep::{MINUTE, status},
};

/// A client of a handler that takes a second, and how often that ran.
fn slow(
    cache: ResponseCache,
    answer: impl Fn(usize) -> Result<Response, Error> + Send + Sync + 'static,
) -> (TestClient, Count) {
    let count = Count::default();
    let ran = count.clone();
    let answer = std::sync::Arc::new(answer);
    let client = client(cache, move |_| {
        let (n, answer) = (count.add(), std::sync::Arc::clone(&answer));
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            answer(n)
        }
    });
    (client, ran)
}

/// Asks so often at once.
async fn at_once(client: &TestClient, times: usize) -> Vec<TestResponse> {
    let asked: Vec<_> = (0..times)
        .map(|_| tokio::spawn(client.get("/a").sent()))
        .collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn text(n: usize) -> Response {
    Response::new(200).with_text(n.to_string())
}

#[test]
fn one_run_for_all() {
    paused(async {
        let (client, ran) = slow(ResponseCache::new(), |n| Ok(text(n).fields(MINUTE)));
        let answers = at_once(&client, 1000).await;
        assert_eq!(ran.get(), 1);
        assert!(answers.iter().all(|answer| answer.text() == "0"));
        let collapsed = |answer: &&TestResponse| status(answer) == "fwd=uri-miss; collapsed";
        assert_eq!(answers.iter().filter(collapsed).count(), 999);
    });
}

#[test]
fn who_waits_for_a_stream_does_not_wait_for_a_client_that_does_not_read() {
    paused(async {
        let count = Count::default();
        let ran = count.clone();
        let mut app = app(ResponseCache::new(), move |_| {
            let n = count.add();
            async move {
                let (sender, body) = Body::channel(1);
                tokio::spawn(async move {
                    for piece in 0..100 {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                        let _ = sender.send(format!("{n}:{piece};")).await;
                    }
                });
                Ok(Response::new(200).with_text(body).fields(MINUTE))
            }
        });
        let request = http::Request::new(Body::empty());
        let lazy = app.call(request).await.unwrap();
        let client = TestClient::new(app);
        let begun = tokio::time::Instant::now();
        let asked: Vec<_> = (0..10)
            .map(|_| tokio::spawn(client.get("/").sent()))
            .collect();
        let mut lazy = lazy.into_body();
        let mut texts = Vec::new();
        for answer in asked {
            texts.push(answer.await.unwrap().text().to_owned());
        }
        assert_eq!(begun.elapsed().as_secs(), 1);
        let first = lazy.collect().await.unwrap();
        assert!(texts.iter().all(|text| *text.as_bytes() == *first));
        assert_eq!((ran.get(), first.len()), (1, 490));
    });
}

#[test]
fn what_a_client_that_left_had_made_is_kept_but_not_waited_for_without_end() {
    paused(async {
        for (pause, kept) in [(10, true), (10_000, false)] {
            let count = Count::default();
            let ran = count.clone();
            let mut app = app(ResponseCache::new(), move |_| {
                let n = count.add();
                async move {
                    let (sender, body) = Body::channel(1);
                    tokio::spawn(async move {
                        for _ in 0..3 {
                            tokio::time::sleep(Duration::from_millis(pause)).await;
                            let _ = sender.send(format!("{n};")).await;
                        }
                    });
                    Ok(Response::new(200).with_text(body).fields(MINUTE))
                }
            });
            drop(app.call(http::Request::new(Body::empty())).await.unwrap());
            tokio::time::sleep(Duration::from_secs(40)).await;
            let client = TestClient::new(app);
            let text = if kept { "0;0;0;" } else { "1;1;1;" };
            assert_eq!(client.get("/").sent().await.text(), text);
            assert_eq!(ran.get() == 1, kept);
        }
    });
}

#[test]
fn what_is_for_one_is_given_to_nobody_who_waited() {
    paused(async {
        for fields in [
            &[("cache-control", "private, max-age=60")][..],
            &[
                ("cache-control", "max-age=60"),
                ("set-cookie", "session=secret"),
            ],
            &[],
        ] {
            let (client, ran) = slow(ResponseCache::new(), |n| Ok(text(n).fields(fields)));
            let begun = tokio::time::Instant::now();
            let answers = at_once(&client, 20).await;
            assert_eq!(ran.get(), 20);
            let mut texts: Vec<_> = answers.iter().map(TestResponse::text).collect();
            texts.sort_unstable();
            texts.dedup();
            assert_eq!(texts.len(), 20, "somebody got what was for another");
            // They waited for one, and then no longer for each other.
            assert_eq!(begun.elapsed().as_secs(), 2);
            // And those who come then do not wait at all.
            let begun = tokio::time::Instant::now();
            at_once(&client, 20).await;
            assert_eq!(begun.elapsed().as_secs(), 1);
        }
    });
}

#[test]
fn a_leader_that_leaves_hands_over() {
    paused(async {
        let (client, ran) = slow(ResponseCache::new(), |n| Ok(text(n).fields(MINUTE)));
        let leader = tokio::spawn(client.get("/a").sent());
        tokio::time::sleep(Duration::from_millis(100)).await;
        let waiting = tokio::spawn({
            let client = client.clone();
            async move { at_once(&client, 10).await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        leader.abort();
        let answers = waiting.await.unwrap();
        assert_eq!(ran.get(), 2);
        assert!(answers.iter().all(|answer| answer.text() == "1"));
    });
}

#[test]
fn a_leader_whose_handler_fails_or_panics_leaves_nobody_waiting() {
    paused(async {
        for panics in [false, true] {
            let (client, ran) = slow(ResponseCache::new(), move |n| match (n, panics) {
                (0, true) => panic!("as asked"),
                (0, false) => Err(Error::new(500, "as asked")),
                _ => Ok(text(n).fields(MINUTE)),
            });
            let begun = tokio::time::Instant::now();
            let answers = at_once(&client, 5).await;
            let failed = answers
                .iter()
                .filter(|answer| answer.status() == 500)
                .count();
            assert_eq!(failed, 1);
            assert_eq!(begun.elapsed().as_secs(), 2);
            assert_eq!(ran.get(), 5);
            assert!(status(&client.get("/a").sent().await).starts_with("hit"));
        }
    });
}

#[test]
fn nobody_waits_longer_than_the_bound() {
    paused(async {
        let cache = ResponseCache::new().limits(|limits| limits.wait = Duration::from_millis(300));
        let (client, ran) = slow(cache, |n| Ok(text(n).fields(MINUTE)));
        let begun = tokio::time::Instant::now();
        at_once(&client, 3).await;
        assert_eq!(ran.get(), 3);
        assert_eq!(begun.elapsed().as_millis(), 1300);
    });
}

#[test]
fn who_waited_for_another_variant_gets_their_own() {
    paused(async {
        let count = Count::default();
        let ran = count.clone();
        let client = client(
            ResponseCache::new(),
            move |request: gustnado_core::Request| {
                count.add();
                let language = request.headers()["accept-language"]
                    .to_str()
                    .unwrap()
                    .to_owned();
                async move {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    let vary = [("vary", "accept-language")];
                    Ok(Response::new(200)
                        .with_text(language)
                        .fields(MINUTE)
                        .fields(&vary))
                }
            },
        );
        let asked: Vec<_> = (0..30)
            .map(|n| {
                let language = ["en", "de", "fr"][n % 3];
                let request = client.get("/a").header("accept-language", language);
                (language, tokio::spawn(request.sent()))
            })
            .collect();
        for (language, answer) in asked {
            assert_eq!(answer.await.unwrap().text(), language);
        }
        assert_eq!(ran.get(), 3);
    });
}

#[test]
fn stale_while_another_is_made() {
    paused(async {
        let cache = ResponseCache::new().stale_while_revalidate(Duration::from_secs(30));
        let (client, ran) = slow(cache, |n| Ok(text(n).fields(MINUTE)));
        assert_eq!(client.get("/a").sent().await.text(), "0");
        tokio::time::sleep(Duration::from_secs(61)).await;
        let begun = tokio::time::Instant::now();
        let answers = at_once(&client, 10).await;
        assert_eq!(begun.elapsed(), Duration::ZERO, "somebody waited");
        assert!(answers.iter().all(|answer| answer.text() == "0"));
        assert_eq!(status(&answers[0]), "hit; ttl=-1");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(client.get("/a").sent().await.text(), "1");
        assert_eq!(ran.get(), 2);
        // Too stale: made while one waits.
        tokio::time::sleep(Duration::from_secs(100)).await;
        assert_eq!(client.get("/a").sent().await.text(), "2");
    });
}

#[test]
fn stale_instead_of_an_error() {
    paused(async {
        for panics in [false, true] {
            let cache = ResponseCache::new().stale_if_error(Duration::from_secs(30));
            let (client, ran) = slow(cache, move |n| match (n, panics) {
                (0 | 4.., _) => Ok(text(n).fields(MINUTE)),
                (_, true) => panic!("as asked"),
                (_, false) => Err(Error::new(503, "as asked")),
            });
            assert_eq!(client.get("/a").sent().await.text(), "0");
            tokio::time::sleep(Duration::from_secs(61)).await;
            // One run, and a stale reply for all.
            let answers = at_once(&client, 10).await;
            assert!(answers.iter().all(|answer| answer.text() == "0"));
            assert_eq!(ran.get(), 2);
            let code = if panics { 500 } else { 503 };
            let expected = format!("fwd=stale; fwd-status={code}; detail=stale-if-error");
            assert!(answers.iter().any(|answer| status(answer) == expected));
            assert_eq!(answers[0].header("age").parse::<u32>().unwrap(), 62);
            tokio::time::sleep(Duration::from_secs(30)).await;
            assert_eq!(client.get("/a").sent().await.status(), code);
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(client.get("/a").sent().await.status(), code);
            assert_eq!(client.get("/a").sent().await.text(), "4");
        }
    });
}

#[test]
fn a_refresh_whose_reply_is_not_to_be_kept_has_the_old_one_forgotten() {
    paused(async {
        let cache = ResponseCache::new().stale_while_revalidate(Duration::from_secs(300));
        let (client, _) = slow(cache, |n| match n {
            0 => Ok(text(n).fields(MINUTE)),
            _ => Ok(text(n).fields(&[("cache-control", "private")])),
        });
        assert_eq!(client.get("/a").sent().await.text(), "0");
        tokio::time::sleep(Duration::from_secs(61)).await;
        assert_eq!(client.get("/a").sent().await.text(), "0");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(client.get("/a").sent().await.text(), "2");
    });
}
