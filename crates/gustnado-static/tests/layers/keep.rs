//! Replies that are kept: which, for how long, for whom, and what is said of them.

use std::{pin::Pin, time::Duration};

use gustnado_core::{
    Application, Body, Error, Group, Response,
    testing::{TestClient, TestResponse},
};
use gustnado_static::ResponseCache;
use http::{HeaderMap, HeaderValue};
use http_body::{Body as _, Frame};
use tower_service::Service as _;

use crate::desk::{Count, Fields, Handler, Odd, answering, app, paused, pieces};

/// A client of a handler that counts its runs in the reply, which has these fields.
pub(crate) fn counting(
    cache: ResponseCache,
    fields: &'static [(&'static str, &'static str)],
) -> TestClient {
    let count = Count::default();
    answering(cache, move |request| {
        let path = request.uri().to_string();
        let text = format!("{} {path}", count.add());
        Response::new(200).with_text(text).fields(fields)
    })
}

pub(crate) const MINUTE: &[(&str, &str)] = &[("cache-control", "max-age=60")];

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

pub(crate) fn status(answer: &TestResponse) -> &str {
    let status = answer.header("cache-status");
    status.strip_prefix("gustnado; ").unwrap_or(status)
}

#[test]
fn a_reply_is_kept_for_as_long_as_it_says() {
    paused(async {
        let client = counting(ResponseCache::new(), MINUTE);
        let first = client.get("/a").sent().await;
        assert_eq!(
            (first.text(), status(&first)),
            ("0 /a", "fwd=uri-miss; stored")
        );
        assert_eq!(first.header("age"), "");
        seconds(59).await;
        let second = client.get("/a").sent().await;
        assert_eq!((second.text(), status(&second)), ("0 /a", "hit; ttl=1"));
        assert_eq!(
            (second.header("age"), second.header("content-type")),
            ("59", first.header("content-type"))
        );
        assert_ne!(second.header("date"), "");
        seconds(1).await;
        let third = client.get("/a").sent().await;
        assert_eq!(
            (third.text(), status(&third)),
            ("1 /a", "fwd=stale; stored")
        );
    });
}

#[test]
fn without_a_time_nothing_is_kept_unless_the_layer_has_one() {
    paused(async {
        let client = counting(ResponseCache::new(), &[]);
        assert_eq!(client.get("/a").sent().await.text(), "0 /a");
        let answer = client.get("/a").sent().await;
        assert_eq!(
            (answer.text(), status(&answer)),
            ("1 /a", "fwd=uri-miss; detail=no-lifetime")
        );
        let cache = ResponseCache::new().default_time(Duration::from_secs(5));
        let client = counting(cache, &[]);
        assert_eq!(client.get("/a").sent().await.text(), "0 /a");
        seconds(4).await;
        assert_eq!(client.get("/a").sent().await.text(), "0 /a");
        seconds(1).await;
        assert_eq!(client.get("/a").sent().await.text(), "1 /a");
    });
}

#[test]
fn what_is_for_one_client_is_kept_for_nobody() {
    paused(async {
        for (fields, why) in [
            (&[("set-cookie", "a=b")][..], "set-cookie"),
            (&[("cache-control", "private")], "private"),
            (&[("cache-control", "no-store")], "no-store"),
            (&[("vary", "*")], "vary"),
            (&[("vary", "accept, *")], "vary"),
        ] {
            let count = Count::default();
            let client = answering(ResponseCache::new(), move |_| {
                let text = count.add().to_string();
                Response::new(200)
                    .with_text(text)
                    .fields(MINUTE)
                    .fields(fields)
            });
            assert_eq!(client.get("/a").sent().await.text(), "0", "{why}");
            let answer = client.get("/a").sent().await;
            assert_eq!(answer.text(), "1", "{why}");
            assert_eq!(status(&answer), format!("fwd=uri-miss; detail={why}"));
        }
    });
}

