//! Codings made on the fly, and what is said about them: rows 34 to 48. The table of q-values is
//! beside the parser.

use gustnado_static::CacheControl;
use http::HeaderValue;

use crate::site::{Site, gunzip, noise, settled, text, unbrotli, unzstd};

fn coding(site: &Site, path: &str, accept: &str) -> String {
    let answer = site.get(path, &[("accept-encoding", accept)]);
    assert_eq!(answer.status, 200, "{path} for {accept}");
    answer.field("content-encoding").to_owned()
}

/// What there is of zstd, and what is preferred beside brotli.
const ZSTD: &str = if cfg!(feature = "zstd") { "zstd" } else { "" };
const SECOND: &str = if cfg!(feature = "zstd") {
    "zstd"
} else {
    "gzip"
};

// Rules 34 to 39
#[test]
fn the_client_chooses() {
    let site = Site::new(&[("a.js", &text(1000))]);
    assert!(!site.get("/a.js", &[]).has("content-encoding"));
    for (accept, expected) in [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("X-GZIP", "gzip"),
        ("br;q=0.2, gzip;q=0.9", "gzip"),
        ("gzip;q=0", ""),
        ("br ; Q=0.000, *", SECOND),
        ("*", "br"),
        ("identity;q=1, gzip;q=0.1", ""),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("zstd", ZSTD),
        ("gzip, zstd;q=0.9", "gzip"),
    ] {
        assert_eq!(coding(&site, "/a.js", accept), expected, "{accept}");
    }
}

// Rule 38
#[test]
fn a_client_that_refuses_all_there_is_gets_406() {
    let site = Site::new(&[("a.js", &text(1000)), ("a.png", &noise(1000))]);
    for (path, accept) in [
        ("/a.js", "*;q=0"),
        ("/a.js", "identity;q=0, deflate"),
        ("/a.png", "identity;q=0, br"),
    ] {
        let answer = site.get(path, &[("accept-encoding", accept)]);
        assert_eq!(answer.status, 406, "{path} for {accept}");
        assert_eq!(answer.field("vary"), "accept-encoding");
    }
}

// Rule 40
#[test]
fn every_answer_that_depends_on_the_field_says_so() {
    let site = Site::new(&[("a.js", &text(1000))]);
    let tag = site.get("/a.js", &[]).tag().to_owned();
    for (method, fields, status) in [
        ("GET", vec![], 200),
        ("HEAD", vec![], 200),
        ("GET", vec![("accept-encoding", "br")], 200),
        ("GET", vec![("if-none-match", tag.as_str())], 304),
        ("GET", vec![("if-match", "\"x\"")], 412),
        ("GET", vec![("range", "bytes=0-1")], 206),
        ("GET", vec![("range", "bytes=9999-")], 416),
        ("GET", vec![("accept-encoding", "*;q=0")], 406),
    ] {
        let answer = site.ask(method, "/a.js", &fields);
        assert_eq!(answer.status, status, "{method} {fields:?}");
        assert_eq!(answer.field("vary"), "accept-encoding", "{status}");
    }
}

// Rule 41
#[test]
fn a_coding_is_the_same_file() {
    let site = Site::new(&[("a.html", &text(5000))]);
    let plain = site.get("/a.html", &[]);
    let br = site.get("/a.html", &[("accept-encoding", "br")]);
    let gzip = site.get("/a.html", &[("accept-encoding", "gzip")]);
    assert_eq!(unbrotli(&br.body), plain.body);
    let zstd = site.get("/a.html", &[("accept-encoding", "zstd")]);
    if cfg!(feature = "zstd") {
        assert_eq!(unzstd(&zstd.body), plain.body);
    }
    assert_eq!(gunzip(&gzip.body), plain.body);
    for answer in [&plain, &br, &gzip, &zstd] {
        assert_eq!(answer.field("content-type"), "text/html; charset=utf-8");
        assert_eq!(
            answer.field("content-length"),
            answer.body.len().to_string()
        );
    }
}

// Rule 42
#[test]
fn head_has_the_head_of_the_coding() {
    let site = Site::new(&[("a.js", &text(1000))]);
    for accept in ["br", "zstd", "gzip", "identity"] {
        let fields = [("accept-encoding", accept)];
        let head = site.ask("HEAD", "/a.js", &fields);
        assert_eq!(head.headers, site.get("/a.js", &fields).headers);
    }
}

// Rule 44
#[test]
fn what_does_not_pay_is_not_coded() {
    let site = Site::new(&[
        ("a.png", &text(1000)),
        ("a.woff2", &text(1000)),
        ("a.zip", &text(1000)),
        ("small.js", &text(255)),
        ("large.js", &text(256)),
        ("noise.txt", &noise(1000)),
    ]);
    for path in ["/a.png", "/a.woff2", "/a.zip", "/small.js"] {
        let answer = site.get(path, &[("accept-encoding", "br, gzip")]);
        assert!(
            !answer.has("content-encoding") && !answer.has("vary"),
            "{path}"
        );
    }
    assert_eq!(coding(&site, "/large.js", "br, gzip"), "br");
    // What turns out to be no smaller is sent as it is, and not tried again.
    assert_eq!(coding(&site, "/noise.txt", "br, gzip"), "");
    let tried = site.files.stats().encodings;
    assert_eq!(coding(&site, "/noise.txt", "br, gzip"), "");
    assert_eq!(site.files.stats().encodings, tried);
}

