//! The fallback of single-page applications.

use gustnado_core::Mount;
use gustnado_static::{CacheControl, StaticFiles};

use crate::site::{Site, noise, settled, text};

const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn site() -> Site {
    let files: &[(&str, &[u8])] = &[
        ("index.html", b"<p>app"),
        ("assets/app.js", b"let a;"),
        ("docs/index.html", b"<p>docs"),
    ];
    Site::with(files, |files| {
        files
            .cache_control("**", CacheControl::Immutable)
            .fallback("index.html")
    })
}

// Rule 78
#[test]
fn a_page_that_is_not_there_is_the_application() {
    let site = site();
    for target in [
        "/users/7",
        "/users/john.doe",
        "/users/7/",
        "/v1.2/notes?q=a.js",
        "/about",
    ] {
        let answer = site.get(target, &[PAGE]);
        assert_eq!((answer.status, answer.text()), (200, "<p>app"), "{target}");
        assert_eq!(answer.field("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.field("cache-control"), "no-cache");
        assert!(
            answer
                .headers
                .get_all("vary")
                .iter()
                .any(|line| line == "accept, sec-fetch-mode")
        );
    }
    let navigation = ("sec-fetch-mode", "navigate");
    assert_eq!(site.get("/about", &[navigation]).status, 200);
    let head = site.ask("HEAD", "/about", &[PAGE]);
    assert_eq!((head.status, head.field("content-length")), (200, "6"));
    // What is there is itself, by its own rules.
    assert_eq!(site.get("/docs/", &[PAGE]).text(), "<p>docs");
    let script = site.get("/assets/app.js", &[PAGE]);
    assert!(script.field("cache-control").contains("immutable"));
}

// Rule 78
#[test]
fn what_no_person_goes_to_stays_missing() {
    let site = site();
    for (target, fields) in [
        ("/assets/old.js", vec![PAGE]),
        ("/assets/old.css", vec![PAGE]),
        ("/logo.png", vec![PAGE]),
        ("/data.json", vec![PAGE, ("sec-fetch-mode", "navigate")]),
        ("/old.html", vec![PAGE]),
        ("/api/users", vec![("accept", "application/json")]),
        ("/api/users", vec![("accept", "*/*")]),
        ("/api/users", vec![]),
        ("/api/users", vec![PAGE, ("sec-fetch-mode", "cors")]),
        ("/.env", vec![PAGE]),
        ("/a/../b", vec![PAGE]),
        ("/%00", vec![PAGE]),
    ] {
        let answer = site.get(target, &fields);
        assert_eq!(answer.status, 404, "{target} {fields:?}");
    }
    // Whether it is there depends on who asks, and a cache is told so.
    let vary = "accept, sec-fetch-mode";
    assert_eq!(site.get("/api/users", &[]).field("vary"), vary);
    assert!(!site.get("/assets/old.js", &[PAGE]).has("vary"));
    assert_eq!(site.ask("POST", "/about", &[PAGE]).status, 405);
}

// Rules 40, 78
#[test]
fn it_is_negotiated_and_validated_as_any_file() {
    let content = text(5000);
    let site = Site::with(&[("app.html", &content)], |files| {
        files.fallback("app.html")
    });
    let br = ("accept-encoding", "br");
    let coded = site.get("/about", &[PAGE, br]);
    assert_eq!(coded.field("content-encoding"), "br");
    let vary: Vec<_> = coded.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["accept-encoding", "accept, sec-fetch-mode"]);
    let again = site.get("/about", &[PAGE, br, ("if-none-match", coded.tag())]);
    assert_eq!(
        (again.status, again.field("cache-control")),
        (304, "no-cache")
    );
    let part = site.get("/about", &[PAGE, ("range", "bytes=0-4")]);
    assert_eq!((part.status, part.body), (206, content[..5].to_vec()));
}

// Rule 78
#[test]
fn a_streamed_one_is_served_too() {
    let mut limits = settled();
    limits.file = 100;
    let site = Site::with(&[("app.html", &noise(90_000))], |files| {
        files.fallback("app.html").limits(|all| *all = limits)
    });
    assert_eq!(site.get("/about", &[PAGE]).body, noise(90_000));
}

#[test]
fn one_that_cannot_be_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for (path, words) in [
        ("index.html", "there is no fallback `index.html`"),
        ("/index.html", "is no file's path"),
        ("../index.html", "is no file's path"),
        ("dir/", "is no file's path"),
        (".hidden", "is no file's path"),
    ] {
        let problems = StaticFiles::new(folder.path()).fallback(path).problems();
        assert!(
            problems.iter().any(|problem| problem.contains(words)),
            "{path}: {problems:?}"
        );
    }
    std::fs::write(folder.path().join("index.html"), "x").unwrap();
    let files = StaticFiles::new(folder.path()).fallback("index.html");
    assert_eq!(files.problems(), Vec::<String>::new());
}