#[test]
fn who_says_who_they_are_shares_with_nobody_unless_the_reply_is_for_all() {
    paused(async {
        for (value, shared) in [
            ("max-age=60", false),
            ("public, max-age=60", true),
            ("s-maxage=60", true),
        ] {
            for field in [("cookie", "id=7"), ("authorization", "Basic eA==")] {
                let count = Count::default();
                let client = answering(ResponseCache::new(), move |_| {
                    let text = count.add().to_string();
                    Response::new(200)
                        .with_text(text)
                        .fields(&[("cache-control", value)])
                });
                let anonymous = client.get("/a").sent().await;
                let personal = client.get("/a").fields(&[field]).sent().await;
                assert_eq!((anonymous.text(), personal.text()), ("0", "1"), "{value}");
                let again = client.get("/a").fields(&[field]).sent().await;
                assert_eq!(again.text() == "1", shared, "{value}");
                assert_eq!(client.get("/a").sent().await.text(), "0", "{value}");
            }
        }
    });
}

#[test]
fn a_key_is_all_that_names_the_target() {
    paused(async {
        let client = counting(ResponseCache::new(), MINUTE);
        let mut texts = Vec::new();
        for (target, fields) in [
            ("/a", &[][..]),
            ("/a?", &[]),
            ("/a?x=1", &[]),
            ("/a?x=2", &[]),
            ("/A", &[]),
            ("/%61", &[]),
            ("/a/", &[]),
            ("/a", &[("host", "one.example")]),
            ("/a", &[("host", "other.example")]),
            ("/a", &[("host", "other.example:8888")]),
        ] {
            for _ in 0..2 {
                let answer = client.get(target).fields(fields).sent().await;
                texts.push(answer.text().to_owned());
            }
        }
        let secure = client.get("/a").over_tls().sent().await;
        texts.push(secure.text().to_owned());
        texts.dedup();
        assert_eq!(texts.len(), 11, "{texts:?}");
        // Hosts have no case.
        let answer = client.get("/a").header("host", "ONE.example").sent().await;
        assert!(status(&answer).starts_with("hit"), "{answer:?}");
        // What nobody trusts is no host.
        let fields = [
            ("host", "one.example"),
            ("x-forwarded-host", "evil.example"),
        ];
        let answer = client.get("/a").fields(&fields).sent().await;
        assert!(status(&answer).starts_with("hit"), "{answer:?}");
    });
}

#[test]
fn what_a_trusted_proxy_was_asked_for_is_in_the_key() {
    paused(async {
        let count = Count::default();
        let handler = Handler(move |_| {
            let text = count.add().to_string();
            async move { Ok::<_, Error>(Response::new(200).with_text(text).fields(MINUTE)) }
        });
        let app = Application::new()
            .trust(["10.0.0.0/8"])
            .layer(ResponseCache::new());
        let client = TestClient::new(app.mount("/", handler).build().unwrap());
        let ask = |host: &'static str, proto: &'static str| {
            let request = client
                .get("/")
                .from_peer([10, 0, 0, 1])
                .header("host", "inner");
            request
                .header("x-forwarded-host", host)
                .header("x-forwarded-proto", proto)
                .sent()
        };
        assert_eq!(ask("one.example", "https").await.text(), "0");
        assert_eq!(ask("other.example", "https").await.text(), "1");
        assert_eq!(ask("one.example", "http").await.text(), "2");
        assert_eq!(ask("one.example", "https").await.text(), "0");
    });
}

#[test]
fn two_routes_under_guards_have_no_reply_in_common() {
    paused(async {
        let page = |text: &'static str| {
            Handler(move |_| async move {
                Ok::<_, Error>(Response::new(200).with_text(text).fields(MINUTE))
            })
        };
        let beta = http::HeaderValue::from_static("yes");
        let guarded = Group::new("").guard_header("x-beta".parse().unwrap(), beta);
        let app = Application::new()
            .layer(ResponseCache::new())
            .group(guarded.mount("/", page("beta")))
            .mount("/", page("all"));
        let client = TestClient::new(app.build().unwrap());
        for _ in 0..2 {
            assert_eq!(
                client.get("/").header("x-beta", "yes").sent().await.text(),
                "beta"
            );
            assert_eq!(client.get("/").sent().await.text(), "all");
        }
    });
}

