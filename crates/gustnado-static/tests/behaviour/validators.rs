//! Tags, dates and preconditions: rows 1 to 17.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::site::{Site, settled, text};

const CODINGS: [&str; 3] = ["identity", "gzip", "br"];

// Rule 1
#[test]
fn the_tag_is_quoted_and_the_same_on_every_kind_of_answer() {
    let site = Site::new(&[("a.js", &text(1000))]);
    for coding in CODINGS {
        let accept = ("accept-encoding", coding);
        let whole = site.get("/a.js", &[accept]);
        let tag = whole.tag();
        assert!(
            tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10,
            "{tag}"
        );
        assert_eq!(site.ask("HEAD", "/a.js", &[accept]).tag(), tag);
        assert_eq!(
            site.get("/a.js", &[accept, ("range", "bytes=0-4")]).tag(),
            tag
        );
        assert_eq!(
            site.get("/a.js", &[accept, ("if-none-match", tag)]).tag(),
            tag
        );
    }
}

// Rule 2
#[test]
fn each_coding_has_a_tag_of_its_own() {
    let site = Site::new(&[("a.js", &text(1000))]);
    let tags = CODINGS.map(|coding| {
        let answer = site.get("/a.js", &[("accept-encoding", coding)]);
        answer.tag().to_owned()
    });
    assert!(
        tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2],
        "{tags:?}"
    );
}

