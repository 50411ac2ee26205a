//! Files beside a file that hold it in a coding: rows 31, 43, 44 and 49.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use crate::site::{Site, settled, text};

fn ask(site: &Site, accept: &str) -> (u16, String, Vec<u8>) {
    let answer = site.get("/a.js", &[("accept-encoding", accept)]);
    let coding = answer.field("content-encoding").to_owned();
    (answer.status, coding, answer.body)
}

#[test]
fn they_are_served_in_the_place_of_the_file() {
    let site = Site::new(&[
        ("a.js", &text(1000)),
        ("a.js.br", b"brotli"),
        ("a.js.zst", b"zstd"),
        ("a.js.gz", b"gzip"),
    ]);
    for (accept, coding, body) in [
        ("br, zstd, gzip", "br", "brotli"),
        ("zstd, gzip", "zstd", "zstd"),
        ("gzip", "gzip", "gzip"),
    ] {
        let answer = site.get("/a.js", &[("accept-encoding", accept)]);
        assert_eq!(answer.field("content-encoding"), coding);
        assert_eq!(
            answer.field("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(answer.field("vary"), "accept-encoding");
        assert_eq!(answer.text(), body);
    }
    assert_eq!(ask(&site, "identity").2, text(1000));
    assert_eq!(site.files.stats().encodings, 0);
}

#[test]
fn they_are_there_for_types_that_are_not_coded_on_the_fly() {
    let site = Site::new(&[("a.bin", &text(1000)), ("a.bin.br", b"brotli")]);
    let answer = site.get("/a.bin", &[("accept-encoding", "br")]);
    assert_eq!(answer.text(), "brotli");
    assert_eq!(site.get("/a.bin", &[]).field("vary"), "accept-encoding");
}

// Rule 31
#[test]
fn a_range_of_one_is_a_slice_of_it() {
    let site = Site::new(&[("a.js", &text(1000)), ("a.js.br", b"0123456789")]);
    let fields = [("accept-encoding", "br"), ("range", "bytes=2-4")];
    let answer = site.get("/a.js", &fields);
    assert_eq!((answer.status, answer.text()), (206, "234"));
    assert_eq!(answer.field("content-range"), "bytes 2-4/10");
    assert_eq!(answer.field("content-encoding"), "br");
}

// Rule 43
#[test]
fn one_that_is_older_or_not_smaller_is_not_used() {
    let site = Site::with(&[("a.js", &text(100)), ("a.js.br", b"old")], |files| {
        files.limits(|all| *all = settled())
    });
    site.set_modified("a.js.br", SystemTime::now() - Duration::from_secs(60));
    assert_eq!(ask(&site, "br"), (200, String::new(), text(100)));
    site.write("a.js.br", &text(100));
    assert_eq!(ask(&site, "br"), (200, String::new(), text(100)));
}

// Rule 43
#[test]
fn one_of_a_file_that_is_gone_is_gone_too() {
    let site = Site::with(&[("a.js", &text(1000)), ("a.js.br", b"brotli")], |files| {
        files.limits(|all| *all = settled())
    });
    assert_eq!(ask(&site, "br").0, 200);
    fs::remove_file(site.path("a.js")).unwrap();
    assert_eq!(ask(&site, "br").0, 404);
    assert_eq!(site.get("/a.js.br", &[]).text(), "brotli");
}

// Rules 43, 49
#[test]
fn a_new_original_lets_no_old_sibling_through() {
    let site = Site::new(&[("a.js", &text(1000)), ("a.js.br", b"brotli of the old")]);
    assert_eq!(ask(&site, "br").2, b"brotli of the old");
    let mut new = text(1000);
    new.reverse();
    let past = SystemTime::now() - Duration::from_secs(5);
    site.set_modified("a.js.br", past);
    site.replace("a.js", &new);
    let (status, coding, body) = ask(&site, "br");
    assert_eq!((status, coding.as_str()), (200, "br"));
    assert_eq!(crate::site::unbrotli(&body), new);
}

// Rule 49
#[test]
fn one_that_changed_came_or_went_is_noticed() {
    let site = Site::with(&[("a.js", &text(100))], |files| {
        files.limits(|all| *all = settled())
    });
    assert_eq!(ask(&site, "br").1, "");
    site.write("a.js.br", b"one");
    assert_eq!(ask(&site, "br").2, b"one");
    let tag = |site: &Site| {
        let answer = site.get("/a.js", &[("accept-encoding", "br")]);
        answer.tag().to_owned()
    };
    let before = tag(&site);
    site.replace("a.js.br", b"two");
    assert_eq!(ask(&site, "br").2, b"two");
    assert_ne!(tag(&site), before);
    fs::remove_file(site.path("a.js.br")).unwrap();
    assert_eq!(ask(&site, "br"), (200, String::new(), text(100)));
}

// Rule 49
#[test]
fn one_that_is_in_memory_is_looked_at_for_every_answer() {
    let mut limits = settled();
    limits.sibling_time = Duration::from_secs(3600);
    let site = Site::with(&[("a.js", &text(100)), ("a.js.br", b"one")], |files| {
        files.limits(|all| *all = limits)
    });
    assert_eq!(ask(&site, "br").2, b"one");
    site.replace("a.js.br", b"two");
    assert_eq!(ask(&site, "br").2, b"two");
}

#[test]
fn they_can_be_switched_off() {
    let site = Site::with(&[("a.js", &text(100)), ("a.js.br", b"brotli")], |files| {
        files.precompressed(false)
    });
    assert_eq!(ask(&site, "br"), (200, String::new(), text(100)));
}

#[test]
fn a_large_one_is_streamed_with_a_tag_of_its_own() {
    let mut limits = settled();
    limits.file = 1000;
    let (whole, coded) = (text(200_000), text(150_000));
    let site = Site::with(&[("a.js", &whole), ("a.js.br", &coded)], |files| {
        files.limits(|all| *all = limits)
    });
    let plain = site.get("/a.js", &[]);
    let br = site.get("/a.js", &[("accept-encoding", "br")]);
    assert_eq!((plain.body, &br.body), (whole, &coded));
    assert_eq!(br.field("content-length"), "150000");
    assert!(br.tag().ends_with("-br\"") && br.tag() != plain.headers["etag"]);
}
