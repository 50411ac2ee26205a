//! Who may have a file, and how long what is sent may be kept.

use gustnado_core::{Error, Glance, Mount};
use gustnado_static::{Audience, CacheControl};
use http::HeaderValue;

use crate::site::{Site, request, settled, text};

/// A site whose folder `members` is for those with a cookie.
fn members() -> Site {
    let files: &[(&str, &[u8])] = &[
        ("a.js", &text(1000)),
        ("members/a.js", &text(1000)),
        ("members/b.js", b"let b;"),
        ("members/index.html", b"<!doctype html>"),
    ];
    Site::with(files, |files| {
        let files = files
            .cache_control("members/**", CacheControl::Immutable)
            .cache_control("b.js", CacheControl::NoStore);
        files.validate(|file| match file.path().split_once('/') {
            Some(("members", _)) if file.cookie("session") == Some("5e55") => {
                Ok(Audience::ThisClient)
            }
            Some(("members", _)) => Err(Error::new(403, "for members")),
            _ => Ok(Audience::Everyone),
        })
    })
}

const SIGNED_IN: (&str, &str) = ("cookie", "a=b; session=5e55");

#[test]
fn who_may_not_have_a_file_is_told_so_and_caches_keep_nothing() {
    let site = members();
    for _ in 0..2 {
        for (method, path) in [
            ("GET", "/members/a.js"),
            ("HEAD", "/members/a.js"),
            ("GET", "/members/"),
            ("GET", "/members/none"),
            ("GET", "/%6dembers/a.js"),
        ] {
            let answer = site.ask(method, path, &[]);
            assert_eq!(answer.status, 403, "{method} {path}");
            assert_eq!(answer.field("cache-control"), "no-store");
        }
        // It is in memory by now.
        assert_eq!(site.get("/members/a.js", &[SIGNED_IN]).status, 200);
    }
    let everyone = site.get("/a.js", &[]);
    assert_eq!(
        (everyone.status, everyone.field("cache-control")),
        (200, "no-cache")
    );
}

#[test]
fn what_is_for_one_client_is_kept_from_shared_caches() {
    let site = members();
    let whole = site.get("/members/a.js", &[SIGNED_IN]);
    for fields in [
        &[SIGNED_IN][..],
        &[SIGNED_IN, ("if-none-match", whole.tag())],
        &[SIGNED_IN, ("range", "bytes=0-3")],
        &[SIGNED_IN, ("accept-encoding", "gzip")],
    ] {
        let answer = site.get("/members/a.js", fields);
        assert!([200, 206, 304].contains(&answer.status));
        assert_eq!(
            answer.field("cache-control"),
            "private, no-cache",
            "{fields:?}"
        );
    }
    let strict = site.get("/members/b.js", &[SIGNED_IN]);
    assert_eq!(strict.field("cache-control"), "no-store");
    // That there is nothing is for this client, too.
    let nothing = site.get("/members/none", &[SIGNED_IN]);
    assert_eq!(
        (nothing.status, nothing.field("cache-control")),
        (404, "no-store")
    );
    let folder = site.get("/members", &[SIGNED_IN]);
    assert_eq!(folder.status, 301);
}

#[test]
fn a_policy_by_more_than_the_path_goes_before_patterns() {
    let files: &[(&str, &[u8])] = &[("small.js", b"1"), ("large.js", &text(1000))];
    let site = Site::with(files, |files| {
        files
            .cache_control("**", CacheControl::NoStore)
            .cache_policy(|file| {
                let value = HeaderValue::from_static("max-age=5");
                (file.length() < 10).then_some(CacheControl::Custom(value))
            })
    });
    assert_eq!(
        site.get("/small.js", &[]).field("cache-control"),
        "max-age=5"
    );
    assert_eq!(
        site.get("/large.js", &[]).field("cache-control"),
        "no-store"
    );
}

#[test]
fn the_listing_of_a_folder_is_asked_for_as_what_is_in_it() {
    let files: &[(&str, &[u8])] = &[("members/list.txt", b"x"), ("a.txt", b"x")];
    let site = Site::with(files, |files| {
        files.no_index().listing().validate(|file| {
            if file.path().starts_with("members/") {
                Err(Error::new(403, "for members"))
            } else {
                Ok(Audience::Everyone)
            }
        })
    });
    assert_eq!(site.get("/members/", &[]).status, 403);
    assert_eq!(site.get("/", &[]).status, 200);
}

#[test]
fn what_is_at_hand_is_for_everyone_and_for_nobody_else() {
    let files: &[(&str, &[u8])] = &[("a.js", &text(1000)), ("members/a.js", &text(1000))];
    let site = Site::with(files, |files| {
        let files = files.limits(|all| *all = settled());
        files.validate(|file| match (file.path(), file.cookie("session")) {
            ("a.js", None) => Ok(Audience::Everyone),
            (_, Some("5e55")) => Ok(Audience::ThisClient),
            _ => Err(Error::new(403, "for members")),
        })
    });
    let at_hand = |path: &str, fields: &[(&str, &str)]| {
        let asked = request("GET", path, fields);
        site.files.at_hand("/static", &Glance::of(&asked)).is_some()
    };
    for _ in 0..100 {
        assert_eq!(site.get("/a.js", &[]).status, 200);
        assert_eq!(site.get("/a.js", &[SIGNED_IN]).status, 200);
        assert_eq!(site.get("/members/a.js", &[SIGNED_IN]).status, 200);
    }
    assert!(at_hand("/static/a.js", &[]));
    assert!(!at_hand("/static/a.js", &[SIGNED_IN]));
    assert!(!at_hand("/static/a.js", &[("cookie", "session=1")]));
    assert!(!at_hand("/static/members/a.js", &[SIGNED_IN]));
    assert!(!at_hand("/static/members/a.js", &[]));
}
