//! Listings of folders.

use std::fs;

use gustnado_static::StaticFiles;

use crate::site::{Answer, Site};

const FILES: &[(&str, &[u8])] = &[
    ("b.txt", b"bytes"),
    ("A.txt", b"a"),
    ("<script>.txt", b"x"),
    ("with space & more.txt", b"x"),
    (".env", b"secret"),
    ("dir/deep.txt", b"x"),
    ("dir/.git/config", b"secret"),
    ("site/index.html", b"index"),
];

fn listed() -> Site {
    Site::with(FILES, StaticFiles::listing)
}

/// The targets of the links, as they stand there.
fn links(page: &Answer) -> Vec<&str> {
    let parts = page.text().split("href=\"").skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

// Rule 70
#[test]
fn it_is_off_unless_asked_for() {
    let site = Site::new(FILES);
    for target in ["/", "/dir/"] {
        assert_eq!(site.get(target, &[]).status, 404, "{target}");
    }
}

// Rule 70
#[test]
fn it_shows_what_can_be_asked_for_and_nothing_else() {
    let site = listed();
    #[cfg(unix)]
    {
        fs::write(site.beside("secret"), "secret").unwrap();
        std::os::unix::fs::symlink("../secret", site.path("out.txt")).unwrap();
        std::os::unix::fs::symlink("b.txt", site.path("in.txt")).unwrap();
    }
    let page = site.get("/", &[]);
    assert_eq!(page.status, 200);
    assert_eq!(page.field("content-type"), "text/html; charset=utf-8");
    let mut expected = vec!["dir/", "site/", "%3Cscript%3E.txt", "A.txt", "b.txt"];
    if cfg!(unix) {
        expected.push("in.txt");
    }
    expected.push("with%20space%20%26%20more.txt");
    assert_eq!(links(&page), expected);
    assert!(page.text().contains("&lt;script&gt;.txt</a>"));
    assert!(!page.text().contains("<script"));
    assert!(
        page.field("content-security-policy")
            .starts_with("default-src 'none'")
    );
    for link in links(&page) {
        let status = site.get(&format!("/{link}"), &[]).status;
        assert_eq!(status, 200, "{link}");
    }
}

// Rules 67, 70
#[test]
fn a_folder_within_has_a_way_up_and_is_sent_to_its_slash() {
    let site = listed();
    assert_eq!(links(&site.get("/dir/", &[])), ["../", "deep.txt"]);
    assert!(
        site.get("/dir/", &[])
            .text()
            .contains("<title>/static/dir/</title>")
    );
    let redirect = site.get("/dir?a=b", &[]);
    assert_eq!(redirect.field("location"), "/static/dir/?a=b");
    assert_eq!(site.get("/site/", &[]).text(), "index");
    for target in ["/none/", "/b.txt/", "/dir/.git/", "/.git/"] {
        assert_eq!(site.get(target, &[]).status, 404, "{target}");
    }
}

#[test]
fn without_an_index_every_folder_is_listed() {
    let site = Site::with(FILES, |files| files.no_index().listing());
    assert_eq!(links(&site.get("/site/", &[])), ["../", "index.html"]);
    assert_eq!(site.get("/site", &[]).field("location"), "/static/site/");
    assert_eq!(site.get("/b.txt/", &[]).status, 404);
}

#[test]
fn it_is_json_for_those_who_ask_for_that() {
    let site = listed();
    let json = site.get("/dir/", &[("accept", "application/json")]);
    assert_eq!(
        json.field("content-type"),
        "application/json; charset=utf-8"
    );
    assert!(
        json.text()
            .contains("{\"name\":\"deep.txt\",\"type\":\"file\",\"size\":1,")
    );
    let page = site.get("/dir/", &[("accept", "text/html, */*;q=0.1")]);
    for answer in [&json, &page] {
        assert_eq!(answer.field("vary"), "accept");
        assert_eq!(answer.field("cache-control"), "no-cache");
    }
    assert!(json.tag() != page.tag() && !page.tag().is_empty());
}

// Rules 59, 70
#[test]
fn its_head_is_that_of_the_page_and_its_tag_that_of_what_it_shows() {
    let site = listed();
    let (head, get) = (site.ask("HEAD", "/", &[]), site.get("/", &[]));
    assert_eq!(
        (head.status, head.headers),
        (get.status, get.headers.clone())
    );
    site.write("new.txt", b"x");
    let later = site.get("/", &[]);
    assert!(later.tag() != get.tag() && links(&later).contains(&"new.txt"));
    fs::remove_file(site.path("new.txt")).unwrap();
    assert_eq!(site.get("/", &[]).tag(), get.tag());
}
