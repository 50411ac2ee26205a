//! Files that change while they are served: rows 4, 32, 49 and 50.

use std::{fs, sync::Arc, thread};

use gustnado_static::StaticLimits;

use crate::site::{Site, answer, gunzip, request, runtime, settled, text, unbrotli};

// Rule 4
#[test]
fn a_file_of_the_same_length_in_the_same_second_is_served_at_once() {
    let site = Site::new(&[("a.txt", b"0000")]);
    let mut tags = Vec::new();
    for number in 0..200 {
        let content = format!("{number:04}");
        // In place and by replacing, in turn.
        if number % 2 == 0 {
            fs::write(site.path("a.txt"), &content).unwrap();
        } else {
            site.replace("a.txt", content.as_bytes());
        }
        let answer = site.get("/a.txt", &[]);
        assert_eq!(answer.text(), content);
        tags.push(answer.tag().to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 200);
}

// Rule 4
#[test]
fn so_is_one_that_was_kept_for_long() {
    let site = Site::with(&[("a.txt", b"one")], |files| {
        files.limits(|all| *all = settled())
    });
    for content in ["one", "two", "six"] {
        site.replace("a.txt", content.as_bytes());
        for _ in 0..3 {
            assert_eq!(site.get("/a.txt", &[]).text(), content);
        }
    }
    assert_eq!(site.files.stats().loads, 3);
}

// Rules 49, 50
#[test]
fn all_codings_change_together() {
    let mut content = text(2000);
    let site = Site::new(&[("a.js", &content)]);
    for _ in 0..20 {
        let ask = |accept| site.get("/a.js", &[("accept-encoding", accept)]);
        assert_eq!(unbrotli(&ask("br").body), content);
        assert_eq!(gunzip(&ask("gzip").body), content);
        assert_eq!(ask("identity").body, content);
        content.rotate_left(7);
        site.replace("a.js", &content);
    }
}

#[test]
fn a_touched_file_has_a_new_date_and_the_same_tag() {
    let site = Site::with(&[("a.js", &text(2000))], |files| {
        files.limits(|all| *all = settled())
    });
    let fields = [("accept-encoding", "br")];
    let before = site.get("/a.js", &fields);
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    site.set_modified("a.js", time);
    let after = site.get("/a.js", &fields);
    assert_eq!(after.tag(), before.tag());
    assert_eq!(
        after.field("last-modified"),
        "Sun, 09 Sep 2001 01:46:40 GMT"
    );
    assert_eq!(site.files.stats().encodings, 1);
}

#[test]
fn a_file_that_goes_and_comes_back() {
    let site = Site::with(&[("a.js", b"let a;")], |files| {
        files.limits(|all| *all = settled())
    });
    assert_eq!(site.get("/a.js", &[]).status, 200);
    fs::remove_file(site.path("a.js")).unwrap();
    assert_eq!(site.get("/a.js", &[]).status, 404);
    fs::create_dir(site.path("a.js")).unwrap();
    assert_eq!(site.get("/a.js", &[]).status, 301);
    fs::remove_dir(site.path("a.js")).unwrap();
    site.write("a.js", b"let b;");
    assert_eq!(site.get("/a.js", &[]).text(), "let b;");
}

// Rules 32, 49: every answer is whole, one version, and its tag belongs to its bytes.
#[test]
fn a_file_replaced_all_the_time_is_always_one_version() {
    let all = [settled(), StaticLimits::default()];
    let sizes = [1024 * 1024, 1000];
    for (mut limits, largest) in all
        .into_iter()
        .flat_map(|one| sizes.map(|size| (one.clone(), size)))
    {
        limits.file = largest;
        let site = Site::with(&[("a.js", &vec![b'a'; 100_000])], |files| {
            files.limits(|all| *all = limits)
        });
        let readers: Vec<_> = ["br", "gzip", "identity"]
            .map(|accept| {
                let files = Arc::clone(&site.files);
                thread::spawn(move || {
                    let ask = async || {
                        let fields = [("accept-encoding", accept)];
                        answer(&files, "", request("GET", "/a.js", &fields)).await
                    };
                    for _ in 0..100 {
                        let answer = runtime().block_on(ask());
                        assert_eq!((answer.status, answer.broken), (200, false));
                        let bytes = match answer.field("content-encoding") {
                            "br" => unbrotli(&answer.body),
                            "gzip" => gunzip(&answer.body),
                            _ => answer.body,
                        };
                        assert_eq!(bytes.len(), 100_000);
                        assert!(bytes.iter().all(|byte| *byte == bytes[0]));
                    }
                })
            })
            .into_iter()
            .collect();
        let mut letter = 0;
        while readers.iter().any(|reader| !reader.is_finished()) {
            letter = (letter + 1) % 26;
            site.replace("a.js", &vec![b'a' + letter; 100_000]);
            thread::sleep(std::time::Duration::from_millis(1));
        }
        for reader in readers {
            reader.join().unwrap();
        }
    }
}
