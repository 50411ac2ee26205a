//! What a path may name: rows 61 to 69.

use std::{fs, path::Path, process::Command, time::Duration};

use crate::site::{Site, answer, request};

/// Paths that name nothing, whatever they try.
const PAYLOADS: &[&str] = &[
    "/../secret.txt",
    "/dir/../../secret.txt",
    "/..",
    "/../",
    "/./a.js",
    "/dir/..",
    "/%2e%2e/secret.txt",
    "/%2E%2E/secret.txt",
    "/.%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/%5c..%5csecret.txt",
    "/%252e%252e/secret.txt",
    "/%252e%252e%252fsecret.txt",
    "/..%252fsecret.txt",
    "/..%c0%afsecret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/%e0%80%ae%e0%80%ae/secret.txt",
    "/..;/secret.txt",
    "/..%00/secret.txt",
    "/a.js%00",
    "/%00",
    "/%ff",
    "/%",
    "/%zz",
    "//..//secret.txt",
    "//../secret.txt",
    "/dir//b.js",
    "//a.js",
    "///a.js",
    "/dir%2fb.js",
    "/%2fetc/passwd",
    "//etc/passwd",
    "/file:///etc/passwd",
    "/a.js/",
    "/a.js/x",
    "/a.js%20",
    "/a.js%0a",
    "/a.js::$DATA",
    "/.env",
    "/%2eenv",
    "/.git/config",
    "/dir/.hidden",
];

// Rules 61, 63, 66
#[test]
fn nothing_outside_the_folder_and_nothing_hidden() {
    let site = Site::new(&[
        ("a.js", b"let a;"),
        ("dir/b.js", b"let b;"),
        (".env", b"secret"),
        (".git/config", b"secret"),
        ("dir/.hidden", b"secret"),
    ]);
    fs::write(site.beside("secret.txt"), b"secret").unwrap();
    let long = format!("/{}", "n".repeat(300));
    let deep = format!("/{}", "d/".repeat(3000));
    for target in PAYLOADS
        .iter()
        .copied()
        .chain([long.as_str(), deep.as_str()])
    {
        let answer = site.get(target, &[]);
        assert_eq!(answer.status, 404, "{target}");
        assert!(answer.body.is_empty());
    }
    assert_eq!(site.get("/a.js", &[]).status, 200);
}

// Rule 63
#[test]
fn well_known_is_the_one_name_with_a_dot() {
    let site = Site::new(&[(".well-known/security.txt", b"Contact: x")]);
    let answer = site.get("/.well-known/security.txt", &[]);
    assert_eq!(answer.text(), "Contact: x");
}

// Rule 69
#[test]
fn names_are_decoded_once() {
    let site = Site::new(&[
        ("with space.txt", b"space"),
        ("gr\u{fc}\u{df}e.txt", b"utf-8"),
        ("a+b.txt", b"plus"),
        ("100%.txt", b"percent"),
        ("%2e.txt", b"literal"),
        ("a&b=c;d,e@f.txt", b"signs"),
    ]);
    for (target, expected) in [
        ("/with%20space.txt", "space"),
        ("/gr%C3%BC%c3%9fe.txt", "utf-8"),
        ("/a+b.txt", "plus"),
        ("/a%2Bb.txt", "plus"),
        ("/100%25.txt", "percent"),
        ("/%252e.txt", "literal"),
        ("/a&b=c;d,e@f.txt", "signs"),
        ("/%61%2B%62.txt?query=/../x", "plus"),
    ] {
        assert_eq!(site.get(target, &[]).text(), expected, "{target}");
    }
}

// Rules 67, 68
#[test]
fn folders_have_a_slash_and_an_index() {
    let site = Site::new(&[("index.html", b"root"), ("dir/index.html", b"dir")]);
    assert_eq!(site.get("/", &[]).text(), "root");
    assert_eq!(site.get("/dir/", &[]).text(), "dir");
    assert_eq!(
        site.get("/dir/", &[]).field("content-type"),
        "text/html; charset=utf-8"
    );
    for (target, location) in [
        ("", "/static/"),
        ("?x=1", "/static/?x=1"),
        ("/dir", "/static/dir/"),
        ("/dir?a=b&c=%20d", "/static/dir/?a=b&c=%20d"),
        ("/d%69r", "/static/d%69r/"),
    ] {
        let answer = site.get(target, &[]);
        assert_eq!(answer.status, 301, "{target}");
        assert_eq!(answer.field("location"), location);
        assert_eq!(answer.field("cache-control"), "no-store", "{target}");
    }
    fs::create_dir(site.path("empty")).unwrap();
    assert_eq!(site.get("/empty/", &[]).status, 404);
    assert_eq!(site.get("/index.html/", &[]).status, 404);
}

// Rule 67
#[test]
fn no_redirect_leads_to_another_host() {
    let site = Site::new(&[("example.com/index.html", b"x")]);
    for target in [
        "//example.com",
        "/%2fexample.com",
        "/%5cexample.com",
        "//example.com/..",
    ] {
        for (prefix, target) in [
            ("", target.to_owned()),
            ("/static", format!("/static{target}")),
        ] {
            let uri = http::Uri::builder()
                .scheme("http")
                .authority("host")
                .path_and_query(&target);
            let mut parts = http::Request::new(gustnado_core::Body::empty());
            *parts.uri_mut() = uri.build().unwrap();
            let answer = site.run(answer(&site.files, prefix, parts.into()));
            assert_eq!(
                (answer.status, answer.field("location")),
                (404, ""),
                "{target}"
            );
        }
    }
    let request = request("GET", "/example.com", &[]);
    let answer = site.run(answer(&site.files, "", request));
    assert_eq!(answer.field("location"), "/example.com/");
}

