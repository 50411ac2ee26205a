//! Methods, and what an answer says of a file: rows 59, 60, 71, 73, 77 and 79.

use std::time::Duration;

use gustnado_core::Mount;
use gustnado_static::{CacheControl, StaticFiles};
use http::HeaderValue;

use crate::site::{Site, answer, noise, request, settled, text};

// Rule 59
#[test]
fn head_is_get_without_the_body() {
    let mut limits = settled();
    limits.file = 2000;
    let site = Site::with(
        &[
            ("a.js", &text(1000)),
            ("large.bin", &noise(5000)),
            ("index.html", b"<p>"),
        ],
        |files| files.limits(|all| *all = limits),
    );
    for path in ["/a.js", "/large.bin", "/"] {
        let (head, get) = (site.ask("HEAD", path, &[]), site.get(path, &[]));
        assert_eq!(
            (head.status, head.headers),
            (get.status, get.headers),
            "{path}"
        );
    }
    assert_eq!(site.ask("HEAD", "/none", &[]).status, 404);
}

// Rule 60
#[test]
fn files_are_read_and_nothing_else() {
    let site = Site::new(&[("a.js", b"let a;")]);
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let answer = site.ask(method, "/a.js", &[]);
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.field("allow"), "GET, HEAD, OPTIONS");
    }
    let options = site.ask("OPTIONS", "/a.js", &[]);
    assert_eq!(options.status, 204);
    assert_eq!(options.field("allow"), "GET, HEAD, OPTIONS");
}

// Rule 71
#[test]
fn an_answer_says_what_it_is_and_that_it_is_nothing_else() {
    let site = Site::new(&[("a.css", b"a{}"), ("a.unknown", b"?"), ("a.wasm", b"")]);
    for (path, expected) in [
        ("/a.css", "text/css; charset=utf-8"),
        ("/a.unknown", "application/octet-stream"),
        ("/a.wasm", "application/wasm"),
    ] {
        let answer = site.get(path, &[]);
        assert_eq!(answer.field("content-type"), expected);
        assert_eq!(answer.field("x-content-type-options"), "nosniff");
        assert_eq!(answer.field("accept-ranges"), "bytes");
    }
}

// Rule 72: a length is always said, so that nothing is chunked.
#[test]
fn the_length_is_always_known() {
    let mut limits = settled();
    limits.file = 2000;
    let site = Site::with(
        &[
            ("empty.txt", b""),
            ("a.js", &text(1000)),
            ("large.bin", &noise(100_000)),
        ],
        |files| files.limits(|all| *all = limits),
    );
    for path in ["/empty.txt", "/a.js", "/large.bin"] {
        let answer = site.get(path, &[("accept-encoding", "gzip")]);
        assert_eq!(
            answer.field("content-length"),
            answer.body.len().to_string()
        );
    }
}

// Rule 73
#[test]
fn a_target_in_absolute_form_is_the_same() {
    let site = Site::new(&[("a.js", b"let a;")]);
    let request = request("GET", "http://example.test/static/a.js?x=1", &[]);
    let answer = site.run(answer(&site.files, "/static", request));
    assert_eq!(answer.text(), "let a;");
}

// Rule 80
#[cfg(feature = "digest")]
#[test]
fn who_wants_a_digest_gets_that_of_the_whole_in_its_coding() {
    let site = Site::with(&[("a.js", &text(5000))], |files| {
        files.limits(|all| *all = settled())
    });
    let want = ("want-repr-digest", "sha-512=3, sha-256=10");
    let mut digests = Vec::new();
    for coding in ["identity", "br"] {
        let accept = ("accept-encoding", coding);
        let whole = site.get("/a.js", &[accept, want]);
        let digest = whole.field("repr-digest").to_owned();
        let value = digest
            .strip_prefix("sha-256=:")
            .and_then(|rest| rest.strip_suffix(':'));
        assert_eq!(value.map(str::len), Some(44), "{digest}");
        // From memory, of a part, of nothing.
        let range = ("range", "bytes=5-9");
        for (method, fields) in [
            ("GET", vec![accept, want]),
            ("GET", vec![accept, want, range]),
            ("HEAD", vec![accept, want]),
        ] {
            let again = site.ask(method, "/a.js", &fields);
            assert_eq!(again.field("repr-digest"), digest, "{method} {fields:?}");
        }
        assert!(!site.get("/a.js", &[accept]).has("repr-digest"));
        digests.push(digest);
    }
    assert_ne!(digests[0], digests[1]);
    site.replace("a.js", &text(5001));
    let other = site.get("/a.js", &[want]);
    assert_ne!(other.field("repr-digest"), digests[0]);
    assert!(
        !site
            .get("/a.js", &[("want-repr-digest", "sha-256=0")])
            .has("repr-digest")
    );
    let missed = site.get("/a.js", &[want, ("if-match", "\"x\"")]);
    assert!(!missed.has("repr-digest"));
}

// Rules 77, 79
#[test]
fn the_last_policy_that_covers_a_file_counts() {
    let swr = HeaderValue::from_static("max-age=1, stale-while-revalidate=60");
    let files: &[(&str, &[u8])] = &[
        ("index.html", b"<p>"),
        ("assets/app.3f2a.js", b"let a;"),
        ("assets/deep/page.html", b"<p>"),
        ("news.json", b"{}"),
        ("secret.txt", b"x"),
        ("a.txt", b"x"),
    ];
    let site = Site::with(files, |files| {
        files
            .cache_control("*.txt", CacheControl::MaxAge(Duration::from_secs(60)))
            .cache_control("assets/**", CacheControl::Immutable)
            .cache_control("*.html", CacheControl::NoCache)
            .cache_control("news.json", CacheControl::Custom(swr))
            .cache_control("secret.txt", CacheControl::NoStore)
    });
    for (path, expected) in [
        ("/index.html", "no-cache"),
        ("/assets/app.3f2a.js", "max-age=31536000, immutable"),
        ("/assets/deep/page.html", "no-cache"),
        ("/news.json", "max-age=1, stale-while-revalidate=60"),
        ("/secret.txt", "no-store"),
        ("/a.txt", "max-age=60"),
    ] {
        assert_eq!(
            site.get(path, &[]).field("cache-control"),
            expected,
            "{path}"
        );
    }
}

#[test]
fn what_is_wrong_with_it_is_said_at_once() {
    let files = StaticFiles::new("/nowhere/at/all")
        .cache_control("/assets/**", CacheControl::Immutable)
        .index("a/b.html");
    let problems = files.problems();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("`/assets/**`"))
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("`a/b.html`"))
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("`/nowhere/at/all`"))
    );
    let site = Site::new(&[]);
    assert_eq!(site.files.problems(), Vec::<String>::new());
}