// Rule 3
#[test]
fn the_tag_is_the_same_on_another_host_at_another_time() {
    let one = Site::new(&[("a.js", &text(1000))]);
    let other = Site::new(&[("a.js", &text(1000))]);
    other.set_modified("a.js", UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    for coding in CODINGS {
        let ask = |site: &Site| {
            let answer = site.get("/a.js", &[("accept-encoding", coding)]);
            answer.tag().to_owned()
        };
        assert_eq!(ask(&one), ask(&other), "{coding}");
    }
}

// Rules 5, 6, 7, 14, 15
#[test]
fn a_version_that_the_client_has_is_not_sent_again() {
    let site = Site::new(&[("a.js", b"let a;")]);
    let first = site.get("/a.js", &[]);
    let tag = first.tag().to_owned();
    let modified = first.field("last-modified").to_owned();
    for value in [
        tag.clone(),
        format!("W/{tag}"),
        "*".to_owned(),
        format!("\"a,b\", {tag}"),
    ] {
        let answer = site.get("/a.js", &[("if-none-match", &value)]);
        assert_eq!(answer.status, 304, "{value}");
        assert!(answer.body.is_empty());
        for name in ["content-type", "content-length", "content-encoding"] {
            assert!(!answer.has(name), "{name}");
        }
        assert_eq!(answer.field("cache-control"), "no-cache");
        assert_eq!(answer.field("last-modified"), modified);
    }
    let two_lines = [("if-none-match", "\"x\""), ("if-none-match", tag.as_str())];
    assert_eq!(site.get("/a.js", &two_lines).status, 304);
    let prefix = format!("{}\"", &tag[..tag.len() - 2]);
    assert_eq!(site.get("/a.js", &[("if-none-match", &prefix)]).status, 200);
    let both = [
        ("if-none-match", "\"x\""),
        ("if-modified-since", modified.as_str()),
    ];
    assert_eq!(site.get("/a.js", &both).status, 200);
}

// Rules 8, 10, 11
#[test]
fn dates_are_compared_in_whole_seconds() {
    let site = Site::new(&[("a.js", b"let a;")]);
    let time = UNIX_EPOCH + Duration::from_millis(784_111_777_900);
    site.set_modified("a.js", time);
    let same = "Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(site.get("/a.js", &[]).field("last-modified"), same);
    for (name, value, status) in [
        ("if-modified-since", same, 304),
        ("if-modified-since", "Sunday, 06-Nov-94 08:49:37 GMT", 304),
        ("if-modified-since", "Sun Nov  6 08:49:37 1994", 304),
        ("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT", 200),
        ("if-modified-since", "never", 200),
        ("if-unmodified-since", same, 200),
        ("if-unmodified-since", "Sun, 06 Nov 1994 08:49:36 GMT", 412),
        ("if-unmodified-since", "never", 200),
    ] {
        let answer = site.get("/a.js", &[(name, value)]);
        assert_eq!(answer.status, status, "{name}: {value}");
    }
}

// Rules 9, 11, 12, 14
#[test]
fn a_version_that_is_not_meant_is_refused_without_a_body() {
    let site = Site::new(&[("a.js", &text(1000))]);
    let tag = site.get("/a.js", &[]).tag().to_owned();
    let weak = format!("W/{tag}");
    let old = ("if-unmodified-since", "Thu, 01 Jan 1970 00:00:01 GMT");
    for (fields, status) in [
        (vec![("if-match", tag.as_str())], 200),
        (vec![("if-match", "*")], 200),
        (vec![("if-match", weak.as_str())], 412),
        (vec![("if-match", "\"x\"")], 412),
        (vec![("if-match", tag.as_str()), old], 200),
        (vec![old], 412),
        (vec![("if-match", "\"x\""), ("if-none-match", "*")], 412),
        (vec![("if-match", "\"x\""), ("range", "bytes=0-1")], 412),
        (vec![("if-none-match", "*"), ("range", "bytes=5000-")], 304),
    ] {
        let answer = site.get("/a.js", &fields);
        assert_eq!(answer.status, status, "{fields:?}");
        assert!(status == 200 || answer.body.is_empty());
    }
    let refused = site.get("/a.js", &[("if-match", "\"x\"")]);
    assert_eq!(refused.tag(), tag);
    assert_eq!(refused.field("vary"), "accept-encoding");
    assert!(!refused.has("cache-control"), "a 412 is not to be kept");
}

// Rule 13
#[test]
fn what_is_not_there_has_no_preconditions() {
    let site = Site::new(&[]);
    for field in [
        ("if-match", "\"x\""),
        ("if-none-match", "*"),
        ("range", "bytes=0-1"),
        ("if-unmodified-since", "Thu, 01 Jan 1970 00:00:01 GMT"),
    ] {
        assert_eq!(site.get("/none.js", &[field]).status, 404, "{field:?}");
    }
}

// Rule 16
#[test]
fn a_304_has_the_tag_of_the_coding_it_stands_for() {
    let site = Site::new(&[("a.js", &text(1000))]);
    let coded = site.get("/a.js", &[("accept-encoding", "br")]);
    let fields = [("accept-encoding", "br"), ("if-none-match", coded.tag())];
    let again = site.get("/a.js", &fields);
    assert_eq!((again.status, again.tag()), (304, coded.tag()));
    // The tag of one coding does not stand for another.
    let plain = site.get("/a.js", &[("if-none-match", coded.tag())]);
    assert_eq!(plain.status, 200);
}

// Rule 17
#[test]
fn dates_that_http_cannot_write_are_left_out() {
    let site = Site::new(&[("old.js", b"let a;"), ("far.js", b"let a;")]);
    site.set_modified("old.js", UNIX_EPOCH - Duration::from_secs(10));
    let old = site.get("/old.js", &[]);
    assert_eq!((old.status, old.has("last-modified")), (200, false));
    // File systems keep what they can of it; there must be an answer in any case.
    site.set_modified("far.js", UNIX_EPOCH + Duration::from_secs(300_000_000_000));
    assert_eq!(site.get("/far.js", &[]).status, 200);
}

// Rule 17
#[test]
fn a_file_from_the_future_was_modified_now_at_the_latest() {
    let site = Site::new(&[("a.js", b"let a;")]);
    site.set_modified("a.js", SystemTime::now() + Duration::from_secs(86_400));
    let answer = site.get("/a.js", &[]);
    let modified = httpdate::parse_http_date(answer.field("last-modified")).unwrap();
    assert!(modified <= SystemTime::now());
}

#[test]
fn what_is_kept_answers_as_what_was_just_loaded() {
    let site = Site::with(&[("a.js", &text(1000))], |files| {
        files.limits(|all| *all = settled())
    });
    let fresh = site.get("/a.js", &[]);
    let kept = site.get("/a.js", &[]);
    assert_eq!(site.files.stats().loads, 1);
    assert_eq!((fresh.headers, fresh.body), (kept.headers, kept.body));
}