#[test]
fn parameters_that_do_not_count_are_not_seen_by_handlers_either() {
    paused(async {
        let client = counting(ResponseCache::new().query_only(["page"]), MINUTE);
        for target in [
            "/a?page=1",
            "/a?utm=evil&page=1",
            "/a?page=1&x=<script>".replace(['<', '>'], "").as_str(),
        ] {
            assert_eq!(
                client.get(target).sent().await.text(),
                "0 /a?page=1",
                "{target}"
            );
        }
        assert_eq!(client.get("/a?x").sent().await.text(), "1 /a");
        assert_eq!(client.get("/a").sent().await.text(), "1 /a");
        let client = counting(ResponseCache::new().query_without(["utm"]), MINUTE);
        assert_eq!(client.get("/a?utm=1&b=2").sent().await.text(), "0 /a?b=2");
        assert_eq!(client.get("/a?b=2").sent().await.text(), "0 /a?b=2");
        assert_eq!(client.get("/a?b=2&c").sent().await.text(), "1 /a?b=2&c");
    });
}

#[test]
fn vary_tells_requests_apart() {
    paused(async {
        let cache = ResponseCache::new();
        let client = counting(
            cache,
            &[("cache-control", "max-age=60"), ("vary", "accept-language")],
        );
        let ask = |language: &'static str| {
            let request = client.get("/a").header("x-other", language);
            request.header("accept-language", language).sent()
        };
        assert_eq!(ask("en").await.text(), "0 /a");
        let answer = ask("de").await;
        assert_eq!(
            (answer.text(), status(&answer)),
            ("1 /a", "fwd=vary-miss; stored")
        );
        assert_eq!(answer.header("vary"), "accept-language");
        assert_eq!(ask("en").await.text(), "0 /a");
        assert_eq!(ask("de").await.text(), "1 /a");
        assert_eq!(client.get("/a").sent().await.text(), "2 /a");
    });
}

#[test]
fn variants_are_bounded() {
    paused(async {
        let cache = ResponseCache::new().limits(|limits| limits.variants = 4);
        let handle = cache.handle();
        let client = counting(cache, &[("cache-control", "max-age=60"), ("vary", "x-any")]);
        for n in 0..1000 {
            client
                .get("/a")
                .header("x-any", &n.to_string())
                .sent()
                .await;
        }
        let stats = handle.stats();
        assert!(stats.bytes < 4096, "{stats:?}");
        assert_eq!(
            client.get("/a").header("x-any", "999").sent().await.text(),
            "999 /a"
        );
        assert_eq!(
            client.get("/a").header("x-any", "0").sent().await.text(),
            "1000 /a"
        );
    });
}

#[test]
fn what_is_too_large_is_not_kept() {
    paused(async {
        let cache = || ResponseCache::new().limits(|limits| limits.reply = 4096);
        for (fields, length, kept) in [
            ("x".to_owned(), 3000, true),
            ("x".to_owned(), 4096, false),
            ("x".repeat(5000), 10, false),
        ] {
            let count = Count::default();
            let client = answering(cache(), move |_| {
                let text = format!("{:>length$}", count.add());
                Response::new(200)
                    .with_text(text)
                    .fields(MINUTE)
                    .fields(&[("x-large", &fields)])
            });
            client.get("/a").sent().await;
            let again = client.get("/a").sent().await;
            assert_eq!(again.text().trim() == "0", kept, "{length}");
        }
        let client = counting(
            cache(),
            &[("cache-control", "max-age=60"), ("vary", "x-any")],
        );
        for n in ["0 /a", "1 /a"] {
            let answer = client
                .get("/a")
                .header("x-any", &"x".repeat(5000))
                .sent()
                .await;
            assert_eq!(
                (answer.text(), status(&answer)),
                (n, "fwd=uri-miss; detail=vary")
            );
        }
        let long = format!("/{}", "x".repeat(9000));
        let answer = counting(cache(), MINUTE).get(&long).sent().await;
        assert_ne!(status(&answer), "fwd=uri-miss; stored");
    });
}

