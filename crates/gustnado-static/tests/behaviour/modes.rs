//! How a change is found out: rules 4 and 49 for modes that do not look for each answer.

use std::{fs, thread, time::Duration};

use gustnado_static::Coherence;

use crate::site::{Site, settled, text, unbrotli};

/// A site that looks at nothing by itself within the time of a test.
fn site(coherence: Coherence, files: &[(&str, &[u8])]) -> Site {
    Site::with(files, |files| {
        let files = files.coherence(coherence);
        files.limits(|all| {
            *all = settled();
            all.sibling_time = Duration::from_secs(3600);
        })
    })
}

#[test]
fn what_is_frozen_is_not_looked_at_again() {
    let site = site(Coherence::Frozen, &[("a.js", b"one")]);
    for _ in 0..20 {
        assert_eq!(site.get("/a.js", &[]).text(), "one");
        site.replace("a.js", b"two");
    }
    fs::remove_file(site.path("a.js")).unwrap();
    assert_eq!(site.get("/a.js", &[]).text(), "one");
    assert_eq!(site.files.stats().loads, 1);
}

/// Asks until the answer is this, as it has to be soon.
fn becomes(site: &Site, accept: &str, status: u16, body: &[u8]) {
    for _ in 0..2000 {
        let answer = site.get("/b/a.js", &[("accept-encoding", accept)]);
        if (answer.status, &*answer.body) == (status, body) {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("it never becomes {status} {body:?}");
}

// Rules 4, 49
#[test]
fn what_is_watched_changes_soon_after_the_file() {
    let site = site(Coherence::Watch, &[("b/a.js", b"one")]);
    let often = |body: &[u8]| {
        becomes(&site, "", 200, body);
        for _ in 0..40 {
            assert_eq!(site.get("/b/a.js", &[]).body, body);
        }
    };
    often(b"one");
    site.write("b/a.js", b"two");
    often(b"two");
    site.replace("b/a.js", b"six");
    often(b"six");
    // Another folder in the place of its own.
    site.write("c/a.js", b"ten");
    fs::rename(site.path("b"), site.path("d")).unwrap();
    fs::rename(site.path("c"), site.path("b")).unwrap();
    often(b"ten");
    site.write("b/a.js", b"new");
    often(b"new");
    fs::remove_file(site.path("b/a.js")).unwrap();
    becomes(&site, "", 404, b"");
}

// Rule 49
#[test]
fn so_does_a_file_beside_it() {
    let site = site(Coherence::Watch, &[("b/a.js", &text(1000))]);
    site.write("b/a.js.br", b"one");
    for body in [&b"one"[..], b"two", b"six"] {
        site.replace("b/a.js.br", body);
        becomes(&site, "br", 200, body);
    }
    fs::remove_file(site.path("b/a.js.br")).unwrap();
    for _ in 0..2000 {
        let answer = site.get("/b/a.js", &[("accept-encoding", "br")]);
        if answer.body != b"six" {
            assert_eq!(unbrotli(&answer.body), text(1000));
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("it is still there");
}

// Rule 4
#[cfg(unix)]
#[test]
fn what_is_reached_by_a_link_is_looked_at_for_each_answer() {
    let site = site(Coherence::Watch, &[("real/a.js", b"one")]);
    std::os::unix::fs::symlink("real", site.path("b")).unwrap();
    for number in 0..50 {
        let body = format!("{number:04}");
        site.replace("real/a.js", body.as_bytes());
        assert_eq!(site.get("/b/a.js", &[]).text(), body);
    }
}