// Rule 45
#[test]
fn no_transform_stops_coding() {
    let policy = CacheControl::Custom(HeaderValue::from_static("max-age=5, no-transform"));
    let site = Site::with(&[("a.js", &text(1000)), ("b.js", &text(1000))], |files| {
        files
            .cache_control("a.js", policy)
            .extra_headers(|file, headers| {
                if file.path() == "b.js" {
                    let value = HeaderValue::from_static("no-transform");
                    headers.insert("cache-control", value);
                }
            })
    });
    for path in ["/a.js", "/b.js"] {
        let answer = site.get(path, &[("accept-encoding", "br")]);
        assert!(
            !answer.has("content-encoding") && !answer.has("vary"),
            "{path}"
        );
        assert!(answer.field("cache-control").contains("no-transform"));
    }
}

// Rule 46
#[test]
fn a_coding_is_made_once_and_kept() {
    let site = Site::with(&[("a.js", &text(1000))], |files| {
        files.limits(|all| *all = settled())
    });
    let fields = [("accept-encoding", "br")];
    let first = site.get("/a.js", &fields);
    let second = site.get("/a.js", &fields);
    assert_eq!((first.headers, first.body), (second.headers, second.body));
    assert_eq!(site.files.stats().encodings, 1);
    assert_eq!(site.files.stats().loads, 1);
}

// Rule 48
#[test]
fn files_that_are_coded_by_nature_are_not_coded_twice() {
    let site = Site::new(&[("a.svgz", &text(1000)), ("a.tar.gz", &text(1000))]);
    let svg = site.get("/a.svgz", &[("accept-encoding", "br, gzip")]);
    assert_eq!(svg.field("content-type"), "image/svg+xml");
    assert_eq!(svg.field("content-encoding"), "gzip");
    assert_eq!(svg.body, text(1000));
    let tar = site.get("/a.tar.gz", &[("accept-encoding", "br, gzip")]);
    assert_eq!(tar.field("content-type"), "application/gzip");
    assert!(!tar.has("content-encoding"));
}

// Rule 51
#[test]
fn dictionaries_are_never_used_unasked() {
    let site = Site::new(&[("a.js", &text(1000))]);
    assert_eq!(coding(&site, "/a.js", "dcb, dcz"), "");
    assert_eq!(coding(&site, "/a.js", "*"), "br");
}

// Rules 52, 56: no dictionary is known yet, whatever is said of one.
#[test]
fn who_has_a_dictionary_that_is_not_known_gets_a_plain_coding() {
    let script = text(1000);
    let site = Site::new(&[("a.js", &script)]);
    let hash = ":pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4=:";
    for (accepts, dictionary, named, expected) in [
        ("br, dcb", hash, "", "br"),
        ("dcz, gzip, dcb", hash, "\"a\"", "gzip"),
        ("br;q=0.5, dcb, dcz;q=0", hash, "", "br"),
        ("dcb, dcz", hash, "", ""),
        // No byte sequence, one that is no hash, and a name alone.
        ("br, dcb", "pZGm", "", "br"),
        ("br, dcb", ":pZ?m:", "", "br"),
        ("br, dcb", "::", "", "br"),
        ("br, dcb, dcz", "", "\"a\"", "br"),
    ] {
        let mut fields = vec![("accept-encoding", accepts)];
        let more = [
            ("available-dictionary", dictionary),
            ("dictionary-id", named),
        ];
        fields.extend(more.into_iter().filter(|(_, value)| !value.is_empty()));
        let answer = site.get("/a.js", &fields);
        assert_eq!(answer.status, 200, "{fields:?}");
        let coding = answer.has("content-encoding");
        let coding = coding.then(|| answer.field("content-encoding"));
        assert_eq!(coding.unwrap_or_default(), expected, "{fields:?}");
        if expected == "br" {
            assert!(unbrotli(&answer.body) == script);
        }
    }
}

#[test]
fn coding_can_be_switched_off() {
    let site = Site::with(&[("a.js", &text(1000))], |files| files.compress(false));
    let answer = site.get("/a.js", &[("accept-encoding", "br")]);
    assert!(!answer.has("content-encoding") && !answer.has("vary"));
}

// As large as the scripts of real front-end builds.
#[test]
fn a_script_of_megabytes_is_coded() {
    let script = b"let a_line_that_is_said_again = 1;\n".repeat(60_000);
    let site = Site::new(&[("a.js", &script)]);
    let answer = site.get("/a.js", &[("accept-encoding", "br")]);
    assert_eq!(answer.field("content-encoding"), "br");
    assert!(unbrotli(&answer.body) == script);
}
