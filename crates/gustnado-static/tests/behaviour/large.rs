//! Files that are streamed: rows 24, 59, 74 and 75.

use std::{fs, sync::Arc};

use gustnado_core::Mount;
use gustnado_static::StaticLimits;

use crate::site::{Site, noise, request, settled};

fn site(bytes: &[u8]) -> Site {
    let mut limits = settled();
    limits.file = 1000;
    Site::with(&[("a.bin", bytes)], |files| {
        files.limits(|all| *all = limits)
    })
}

#[test]
fn a_file_larger_than_is_kept_is_sent_whole() {
    // Around the ends of chunks.
    for length in [1001, 40_959, 40_960, 40_961, 81_920, 300_001] {
        let bytes = noise(length);
        let answer = site(&bytes).get("/a.bin", &[]);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.field("content-length"), length.to_string());
        assert!(answer.body == bytes && !answer.broken, "{length} bytes");
    }
}

#[test]
fn it_is_not_kept() {
    let site = site(&noise(300_000));
    for _ in 0..3 {
        site.get("/a.bin", &[]);
    }
    let stats = site.files.stats();
    assert!(stats.bytes < 20_000, "{stats:?}");
    assert_eq!(stats.loads, 1);
}

#[test]
fn preconditions_and_ranges_hold_for_it() {
    let bytes = noise(300_000);
    let site = site(&bytes);
    let tag = site.get("/a.bin", &[]).tag().to_owned();
    assert_eq!(site.get("/a.bin", &[("if-none-match", &tag)]).status, 304);
    let answer = site.get(
        "/a.bin",
        &[("range", "bytes=100000-199999"), ("if-range", &tag)],
    );
    assert_eq!(answer.status, 206);
    assert!(answer.body == bytes[100_000..200_000]);
}

// Rules 4, 32: a clock that ticks in milliseconds cannot tell these versions apart; their tags can.
#[test]
fn versions_of_one_moment_have_tags_of_their_own() {
    let mut limits = StaticLimits::default();
    limits.file = 1000;
    let site = Site::with(&[("a.bin", &noise(5000))], |files| {
        files.limits(|all| *all = limits)
    });
    let mut tags = Vec::new();
    for byte in 0..50 {
        fs::write(site.path("a.bin"), vec![byte; 5000]).unwrap();
        tags.push(site.get("/a.bin", &[]).tag().to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 50);
}

/// Takes the first chunk, changes the file, takes the rest.
fn change_midway(site: &Site, change: impl FnOnce()) -> (usize, bool) {
    site.run(async {
        let files = Arc::clone(&site.files);
        let mut answer = files.call("", request("GET", "/a.bin", &[])).await.unwrap();
        let mut body = answer.take_body();
        let mut taken = body.chunk().await.unwrap().unwrap().len();
        change();
        loop {
            match body.chunk().await {
                Ok(Some(bytes)) => taken += bytes.len(),
                Ok(None) => return (taken, false),
                Err(_) => return (taken, true),
            }
        }
    })
}

// Rule 74
#[test]
fn a_file_cut_short_midway_breaks_the_answer_off() {
    let site = site(&noise(500_000));
    let path = site.path("a.bin");
    let (taken, broken) = change_midway(&site, || {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_len(100_000).unwrap();
    });
    assert!(broken && taken < 500_000, "{taken}");
}

#[test]
fn a_file_overwritten_midway_breaks_the_answer_off() {
    let site = site(&noise(500_000));
    let path = site.path("a.bin");
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    site.set_modified("a.bin", old);
    let (taken, broken) = change_midway(&site, || fs::write(path, noise(500_000)).unwrap());
    assert!(broken && taken < 500_000, "{taken}");
}

// Rule 32
#[test]
fn a_file_replaced_midway_is_sent_to_its_end() {
    let site = site(&noise(500_000));
    let (taken, broken) = change_midway(&site, || site.replace("a.bin", &[0; 2000]));
    assert_eq!((taken, broken), (500_000, false));
}

// Rule 75: what is read and not yet taken is one chunk, whatever the size of the file.
#[test]
fn a_slow_reader_does_not_make_the_server_read() {
    let site = site(&noise(500_000));
    let path = site.path("a.bin");
    // The first chunk is taken. Nothing was read ahead, so that of the rest nothing can come.
    let (taken, broken) = change_midway(&site, || {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_len(0).unwrap();
    });
    assert!(broken && taken <= 65_536, "{taken}");
}
