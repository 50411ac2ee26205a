//! What is coded quickly at first is coded better in the background: rules 32, 44, 46, 47, 49 and 50.

use std::{
    collections::HashMap,
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use gustnado_static::StaticFiles;

use crate::site::{
    Answer, MADE, Site, answer, gunzip, request, runtime, settled, text, unbrotli, unzstd,
};

/// A site where it is done.
fn site(files: &[(&str, &[u8])], set_up: impl FnOnce(StaticFiles) -> StaticFiles) -> Site {
    Site::with(files, |site| {
        set_up(site.recompress(true).limits(|all| *all = settled()))
    })
}

fn ask(site: &Site, coding: &str) -> Answer {
    site.get("/a.js", &[("accept-encoding", coding)])
}

/// Waits until so many were coded again.
fn recompressed(site: &Site, count: u64) {
    for _ in 0..4000 {
        if site.files.stats().recompressions >= count {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("still {:?}", site.files.stats());
}

fn decoded(answer: &Answer) -> Vec<u8> {
    match answer.field("content-encoding") {
        "br" => unbrotli(&answer.body),
        "zstd" => unzstd(&answer.body),
        "gzip" => gunzip(&answer.body),
        _ => answer.body.clone(),
    }
}

// Rules 44, 46, 50
#[test]
fn the_second_answer_is_smaller_and_has_a_tag_of_its_own() {
    for coding in ["br", "zstd"] {
        if !MADE.contains(&coding) {
            continue;
        }
        let site = site(&[("a.js", &text(60_000))], |site| site);
        let quick = ask(&site, coding);
        recompressed(&site, 1);
        for _ in 0..40 {
            let best = ask(&site, coding);
            assert_eq!(best.field("content-encoding"), coding);
            assert!(best.body.len() < quick.body.len(), "{coding}");
            assert_ne!(best.tag(), quick.tag());
            assert_eq!(decoded(&best), text(60_000));
        }
        let stats = site.files.stats();
        assert_eq!((stats.encodings, stats.recompressions), (1, 1));
    }
}

/// A site whose script has its better coding by now; its first answer, and the better one.
fn raised(coding: &str, set_up: impl FnOnce(StaticFiles) -> StaticFiles) -> (Site, Answer, Answer) {
    let site = site(&[("a.js", &text(60_000))], set_up);
    let quick = ask(&site, coding);
    recompressed(&site, 1);
    let best = ask(&site, coding);
    assert_ne!(quick.tag(), best.tag());
    (site, quick, best)
}

fn who_has(site: &Site, tag: &str, method: &str, coding: &str) -> Answer {
    let fields = [("accept-encoding", coding), ("if-none-match", tag)];
    site.ask(method, "/a.js", &fields)
}

// Rules 5, 14, 15, 16, 46
#[test]
fn who_has_the_first_form_is_told_that_it_is_still_good() {
    for coding in ["br", "zstd"] {
        if !MADE.contains(&coding) {
            continue;
        }
        let (site, quick, best) = raised(coding, |site| site);
        // So often that the worker has its answers ready.
        for _ in 0..40 {
            for (tag, answer) in [(quick.tag(), &quick), (best.tag(), &best)] {
                for method in ["GET", "HEAD"] {
                    let same = who_has(&site, tag, method, coding);
                    assert_eq!((same.status, same.tag()), (304, tag));
                    assert!(same.body.is_empty());
                    for name in ["content-type", "content-length", "content-encoding"] {
                        assert!(!same.has(name), "{name}");
                    }
                    for name in ["cache-control", "last-modified", "vary"] {
                        assert_eq!(same.field(name), answer.field(name));
                    }
                }
                let weak = who_has(&site, &format!("\"x\", W/{tag}"), "GET", coding);
                assert_eq!((weak.status, weak.tag()), (304, tag));
            }
            let both = format!("{}, {}", quick.tag(), best.tag());
            assert_eq!(who_has(&site, &both, "GET", coding).tag(), best.tag());
            assert_eq!(ask(&site, coding).tag(), best.tag());
        }
    }
}

// Rules 6, 9, 16, 31, 32, 50
#[test]
fn the_first_form_stands_for_no_other_coding_content_or_part() {
    let (site, quick, best) = raised("br", |site| site);
    for _ in 0..40 {
        for coding in ["gzip", "identity", ""] {
            let other = who_has(&site, quick.tag(), "GET", coding);
            assert_eq!(other.status, 200, "{coding}");
            assert_eq!(decoded(&other), text(60_000));
        }
        let part = ("range", "bytes=0-9");
        let ranges = [("accept-encoding", "br"), ("if-range", quick.tag()), part];
        let joined = site.get("/a.js", &ranges);
        assert_eq!((joined.status, &joined.body), (200, &best.body));
        let ranges = [("accept-encoding", "br"), ("if-range", best.tag()), part];
        let joined = site.get("/a.js", &ranges);
        assert_eq!((joined.status, &joined.body[..]), (206, &best.body[..10]));
        assert_eq!(joined.tag(), best.tag());
        let meant = [("accept-encoding", "br"), ("if-match", quick.tag())];
        assert_eq!(site.get("/a.js", &meant).status, 412);
    }
    let mut new = text(60_000);
    new.reverse();
    site.replace("a.js", &new);
    for tag in [quick.tag(), best.tag()] {
        let answer = who_has(&site, tag, "GET", "br");
        assert_eq!((answer.status, decoded(&answer)), (200, new.clone()));
    }
}

// Rules 3, 5, 16
#[test]
fn each_form_is_still_good_after_a_restart() {
    let shelf = tempfile::tempdir().unwrap();
    let (_first, quick, best) = raised("br", |site| site.compressed_at(shelf.path()));
    let warm = site(&[("a.js", &text(60_000))], |site| {
        site.compressed_at(shelf.path())
    });
    // This one has nothing but the quick form, and no other.
    let cold = Site::new(&[("a.js", &text(60_000))]);
    for (site, other) in [(warm, quick.tag()), (cold, best.tag())] {
        let same = who_has(&site, other, "GET", "br");
        assert_eq!((same.status, same.tag()), (304, other));
        assert_ne!(ask(&site, "br").tag(), other);
    }
}

// Rules 6, 16, 50
#[test]
fn a_file_that_somebody_put_beside_is_no_form_of_ours() {
    let (site, quick, best) = raised("br", |site| site);
    // It is ours to the byte, and so of the content; but that is not looked into.
    for beside in [&b"something else"[..], &best.body] {
        site.replace("a.js.br", beside);
        let theirs = ask(&site, "br");
        assert_eq!(theirs.body, beside);
        for tag in [quick.tag(), best.tag()] {
            let answer = who_has(&site, tag, "GET", "br");
            assert_eq!((answer.status, &answer.body[..]), (200, beside));
        }
        fs::remove_file(site.path("a.js.br")).unwrap();
        let answer = who_has(&site, theirs.tag(), "GET", "br");
        assert_eq!((answer.status, decoded(&answer)), (200, text(60_000)));
    }
}

// Rule 46
#[test]
fn what_gets_no_better_stays_as_it_is() {
    // Gzip has one level, and the least of brotli is the best for these.
    let site = site(&[("a.js", &[b'a'; 300])], |site| site);
    let before = ["gzip", "br"].map(|coding| ask(&site, coding));
    recompressed(&site, 1);
    for answer in before {
        let again = ask(&site, answer.field("content-encoding"));
        assert!(again.body.len() <= answer.body.len());
        assert_eq!(decoded(&again), [b'a'; 300]);
    }
    let stats = site.files.stats();
    assert_eq!((stats.encodings, stats.recompressions), (2, 1));
}

// Rule 47
#[test]
fn a_restart_is_warm() {
    let shelf = tempfile::tempdir().unwrap();
    let content = text(60_000);
    let run = || {
        site(&[("a.js", &content)], |site| {
            site.compressed_at(shelf.path().join("compressed"))
        })
    };
    let first = run();
    ask(&first, "br");
    recompressed(&first, 1);
    let best = ask(&first, "br");
    let second = run();
    let warm = ask(&second, "br");
    assert_eq!((warm.tag(), &warm.body), (best.tag(), &best.body));
    let stats = second.files.stats();
    assert_eq!((stats.encodings, stats.recompressions), (0, 0));
    // Whatever lies there is used only if it is that file.
    for entry in fs::read_dir(shelf.path().join("compressed")).unwrap() {
        fs::write(entry.unwrap().path(), "nothing of the kind").unwrap();
    }
    let third = run();
    assert_eq!(decoded(&ask(&third, "br")), content);
    assert_eq!(third.files.stats().encodings, 1);
}

// Rule 49
#[test]
fn a_file_that_changes_meanwhile_is_never_sent_as_it_was() {
    let site = site(&[("a.js", b"")], |site| site);
    for round in 0..30_u8 {
        let content = vec![b'a' + round % 26; 3000 + usize::from(round)];
        site.replace("a.js", &content);
        for coding in MADE.iter().chain(&["identity"]) {
            assert_eq!(decoded(&ask(&site, coding)), content, "{coding} {round}");
        }
    }
}

// Rules 32, 49, 50
#[test]
fn a_file_replaced_a_thousand_times_is_whole_with_the_tag_of_its_bytes() {
    let site = Site::with(&[("a.js", &[b'a'; 20_000])], |site| site.recompress(true));
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = ["br", "zstd", "gzip", "identity"]
        .into_iter()
        .map(|coding| {
            let (files, over) = (Arc::clone(&site.files), Arc::clone(&over));
            thread::spawn(move || {
                let runtime = runtime();
                let mut seen: HashMap<String, (String, Vec<u8>)> = HashMap::new();
                let mut count = 0_usize;
                while !over.load(Relaxed) || count < 50 {
                    let fields = [("accept-encoding", coding)];
                    let request = request("GET", "/a.js", &fields);
                    let answer = runtime.block_on(answer(&files, "", request));
                    assert_eq!((answer.status, answer.broken), (200, false));
                    let bytes = decoded(&answer);
                    assert_eq!(bytes.len(), 20_000);
                    assert!(bytes.iter().all(|byte| *byte == bytes[0]));
                    let said = answer.field("content-encoding").to_owned();
                    let tag = answer.tag().to_owned();
                    let known = seen
                        .entry(tag)
                        .or_insert((said.clone(), answer.body.clone()));
                    assert_eq!(*known, (said, answer.body), "one tag, one body");
                    count += 1;
                }
                seen
            })
        })
        .collect();
    for number in 0..1000_u32 {
        site.replace("a.js", &[b'a' + (number % 26) as u8; 20_000]);
    }
    over.store(true, Relaxed);
    let mut all: HashMap<String, (String, Vec<u8>)> = HashMap::new();
    for reader in readers {
        for (tag, body) in reader.join().unwrap() {
            assert_eq!(*all.entry(tag).or_insert_with(|| body.clone()), body);
        }
    }
}
