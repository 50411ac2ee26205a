//! Ranges: rows 18 to 33. The table of forms is beside the parser.

use gustnado_static::StaticLimits;

use crate::site::{Site, noise, settled, text};

fn sizes() -> [(&'static str, Site); 2] {
    let mut small = settled();
    small.file = 100;
    [
        ("kept", Site::new(&[("a.bin", &noise(1000))])),
        (
            "streamed",
            Site::with(&[("a.bin", &noise(1000))], |files| {
                files.limits(|all| *all = small)
            }),
        ),
    ]
}

// Rules 18, 19, 20, 23, 33
#[test]
fn a_slice_is_the_bytes_it_says() {
    for (name, site) in sizes() {
        let all = noise(1000);
        for (range, first, last) in [
            ("bytes=0-0", 0, 0),
            ("bytes=10-19", 10, 19),
            ("bytes=990-", 990, 999),
            ("bytes=-10", 990, 999),
            ("bytes=-5000", 0, 999),
            ("bytes=900-5000", 900, 999),
            ("bytes=0-99999999999999999999", 0, 999),
        ] {
            let answer = site.get("/a.bin", &[("range", range)]);
            assert_eq!(answer.status, 206, "{name} {range}");
            assert_eq!(answer.body, all[first..=last], "{name} {range}");
            let expected = format!("bytes {first}-{last}/1000");
            assert_eq!(answer.field("content-range"), expected);
            let length = (last - first + 1).to_string();
            assert_eq!(answer.field("content-length"), length);
            assert_eq!(answer.field("cache-control"), "no-cache");
            assert!(answer.has("etag") && answer.has("last-modified"));
        }
        for range in ["bytes=1000-", "bytes=-0", "bytes=99999999999999999999-"] {
            let answer = site.get("/a.bin", &[("range", range)]);
            assert_eq!(answer.status, 416, "{name} {range}");
            assert_eq!(answer.field("content-range"), "bytes */1000");
        }
    }
}

// Rules 21, 22, 25
#[test]
fn what_is_no_range_of_bytes_gets_the_whole() {
    for (name, site) in sizes() {
        for range in [
            "lines=0-1",
            "bytes=5-1",
            "bytes=a-b",
            "bytes",
            // Parts that are not worth their heads.
            "bytes=0-299,600-999",
        ] {
            let answer = site.get("/a.bin", &[("range", range)]);
            assert_eq!(
                (answer.status, answer.body.len()),
                (200, 1000),
                "{name} {range}"
            );
            assert!(!answer.has("content-range"));
        }
    }
}

// Rule 24
#[test]
fn head_knows_no_range() {
    for (name, site) in sizes() {
        let answer = site.ask("HEAD", "/a.bin", &[("range", "bytes=0-9")]);
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.field("content-length"), "1000");
        assert!(!answer.has("content-range"));
    }
}

// Rule 28
#[test]
fn of_two_ranges_the_one_that_exists() {
    for (_, site) in sizes() {
        let answer = site.get("/a.bin", &[("range", "bytes=5000-,0-4")]);
        assert_eq!((answer.status, answer.body.len()), (206, 5));
    }
}

// Rule 29
#[test]
fn a_range_of_another_version_gets_the_whole() {
    for (name, site) in sizes() {
        let tag = site.get("/a.bin", &[]).tag().to_owned();
        let weak = format!("W/{tag}");
        for (value, range, status) in [
            (tag.as_str(), "bytes=0-4", 206),
            (weak.as_str(), "bytes=0-4", 200),
            ("\"x\"", "bytes=0-4", 200),
            ("\"x\"", "bytes=5000-", 200),
            (tag.as_str(), "bytes=5000-", 416),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "bytes=0-4", 200),
        ] {
            let answer = site.get("/a.bin", &[("if-range", value), ("range", range)]);
            assert_eq!(answer.status, status, "{name} {value} {range}");
        }
    }
}

// Rule 30
#[test]
fn an_empty_file_has_no_ranges() {
    let site = Site::new(&[("empty.txt", b"")]);
    for range in ["bytes=0-", "bytes=-1", "bytes=0-0"] {
        let answer = site.get("/empty.txt", &[("range", range)]);
        assert_eq!((answer.status, answer.field("content-length")), (200, "0"));
    }
}

// Rules 31, 33
#[test]
fn a_slice_of_a_coding_is_of_its_bytes_and_says_so() {
    let site = Site::new(&[("a.js", &text(5000))]);
    let br = ("accept-encoding", "br");
    let whole = site.get("/a.js", &[br]);
    let slice = site.get("/a.js", &[br, ("range", "bytes=3-12")]);
    assert_eq!(slice.status, 206);
    assert_eq!(slice.body, whole.body[3..=12]);
    assert_eq!(slice.tag(), whole.tag());
    assert_eq!(slice.field("content-encoding"), "br");
    assert_eq!(slice.field("vary"), "accept-encoding");
    let expected = format!("bytes 3-12/{}", whole.body.len());
    assert_eq!(slice.field("content-range"), expected);
}

// Rule 32
#[test]
fn two_parts_of_two_versions_are_never_joined() {
    // With the default bounds: the versions are of one tick of the clock.
    let mut small = StaticLimits::default();
    small.file = 100;
    for (name, limits) in [("kept", StaticLimits::default()), ("streamed", small)] {
        let site = Site::with(&[("a.bin", &noise(1000))], |files| {
            files.limits(|all| *all = limits)
        });
        let first = site.get("/a.bin", &[("range", "bytes=0-499")]);
        let mut new = noise(1000);
        new.reverse();
        site.replace("a.bin", &new);
        let fields = [("range", "bytes=500-"), ("if-range", first.tag())];
        let second = site.get("/a.bin", &fields);
        assert_eq!(second.status, 200, "{name}");
        assert_eq!(second.body, new);
    }
}
