//! Symbolic links, by policy, and what takes the place of a file.

#![cfg(unix)]

use std::{fs, os::unix::fs::symlink, time::Duration};

use gustnado_static::Symlinks;

use crate::site::{Site, settled};

/// A folder with links of all kinds.
fn site(symlinks: Symlinks) -> Site {
    let files: &[(&str, &[u8])] = &[("a.js", b"let a;"), ("dir/b.js", b"let b;")];
    let site = Site::with(files, |files| {
        files.symlinks(symlinks).limits(|all| *all = settled())
    });
    fs::create_dir(site.beside("outside")).unwrap();
    fs::write(site.beside("outside/c.js"), "let c;").unwrap();
    for (target, link) in [
        ("dir/b.js", "file.js"),
        ("dir", "folder"),
        ("../a.js", "dir/up.js"),
        ("../outside/c.js", "out.js"),
        ("../outside", "out"),
        ("../root/a.js", "round.js"),
    ] {
        symlink(target, site.path(link)).unwrap();
    }
    symlink(site.path("dir/b.js"), site.path("absolute.js")).unwrap();
    symlink(site.beside("outside/c.js"), site.path("far.js")).unwrap();
    site
}

// Rule 62
#[test]
fn each_policy_follows_what_it_says() {
    const WITHIN: &[&str] = &[
        "/file.js",
        "/folder/b.js",
        "/dir/up.js",
        "/folder/up.js",
        "/absolute.js",
    ];
    const OUT: &[&str] = &["/out.js", "/out/c.js", "/far.js", "/round.js"];
    for (symlinks, within, out) in [
        (Symlinks::Inside, 200, 404),
        (Symlinks::Refuse, 404, 404),
        (Symlinks::Follow, 200, 200),
    ] {
        let site = site(symlinks);
        for (targets, status) in [(WITHIN, within), (OUT, out), (&["/a.js", "/dir/b.js"], 200)] {
            for target in targets {
                // From disk, then from memory.
                for _ in 0..2 {
                    let found = site.get(target, &[]).status;
                    assert_eq!(found, status, "{symlinks:?} {target}");
                }
            }
        }
    }
}

// Rule 62
#[test]
fn a_folder_that_becomes_a_link_out_is_gone_with_all_that_was_kept() {
    for symlinks in [Symlinks::Inside, Symlinks::Refuse] {
        let site = site(symlinks);
        assert_eq!(site.get("/dir/b.js", &[]).text(), "let b;");
        assert_eq!(site.get("/dir/b.js", &[]).text(), "let b;");
        // The very file, unchanged; only the way to it leads out now.
        fs::rename(site.path("dir"), site.beside("moved")).unwrap();
        symlink("../moved", site.path("dir")).unwrap();
        assert_eq!(site.get("/dir/b.js", &[]).status, 404, "{symlinks:?}");
    }
}

// Rules 62, 65
#[test]
fn what_takes_the_place_of_a_file_is_never_waited_for() {
    let site = site(Symlinks::Inside);
    for link in ["zero.txt", "null.txt"] {
        let device = format!("/dev/{}", link.trim_end_matches(".txt"));
        symlink(device, site.path(link)).unwrap();
    }
    for follow in [Symlinks::Inside, Symlinks::Follow] {
        let other = Site::of_with(&site.path(""), |files| files.symlinks(follow));
        for target in ["/zero.txt", "/null.txt"] {
            assert_eq!(other.get(target, &[]).status, 404, "{follow:?} {target}");
        }
    }
    // Between a look and the next one.
    assert_eq!(site.get("/a.js", &[]).status, 200);
    fs::remove_file(site.path("a.js")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(site.path("a.js"))
        .status();
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(site.get("/a.js", &[]).status, 404);
    }
}

// Rule 62: the way is walked anew after `sibling_time`, however long the file is kept.
#[test]
fn the_way_to_what_is_kept_is_walked_anew() {
    let mut limits = settled();
    limits.sibling_time = Duration::from_secs(3600);
    let site = Site::with(&[("dir/b.js", b"let b;")], |files| {
        files.limits(|all| *all = limits)
    });
    assert_eq!(site.get("/dir/b.js", &[]).status, 200);
    assert_eq!(site.get("/dir/b.js", &[]).status, 200);
    // Another file in its place is noticed at once.
    fs::create_dir(site.beside("other")).unwrap();
    fs::write(site.beside("other/b.js"), "secret").unwrap();
    fs::rename(site.path("dir"), site.beside("moved")).unwrap();
    symlink("../other", site.path("dir")).unwrap();
    assert_eq!(site.get("/dir/b.js", &[]).status, 404);
}