#[test]
fn memory_is_bounded() {
    paused(async {
        let cache = ResponseCache::new().limits(|limits| limits.memory = 1024 * 1024);
        let handle = cache.handle();
        let client = answering(cache, |_| {
            Response::new(200)
                .with_text("x".repeat(10_000))
                .fields(MINUTE)
        });
        for n in 0..500 {
            client.get(&format!("/{n}")).sent().await;
        }
        let stats = handle.stats();
        assert!(stats.bytes <= 1024 * 1024, "{stats:?}");
        assert!(stats.targets > 50, "{stats:?}");
    });
}

#[test]
fn head_is_answered_by_what_get_left_and_leaves_nothing() {
    paused(async {
        let client = counting(ResponseCache::new(), MINUTE);
        let answer = client.head("/a").sent().await;
        assert_eq!((status(&answer), answer.text()), ("fwd=uri-miss", ""));
        assert_eq!(client.get("/a").sent().await.text(), "1 /a");
        let answer = client.head("/a").sent().await;
        assert_eq!((status(&answer), answer.text()), ("hit; ttl=60", ""));
        assert_eq!(answer.header("content-length"), "4");
    });
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    paused(async {
        let modified = "Sun, 06 Nov 1994 08:49:37 GMT";
        let client = counting(
            ResponseCache::new(),
            &[
                ("cache-control", "max-age=60"),
                ("etag", "\"abc\""),
                ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ],
        );
        // The first has it made whole, for those who come after.
        for (fields, expected) in [
            (&[("if-none-match", "\"abc\"")][..], 304),
            (&[("if-none-match", "W/\"abc\"")], 304),
            (&[("if-none-match", "\"x\"")], 200),
            (
                &[("if-none-match", "\"x\""), ("if-modified-since", modified)],
                200,
            ),
            (&[("if-modified-since", modified)], 304),
            (
                &[("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT")],
                200,
            ),
            (&[], 200),
        ] {
            let answer = client.get("/a").fields(fields).sent().await;
            assert_eq!(answer.status(), expected, "{fields:?}");
            assert_eq!(answer.header("etag"), "\"abc\"");
            let text = if expected == 304 { "" } else { "0 /a" };
            assert_eq!(answer.text(), text, "{fields:?}");
            assert_eq!(answer.header("content-type").is_empty(), expected == 304);
        }
    });
}

#[test]
fn a_part_goes_to_the_handler_and_is_never_kept() {
    paused(async {
        let count = Count::default();
        let client = answering(ResponseCache::new(), move |request| {
            let n = count.add();
            if request.headers().contains_key("range") {
                let range = [("content-range", "bytes 0-0/2")];
                return Response::new(206)
                    .with_text(format!("part {n}"))
                    .fields(MINUTE)
                    .fields(&range);
            }
            Response::new(200)
                .with_text(format!("whole {n}"))
                .fields(MINUTE)
        });
        let part = || client.get("/a").header("range", "bytes=0-0").sent();
        let answer = part().await;
        assert_eq!(
            (answer.text(), status(&answer)),
            ("part 0", "fwd=bypass; detail=range")
        );
        assert_eq!(client.get("/a").sent().await.text(), "whole 1");
        assert_eq!(part().await.text(), "part 2");
        assert_eq!(client.get("/a").sent().await.text(), "whole 1");
    });
}

