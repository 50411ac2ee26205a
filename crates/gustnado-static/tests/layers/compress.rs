//! Replies that are coded, and what is said of them.

use gustnado_core::{Body, Response, testing::TestClient};
use gustnado_static::Compress;
use http::{HeaderMap, HeaderValue};
use http_body::Frame;

use crate::desk::{Fields, Odd, answering, decoded, pieces};

fn text(length: usize) -> String {
    let words = "all the leaves are brown and the sky is grey ";
    words.chars().cycle().take(length).collect()
}

/// A reply of text; what is asked for in the query is its length.
fn site(layer: Compress) -> TestClient {
    answering(layer, |request| {
        let length = request.query().map_or(5000, |query| query.parse().unwrap());
        match request.path() {
            "/stream" => {
                let body = pieces(text(length).as_bytes().chunks(777).map(<[u8]>::to_vec));
                Response::new(200).with_text(body)
            }
            "/tagged" => Response::new(200)
                .with_text(text(length))
                .fields(&[("etag", "\"abc\"")]),
            "/tagged-stream" => Response::new(200)
                .with_text(pieces([text(length)]))
                .fields(&[("etag", "\"abc\"")]),
            _ => Response::new(200).with_text(text(length)),
        }
    })
}

#[test]
fn the_client_chooses() {
    let client = site(Compress::new());
    for (accept, expected) in [
        ("gzip, deflate, br, zstd", "br"),
        (
            "gzip, zstd",
            if cfg!(feature = "zstd") {
                "zstd"
            } else {
                "gzip"
            },
        ),
        ("gzip", "gzip"),
        ("br;q=0.1, zstd;q=0.2, gzip;q=0.3", "gzip"),
        ("gzip;q=0", ""),
        ("*", "br"),
        ("identity, gzip;q=0.5", ""),
        ("*;q=0", ""),
        ("", ""),
    ] {
        for path in ["/", "/stream", "/?1100000"] {
            let answer = client.get(path).header("accept-encoding", accept).send();
            assert_eq!(answer.status(), 200, "{accept}");
            assert_eq!(
                answer.header("content-encoding"),
                expected,
                "{path} {accept}"
            );
            assert_eq!(answer.header("vary"), "accept-encoding", "{path} {accept}");
            let length = if path == "/?1100000" { 1_100_000 } else { 5000 };
            assert_eq!(decoded(&answer), text(length).as_bytes(), "{path} {accept}");
            if !expected.is_empty() {
                assert!(answer.bytes().len() < length / 10, "{path} {accept}");
            }
        }
    }
}

#[test]
fn codings_and_types_and_bounds_can_be_chosen() {
    let layer = Compress::new()
        .without_brotli()
        .without_zstd()
        .gzip_level(1);
    let client = site(layer.limits(|limits| limits.from = 100));
    let ask = |path: &str| {
        client
            .get(path)
            .header("accept-encoding", "br, zstd, gzip")
            .send()
    };
    assert_eq!(ask("/?100").header("content-encoding"), "gzip");
    let small = ask("/?99");
    assert_eq!(
        (small.header("content-encoding"), small.header("vary")),
        ("", "")
    );
    let client = site(Compress::new().types(["application/json"]));
    let answer = client.get("/").header("accept-encoding", "br").send();
    assert_eq!(
        (answer.header("content-encoding"), answer.header("vary")),
        ("", "")
    );
}

#[test]
fn a_reply_that_is_not_to_be_coded_is_left_alone() {
    for (fields, left) in [
        (&[("content-encoding", "br")][..], "br"),
        (&[("content-encoding", "dcb")], "dcb"),
        (&[("content-encoding", "identity")], ""),
        (&[("cache-control", "no-transform")], ""),
    ] {
        let said: Vec<_> = fields.to_vec();
        let client = answering(Compress::new(), move |_| {
            let etag = [("etag", "\"abc\""), ("accept-ranges", "bytes")];
            Response::new(200)
                .with_text(text(5000))
                .fields(&said)
                .fields(&etag)
        });
        let answer = client.get("/").header("accept-encoding", "gzip").send();
        assert_eq!(answer.header("content-encoding"), left, "{fields:?}");
        assert_eq!(answer.bytes(), text(5000).as_bytes(), "{fields:?}");
        assert_eq!(answer.header("etag"), "\"abc\"", "{fields:?}");
        assert_eq!(answer.header("accept-ranges"), "bytes", "{fields:?}");
        assert_eq!(answer.header("vary"), "", "{fields:?}");
    }
}

