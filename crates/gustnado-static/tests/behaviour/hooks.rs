//! What a user can add: header fields and types.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::HeaderValue;

use crate::site::{Site, settled, text};

#[test]
fn extra_headers_are_on_every_answer_with_the_file() {
    let site = Site::with(&[("a.js", &text(1000)), ("b.css", b"b{}")], |files| {
        files.extra_headers(|file, headers| {
            assert!(file.length() > 0 && file.modified().is_some());
            if file.path().ends_with(".js") {
                let any = HeaderValue::from_static("*");
                headers.insert("access-control-allow-origin", any);
                headers.insert("vary", HeaderValue::from_static("origin"));
            }
        })
    });
    let whole = site.get("/a.js", &[("accept-encoding", "br")]);
    assert_eq!(whole.field("access-control-allow-origin"), "*");
    let vary: Vec<_> = whole.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["origin", "accept-encoding"]);
    let fields = [("accept-encoding", "br"), ("if-none-match", whole.tag())];
    let not_modified = site.get("/a.js", &fields);
    assert_eq!(not_modified.status, 304);
    assert_eq!(not_modified.field("access-control-allow-origin"), "*");
    assert!(!site.get("/b.css", &[]).has("access-control-allow-origin"));
}

#[test]
fn extra_headers_cannot_break_the_answer() {
    let site = Site::with(&[("a.js", b"let a;")], |files| {
        files.extra_headers(|_, headers| {
            for name in [
                "etag",
                "content-length",
                "content-range",
                "transfer-encoding",
            ] {
                headers.insert(name, HeaderValue::from_static("1"));
            }
        })
    });
    let answer = site.get("/a.js", &[]);
    assert_eq!(answer.field("content-length"), "6");
    assert!(answer.tag().len() > 10);
    assert!(!answer.has("content-range") && !answer.has("transfer-encoding"));
}

#[test]
fn extra_headers_are_asked_for_once_a_version() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let site = Site::with(&[("a.js", b"let a;")], move |files| {
        files
            .limits(|all| *all = settled())
            .extra_headers(move |_, _| {
                counter.fetch_add(1, Ordering::Relaxed);
            })
    });
    for _ in 0..3 {
        site.get("/a.js", &[]);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    site.replace("a.js", b"let b;");
    site.get("/a.js", &[]);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn a_file_that_is_coded_can_be_said_to_be() {
    let site = Site::with(&[("a.js", &text(1000))], |files| {
        files.extra_headers(|_, headers| {
            let value = HeaderValue::from_static("gzip");
            headers.insert("content-encoding", value);
        })
    });
    let answer = site.get("/a.js", &[("accept-encoding", "br")]);
    assert_eq!(answer.field("content-encoding"), "gzip");
    assert_eq!(answer.body, text(1000));
}

#[test]
fn types_can_be_said() {
    let files: &[(&str, &[u8])] = &[("a.log", b"x"), ("a.css", b"x"), ("bad", b"x")];
    let site = Site::with(files, |files| {
        files.content_type(|path| match path {
            "a.log" => Some("text/plain; charset=utf-8".to_owned()),
            "bad" => Some("text/plain\r\nx: y".to_owned()),
            _ => None,
        })
    });
    for (path, expected) in [
        ("/a.log", "text/plain; charset=utf-8"),
        ("/a.css", "text/css; charset=utf-8"),
        ("/bad", "application/octet-stream"),
    ] {
        assert_eq!(site.get(path, &[]).field("content-type"), expected);
    }
}