#[test]
fn what_is_not_in_the_key_is_not_asked_for_others() {
    paused(async {
        let client = counting(ResponseCache::new(), MINUTE);
        for (field, why) in [
            (("if-match", "\"x\""), "precondition"),
            (
                ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:37 GMT"),
                "precondition",
            ),
            (("upgrade", "websocket"), "upgrade"),
        ] {
            let answer = client.get("/a").fields(&[field]).sent().await;
            assert_eq!(status(&answer), format!("fwd=bypass; detail={why}"));
        }
        let answer = client
            .get("/a")
            .body("a body that a handler may look at")
            .sent()
            .await;
        assert_eq!(status(&answer), "fwd=bypass; detail=body");
        assert_eq!(
            status(&client.get("/a").sent().await),
            "fwd=uri-miss; stored"
        );
    });
}

#[test]
fn what_clients_may_ask_for() {
    paused(async {
        let client = counting(ResponseCache::new(), MINUTE);
        let ask = |value: &'static str| client.get("/a").header("cache-control", value).sent();
        let answer = ask("only-if-cached").await;
        assert_eq!(
            (answer.status(), status(&answer)),
            (504, "fwd=uri-miss; detail=only-if-cached")
        );
        let answer = ask("no-store").await;
        assert_eq!((answer.text(), status(&answer)), ("0 /a", "fwd=uri-miss"));
        assert_eq!(client.get("/a").sent().await.text(), "1 /a");
        for value in ["only-if-cached", "no-store", "no-cache", "max-age=0"] {
            assert_eq!(ask(value).await.text(), "1 /a", "{value}");
        }
        let client = counting(ResponseCache::new().reload(), MINUTE);
        let ask = |value: &'static str| client.get("/a").header("cache-control", value).sent();
        assert_eq!(client.get("/a").sent().await.text(), "0 /a");
        let answer = ask("no-cache").await;
        assert_eq!(
            (answer.text(), status(&answer)),
            ("1 /a", "fwd=request; stored")
        );
        assert_eq!(client.get("/a").sent().await.text(), "1 /a");
    });
}

#[test]
fn streams_are_kept_when_they_have_ended_well() {
    paused(async {
        let count = Count::default();
        let client = answering(ResponseCache::new(), move |_| {
            let body = pieces([format!("{} ", count.add()), "pieces".into()]);
            Response::new(200).with_text(body).fields(MINUTE)
        });
        let first = client.get("/a").sent().await;
        assert_eq!((first.text(), status(&first)), ("0 pieces", "fwd=uri-miss"));
        let second = client.get("/a").sent().await;
        assert_eq!(
            (second.text(), status(&second)),
            ("0 pieces", "hit; ttl=60")
        );
        assert_eq!(second.header("content-length"), "");
    });
}

#[test]
fn a_reply_with_trailers_passes_and_is_not_kept() {
    paused(async {
        let count = Count::default();
        let mut app = app(ResponseCache::new(), move |_| {
            let text = count.add().to_string();
            let mut trailers = HeaderMap::new();
            trailers.insert("x-sum", HeaderValue::from_static("7"));
            let frames = vec![Ok(Frame::data(text.into())), Ok(Frame::trailers(trailers))];
            let answer = Response::new(200).with_text(Body::new(Odd(frames)));
            async move { Ok(answer.fields(MINUTE)) }
        });
        for n in ["0", "1"] {
            let answer = app.call(http::Request::new(Body::empty())).await.unwrap();
            let mut body = answer.into_body();
            let mut frames = Vec::new();
            while let Some(frame) = next_frame(&mut body).await {
                frames.push(frame);
            }
            assert_eq!(frames[0].data_ref().unwrap(), n);
            assert_eq!(frames[1].trailers_ref().unwrap()["x-sum"], "7");
        }
    });
}

async fn next_frame(body: &mut Body) -> Option<Frame<bytes::Bytes>> {
    let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
    frame.await.map(Result::unwrap)
}