#[test]
fn what_does_not_shrink_is_sent_as_it_is() {
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    })
    .take(3000)
    .collect();
    let sent = noise.clone();
    let client = answering(Compress::new(), move |_| {
        Response::new(200).with_text(sent.clone())
    });
    let answer = client.get("/").header("accept-encoding", "br").send();
    assert_eq!(answer.header("content-encoding"), "");
    assert_eq!(
        (answer.bytes().as_ref(), answer.header("vary")),
        (&*noise, "accept-encoding")
    );
}

#[test]
fn bodies_that_are_none_stay_none() {
    for status in [204_u16, 205, 304] {
        let client = answering(Compress::new(), move |_| {
            Response::new(status).with_text(text(5000))
        });
        let answer = client.get("/").header("accept-encoding", "gzip").send();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.header("content-encoding"), "", "{status}");
        assert!(answer.bytes().is_empty(), "{status}");
    }
}

#[test]
fn a_part_is_not_coded() {
    let client = answering(Compress::new(), |_| {
        let range = [("content-range", "bytes 0-4999/9000"), ("etag", "\"abc\"")];
        Response::new(206).with_text(text(5000)).fields(&range)
    });
    let answer = client
        .get("/")
        .fields(&[("accept-encoding", "gzip"), ("range", "bytes=0-4999")]);
    let answer = answer.send();
    assert_eq!(
        (answer.status(), answer.header("content-encoding")),
        (206, "")
    );
    assert_eq!(
        (answer.header("etag"), answer.header("vary")),
        ("\"abc\"", "accept-encoding")
    );
}

#[test]
fn no_two_codings_have_the_same_strong_tag() {
    let client = site(Compress::new());
    let tag = |path: &str, accept: &str| {
        let answer = client.get(path).header("accept-encoding", accept).send();
        answer.header("etag").to_owned()
    };
    assert_eq!(tag("/tagged", "identity"), "\"abc\"");
    assert_eq!(tag("/tagged", "br"), "\"abc+br\"");
    if cfg!(feature = "zstd") {
        assert_eq!(tag("/tagged", "zstd"), "\"abc+zstd\"");
    }
    assert_eq!(tag("/tagged", "gzip"), "\"abc+gzip\"");
    // When a stream is flushed depends on when its pieces come.
    assert_eq!(tag("/tagged-stream", "gzip"), "W/\"abc\"");
    assert_eq!(tag("/tagged-stream", "identity"), "\"abc\"");
}

#[test]
fn a_handler_is_asked_for_the_tag_that_it_gave() {
    let client = answering(Compress::new(), |request| {
        let asked = |name: &str| {
            let lines = request.headers().get_all(name).iter();
            let lines: Vec<_> = lines.map(|line| line.to_str().unwrap()).collect();
            lines.join(", ")
        };
        let text = format!("{}|{}", asked("if-none-match"), asked("if-match"));
        Response::new(200).with_text(text)
    });
    let request = client.put("/").fields(&[
        ("accept-encoding", "gzip"),
        ("if-match", "\"abc+gzip\""),
        ("if-none-match", "\"abc+br\""),
    ]);
    // Only tags in the coding that would be sent.
    assert_eq!(request.send().text(), "\"abc+br\"|\"abc\"");
}

