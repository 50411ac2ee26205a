//! Files that stand in the program: what is answered is what is answered from disk.

use gustnado_static::{
    __files::{Embedded, EmbeddedFile},
    CacheControl, StaticFiles,
};

use crate::site::{Answer, Site, answer, gunzip, noise, request, runtime, text, unbrotli};

type Files<'a> = &'a [(&'a str, &'a [u8])];

type Fields<'a> = &'a [(&'a str, &'a str)];

/// What the macro would write down.
fn embedded(files: Files<'_>) -> Embedded {
    let mut files = files.to_vec();
    files.sort_unstable();
    let files = files.into_iter().map(|(path, bytes)| {
        let (path, bytes) = (path.to_owned().leak(), bytes.to_owned().leak());
        EmbeddedFile::new(path, bytes)
    });
    Embedded::new(files.collect::<Vec<_>>().leak())
}

fn ask(files: &StaticFiles, method: &str, target: &str, fields: Fields<'_>) -> Answer {
    let request = request(method, &format!("/static{target}"), fields);
    runtime().block_on(answer(files, "/static", request))
}

/// What stands for the tag of the script.
const TAG: &str = "TAG";

const REQUESTS: &[(&str, &str, Fields<'static>)] = &[
    ("GET", "/", &[]),
    ("GET", "/app.js", &[]),
    ("HEAD", "/app.js", &[]),
    ("GET", "/app.js", &[("accept-encoding", "br")]),
    ("GET", "/app.js", &[("accept-encoding", "gzip")]),
    ("HEAD", "/app.js", &[("accept-encoding", "gzip")]),
    ("GET", "/app.js", &[("accept-encoding", "identity;q=0")]),
    ("GET", "/b.bin", &[("accept-encoding", "br, gzip")]),
    ("GET", "/app.js", &[("range", "bytes=10-19")]),
    (
        "GET",
        "/app.js",
        &[("range", "bytes=-5"), ("accept-encoding", "br")],
    ),
    ("GET", "/app.js", &[("range", "bytes=9000-")]),
    (
        "GET",
        "/app.js",
        &[("range", "bytes=1-2"), ("if-range", TAG)],
    ),
    (
        "GET",
        "/app.js",
        &[("range", "bytes=1-2"), ("if-range", "\"x\"")],
    ),
    ("GET", "/app.js", &[("if-none-match", TAG)]),
    ("GET", "/app.js", &[("if-match", "\"x\"")]),
    ("GET", "/with.txt", &[("accept-encoding", "gzip")]),
    ("GET", "/with.txt.gz", &[]),
    ("GET", "/empty.txt", &[("range", "bytes=0-")]),
    ("GET", "/dir", &[]),
    ("GET", "/dir/", &[]),
    ("GET", "/dir/style.css", &[]),
    ("GET", "/app.js/", &[]),
    ("GET", "/none", &[]),
    ("GET", "/.hidden", &[]),
    ("GET", "/../app.js", &[]),
    ("OPTIONS", "/app.js", &[]),
    ("POST", "/app.js", &[]),
];

#[test]
fn the_answers_are_those_from_disk() {
    let (script, noise) = (text(5000), noise(5000));
    let files: Files<'_> = &[
        ("index.html", b"<!doctype html>"),
        ("app.js", &script),
        ("b.bin", &noise),
        ("dir/index.html", b"<!doctype html><p>"),
        ("dir/style.css", b"p {}"),
        ("dir.css", b"p {}"),
        ("empty.txt", b""),
        ("with.txt", &script),
        ("with.txt.gz", b"1f8b"),
        (".hidden", b"x"),
    ];
    let set_up = |files: StaticFiles| {
        // At another time for each of them, what is coded better has another tag.
        let files = files.recompress(false);
        files.cache_control("dir/**", CacheControl::Immutable)
    };
    let disk = Site::with(files, set_up);
    let program = set_up(StaticFiles::embedded(embedded(files)));
    let tag = disk.get("/app.js", &[]).tag().to_owned();
    // Once as they are loaded, once as they are kept.
    for _ in 0..2 {
        for (method, target, fields) in REQUESTS {
            let fill = |(name, value): &(&'static str, &'static str)| {
                (*name, if *value == TAG { tag.as_str() } else { *value })
            };
            let fields: Vec<_> = fields.iter().map(fill).collect();
            let fields = &*fields;
            let mut expected = disk.ask(method, target, fields);
            let mut found = ask(&program, method, target, fields);
            assert!(!found.has("last-modified"));
            for answer in [&mut expected, &mut found] {
                answer.headers.remove("last-modified");
            }
            let shown = format!("{method} {target} {fields:?}");
            assert_eq!(found.status, expected.status, "{shown}");
            assert_eq!(found.headers, expected.headers, "{shown}");
            assert!(found.body == expected.body, "{shown}");
        }
    }
}

#[test]
fn what_is_large_is_served_and_coded_by_its_siblings_alone() {
    let (large, coded) = (text(3_000_000), noise(1_500_000));
    let files = StaticFiles::embedded(embedded(&[
        ("a.txt", &large),
        ("b.txt", &large),
        ("b.txt.br", &coded),
    ]))
    .limits(|limits| limits.file = 1024 * 1024);
    for _ in 0..3 {
        let plain = ask(&files, "GET", "/a.txt", &[("accept-encoding", "br, gzip")]);
        assert!(!plain.has("content-encoding") && plain.body == large);
        let slice = ask(
            &files,
            "GET",
            "/a.txt",
            &[("range", "bytes=2000000-2000009")],
        );
        assert_eq!(
            (slice.status, &slice.body[..]),
            (206, &large[2_000_000..2_000_010])
        );
        let sibling = ask(&files, "GET", "/b.txt", &[("accept-encoding", "br, gzip")]);
        assert!(sibling.field("content-encoding") == "br" && sibling.body == coded);
    }
    let stats = files.stats();
    // Each was hashed once, and none of it is a copy.
    assert_eq!((stats.loads, stats.encodings), (3, 0));
    assert!(stats.bytes < 20_000, "{stats:?}");
}

#[test]
fn what_is_coded_is_coded_once() {
    let text = text(50_000);
    let files = StaticFiles::embedded(embedded(&[("a.js", &text)])).recompress(false);
    for _ in 0..3 {
        let brotli = ask(&files, "GET", "/a.js", &[("accept-encoding", "br")]);
        assert_eq!(unbrotli(&brotli.body), text);
        let gzip = ask(&files, "GET", "/a.js", &[("accept-encoding", "gzip")]);
        assert_eq!(gunzip(&gzip.body), text);
    }
    assert_eq!(files.stats().encodings, 2);
}