#[test]
fn the_index_can_be_another_or_none() {
    let site = Site::with(&[("home.htm", b"home")], |files| files.index("home.htm"));
    assert_eq!(site.get("/", &[]).text(), "home");
    let site = Site::with(
        &[("dir/index.html", b"x")],
        gustnado_static::StaticFiles::no_index,
    );
    for target in ["/", "/dir", "/dir/", ""] {
        assert_eq!(site.get(target, &[]).status, 404, "{target}");
    }
    assert_eq!(site.get("/dir/index.html", &[]).status, 200);
}

// Rule 62
#[cfg(unix)]
#[test]
fn links_lead_to_files_inside_only() {
    use std::os::unix::fs::symlink;

    let site = Site::new(&[
        ("a.js", b"let a;"),
        ("dir/b.js", b"let b;"),
        ("c.js", b"let c;"),
    ]);
    fs::write(site.beside("secret.txt"), b"secret").unwrap();
    fs::create_dir(site.beside("secrets")).unwrap();
    fs::write(site.beside("secrets/index.html"), b"secret").unwrap();
    fs::create_dir(site.path("out")).unwrap();
    for (target, link) in [
        (site.beside("secret.txt"), "leak.txt"),
        (site.beside("secrets"), "leak"),
        (site.beside("secrets/index.html"), "out/index.html"),
        (site.beside("secret.txt"), "c.js.br"),
        (Path::new("../secret.txt").to_owned(), "relative.txt"),
        (Path::new("loop").to_owned(), "loop"),
        (site.beside("nowhere"), "dangling"),
        (site.path("a.js"), "inside.js"),
        (site.path("dir"), "inside"),
    ] {
        symlink(target, site.path(link)).unwrap();
    }
    for target in [
        "/leak.txt",
        "/leak",
        "/leak/",
        "/leak/index.html",
        "/out/",
        "/out/index.html",
        "/relative.txt",
        "/loop",
        "/dangling",
    ] {
        assert_eq!(site.get(target, &[]).status, 404, "{target}");
    }
    assert_eq!(site.get("/inside.js", &[]).text(), "let a;");
    assert_eq!(site.get("/inside/b.js", &[]).text(), "let b;");
    let coded = site.get("/c.js", &[("accept-encoding", "br")]);
    assert_eq!(coded.text(), "let c;");
}

// Rule 62
#[cfg(unix)]
#[test]
fn a_file_that_becomes_a_link_out_is_gone() {
    use std::os::unix::fs::symlink;

    let site = Site::new(&[("a.js", b"let a;"), ("dir/b.js", b"let b;")]);
    assert_eq!(site.get("/a.js", &[]).status, 200);
    assert_eq!(site.get("/dir/b.js", &[]).status, 200);
    fs::create_dir(site.beside("other")).unwrap();
    fs::write(site.beside("other/b.js"), b"secret").unwrap();
    fs::remove_file(site.path("a.js")).unwrap();
    symlink(site.beside("other/b.js"), site.path("a.js")).unwrap();
    fs::remove_dir_all(site.path("dir")).unwrap();
    symlink(site.beside("other"), site.path("dir")).unwrap();
    assert_eq!(site.get("/a.js", &[]).status, 404);
    assert_eq!(site.get("/dir/b.js", &[]).status, 404);
}

#[cfg(unix)]
#[test]
fn the_folder_may_be_a_link_that_is_switched() {
    use std::os::unix::fs::symlink;

    let site = Site::new(&[]);
    for release in ["one", "two"] {
        fs::create_dir(site.beside(release)).unwrap();
        fs::write(site.beside(release).join("a.txt"), release).unwrap();
    }
    symlink(site.beside("one"), site.beside("current")).unwrap();
    let current = Site::of(&site.beside("current"));
    assert_eq!(current.get("/a.txt", &[]).text(), "one");
    symlink(site.beside("two"), site.beside("next")).unwrap();
    fs::rename(site.beside("next"), site.beside("current")).unwrap();
    assert_eq!(current.get("/a.txt", &[]).text(), "two");
}

// Rule 65
#[cfg(unix)]
#[test]
fn pipes_sockets_and_devices_are_not_opened() {
    let site = Site::new(&[]);
    let _socket = std::os::unix::net::UnixListener::bind(site.path("socket")).unwrap();
    let made = Command::new("mkfifo").arg(site.path("pipe.js")).status();
    assert!(made.unwrap().success());
    let devices = Site::of(Path::new("/dev"));
    // Opening the pipe would wait for a writer; the test would not end, so it is given an end.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let answers = [
            site.get("/socket", &[]).status,
            site.get("/pipe.js", &[]).status,
            site.get("/pipe.js/", &[]).status,
            devices.get("/zero", &[]).status,
            devices.get("/null", &[]).status,
        ];
        sender.send(answers)
    });
    let answers = receiver.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!(answers, [404; 5]);
}

// A file that may not be read is not there, for who cannot read it.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_not_there() {
    use std::os::unix::fs::PermissionsExt;

    let site = Site::new(&[("a.js", b"let a;")]);
    fs::set_permissions(site.path("a.js"), fs::Permissions::from_mode(0o0)).unwrap();
    let readable = fs::read(site.path("a.js")).is_ok();
    let expected = if readable { 200 } else { 404 };
    assert_eq!(site.get("/a.js", &[]).status, expected);
}