#[test]
fn a_304_has_the_tag_that_was_asked_for() {
    let client = answering(Compress::new(), |_| {
        Response::new(304).fields(&[("etag", "\"abc\"")])
    });
    for (asked, expected) in [
        ("\"abc+gzip\"", "\"abc+gzip\""),
        ("\"abc\"", "\"abc\""),
        ("W/\"abc\"", "W/\"abc\""),
    ] {
        let fields = [("accept-encoding", "gzip"), ("if-none-match", asked)];
        let answer = client.get("/").fields(&fields).send();
        assert_eq!((answer.status(), answer.header("etag")), (304, expected));
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
}

#[test]
fn head_says_what_get_says() {
    let client = site(Compress::new());
    for path in [
        "/",
        "/tagged",
        "/stream",
        "/tagged-stream",
        "/?1100000",
        "/?10",
    ] {
        for accept in ["br", "gzip, zstd", "gzip", "identity"] {
            let said = |answer: &gustnado_core::testing::TestResponse| {
                let names = ["content-encoding", "etag", "vary", "content-type"];
                names.map(|name| answer.header(name).to_owned())
            };
            let get = client.get(path).header("accept-encoding", accept).send();
            let head = client.head(path).header("accept-encoding", accept).send();
            assert_eq!(said(&head), said(&get), "{path} {accept}");
            assert!(head.bytes().is_empty());
            let length = head.header("content-length");
            let whole = path != "/stream" && path != "/tagged-stream";
            // A mount answers it without a body, so that there is nothing to be coded.
            let known = whole && (path == "/?10" || accept == "identity");
            let expected = if known {
                get.bytes().len().to_string()
            } else {
                String::new()
            };
            assert_eq!(length, expected, "{path} {accept}");
        }
    }
}

#[test]
fn a_head_without_a_body_says_that_get_is_coded() {
    let client = answering(Compress::new(), |_| {
        let fields = [("content-length", "5000"), ("content-type", "text/html")];
        Response::new(200)
            .fields(&fields)
            .fields(&[("etag", "\"abc\"")])
    });
    let answer = client.head("/").header("accept-encoding", "gzip").send();
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(answer.header("content-length"), "");
    assert_eq!(answer.header("etag"), "\"abc+gzip\"");
    let answer = client
        .head("/")
        .header("accept-encoding", "identity")
        .send();
    assert_eq!(answer.header("content-length"), "5000");
}

#[test]
fn a_length_that_was_said_becomes_that_of_the_coded_bytes() {
    let client = answering(Compress::new(), |_| {
        let length = [("content-length", "5000"), ("accept-ranges", "bytes")];
        Response::new(200).with_text(text(5000)).fields(&length)
    });
    let answer = client.get("/").header("accept-encoding", "gzip").send();
    assert_eq!(
        answer.header("content-length"),
        answer.bytes().len().to_string()
    );
    assert_eq!(answer.header("accept-ranges"), "");
}

#[test]
fn trailers_follow_the_coded_bytes() {
    let client = answering(Compress::new(), |_| {
        let mut trailers = HeaderMap::new();
        trailers.insert("x-sum", HeaderValue::from_static("7"));
        let frames = vec![
            Ok(Frame::data(text(3000).into())),
            Ok(Frame::trailers(trailers)),
        ];
        Response::new(200).with_text(Body::new(Odd(frames)))
    });
    let answer = client.get("/").header("accept-encoding", "gzip").send();
    assert_eq!(decoded(&answer), text(3000).as_bytes());
}

#[test]
#[should_panic(expected = "the whole answer")]
fn a_body_that_breaks_off_does_not_end_as_if_it_were_whole() {
    let client = answering(Compress::new(), |_| {
        let frames = vec![Ok(Frame::data(text(3000).into())), Err("no more".into())];
        Response::new(200).with_text(Body::new(Odd(frames)))
    });
    client.get("/").header("accept-encoding", "gzip").send();
}

#[test]
fn above_the_bound_streams_are_sent_as_they_are() {
    let client = site(Compress::new().limits(|limits| limits.streams = 1));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        // A stream that nobody reads on keeps its place.
        let ask = || {
            client
                .get("/stream")
                .header("accept-encoding", "gzip")
                .sent()
        };
        let first = ask().await;
        assert_eq!(first.header("content-encoding"), "gzip");
        let second = ask().await;
        assert_eq!(
            second.header("content-encoding"),
            "gzip",
            "the place was not given back"
        );
    });
}