#[test]
fn a_stream_that_is_too_large_passes_whole() {
    paused(async {
        let count = Count::default();
        let cache = ResponseCache::new().limits(|limits| limits.reply = 10_000);
        let handle = cache.handle();
        let client = answering(cache, move |_| {
            count.add();
            let body = pieces((0..100).map(|n| format!("{n:>1000}")));
            Response::new(200).with_text(body).fields(MINUTE)
        });
        let expected: String = (0..100).map(|n| format!("{n:>1000}")).collect();
        for _ in 0..2 {
            let answer = client.get("/a").sent().await;
            assert_eq!(answer.text(), expected);
        }
        assert_eq!(handle.stats().misses, 2);
        assert!(handle.stats().bytes < 1000);
    });
}

#[test]
fn a_stream_that_is_not_whole_is_not_kept() {
    paused(async {
        for how in ["fails", "panics", "short"] {
            let count = Count::default();
            let client = answering(ResponseCache::new(), move |_| {
                let n = count.add();
                let (sender, body) = Body::channel(4);
                tokio::spawn(async move {
                    let _ = sender.send("some ").await;
                    match (n, how) {
                        (0, "fails") => sender.fail("no more").await,
                        (0, "panics") => panic!("as asked"),
                        (0, _) => {}
                        _ => drop(sender.send("more").await),
                    }
                });
                let answer = Response::new(200).with_text(body).fields(MINUTE);
                match how {
                    "short" => answer.fields(&[("content-length", "9")]),
                    _ => answer,
                }
            });
            let first = tokio::spawn(client.get("/a").sent()).await;
            assert_eq!(first.is_ok(), how == "short", "{how}");
            let again = client.get("/a").sent().await;
            assert_eq!(again.text(), "some more", "{how}");
        }
    });
}

#[test]
fn other_methods_pass_and_those_that_change_have_it_forgotten() {
    paused(async {
        let count = Count::default();
        let client = answering(ResponseCache::new(), move |request| {
            let n = count.add();
            let code = if request.query() == Some("fail") {
                400
            } else {
                200
            };
            Response::new(code).with_text(n.to_string()).fields(MINUTE)
        });
        let get = || client.get("/a").sent();
        assert_eq!(get().await.text(), "0");
        let answer = client.request(http::Method::OPTIONS, "/a").sent().await;
        assert_eq!((answer.text(), status(&answer)), ("1", "fwd=method"));
        assert_eq!(get().await.text(), "0");
        assert_eq!(client.post("/b").sent().await.text(), "2");
        assert_eq!(client.post("/a?fail").sent().await.text(), "3");
        assert_eq!(get().await.text(), "0");
        assert_eq!(client.post("/a").sent().await.text(), "4");
        assert_eq!(get().await.text(), "5");
        let cookie = ("cookie", "a=b");
        assert_eq!(
            client.delete("/a").fields(&[cookie]).sent().await.text(),
            "6"
        );
        assert_eq!(get().await.text(), "7");
    });
}

#[test]
fn a_request_that_is_wrong_leaves_nothing_to_others() {
    paused(async {
        let count = Count::default();
        let cache = ResponseCache::new().stale_if_error(Duration::from_secs(600));
        let client = answering(cache, move |request| {
            let n = count.add();
            let wrong = request.headers().contains_key("x-wrong");
            let code = match n {
                4 => 503,
                _ if wrong => 400,
                _ => 200,
            };
            Response::new(code).with_text(n.to_string()).fields(MINUTE)
        });
        let wrong = || client.get("/a").header("x-wrong", "yes").sent();
        assert_eq!((wrong().await.status(), wrong().await.status()), (400, 400));
        assert_eq!(client.get("/a").sent().await.text(), "2");
        assert_eq!(wrong().await.text(), "2");
        seconds(61).await;
        // What was kept before is still good in place of an error.
        assert_eq!(wrong().await.status(), 400);
        assert_eq!(client.get("/a").sent().await.text(), "2");
        assert_eq!(client.get("/a").sent().await.text(), "5");
    });
}

#[test]
fn the_status_can_be_left_out() {
    let client = counting(ResponseCache::new().without_status(), MINUTE);
    assert_eq!(client.get("/a").send().header("cache-status"), "");
    assert_eq!(client.get("/a").send().header("cache-status"), "");
}
