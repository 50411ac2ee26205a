//! What is kept in memory: rows 47 and 76.

use std::{sync::Arc, thread};

use crate::site::{Site, answer, noise, request, runtime, settled, text, unbrotli};

// Rule 47
#[test]
fn concurrent_first_requests_load_and_code_once() {
    let content = text(300_000);
    // Settled or not: being read again must not mean being coded again.
    for limits in [settled(), gustnado_static::StaticLimits::default()] {
        let site = Site::with(&[("a.js", &content)], |files| {
            files.limits(|all| *all = limits)
        });
        let bodies: Vec<Vec<u8>> = site.run(async {
            let mut tasks = Vec::new();
            for _ in 0..1000 {
                let files = Arc::clone(&site.files);
                tasks.push(tokio::spawn(async move {
                    let fields = [("accept-encoding", "br")];
                    answer(&files, "", request("GET", "/a.js", &fields)).await
                }));
            }
            let mut bodies = Vec::new();
            for task in tasks {
                bodies.push(task.await.unwrap().body);
            }
            bodies
        });
        assert!(bodies.iter().all(|body| *body == bodies[0]));
        assert_eq!(unbrotli(&bodies[0]), content);
        assert_eq!(site.files.stats().encodings, 1);
    }
}

// Rule 47
#[test]
fn so_do_those_of_several_workers() {
    let site = Site::with(&[("a.js", &text(300_000))], |files| {
        files.limits(|all| *all = settled())
    });
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let files = Arc::clone(&site.files);
            thread::spawn(move || {
                runtime().block_on(async {
                    let fields = [("accept-encoding", "gzip")];
                    answer(&files, "", request("GET", "/a.js", &fields))
                        .await
                        .tag()
                        .to_owned()
                })
            })
        })
        .collect();
    let tags: Vec<_> = workers
        .into_iter()
        .map(|worker| worker.join().unwrap())
        .collect();
    assert!(tags.iter().all(|tag| *tag == tags[0]));
    assert_eq!(site.files.stats().encodings, 1);
}

// Rule 47
#[test]
fn a_client_that_leaves_does_not_stop_the_work_for_others() {
    let site = Site::with(&[("a.js", &text(300_000))], |files| {
        files.limits(|all| *all = settled())
    });
    site.run(async {
        let ask = || {
            let files = Arc::clone(&site.files);
            async move {
                let fields = [("accept-encoding", "br")];
                answer(&files, "", request("GET", "/a.js", &fields)).await
            }
        };
        let first = tokio::spawn(ask());
        let second = tokio::spawn(ask());
        // When the coding has begun, the client that it was begun for is gone.
        while site.files.stats().encodings == 0 {
            tokio::task::yield_now().await;
        }
        first.abort();
        let second = second.await.unwrap();
        assert_eq!(second.field("content-encoding"), "br");
    });
    assert_eq!(site.files.stats().encodings, 1);
}

// Rule 76
#[test]
fn the_cache_never_holds_more_than_it_may() {
    let memory = 200_000;
    let site = Site::with(&[], |files| {
        files.limits(|all| *all = settled()).memory(memory)
    });
    for number in 0..300_usize {
        let length = (number * 7919) % 24_000;
        site.write(&format!("{number}.js"), &text(length));
        for accept in ["br", "gzip", "identity"] {
            let answer = site.get(&format!("/{number}.js"), &[("accept-encoding", accept)]);
            assert_eq!(answer.status, 200);
            let held = site.files.stats().bytes;
            assert!(held <= memory as u64, "{held} bytes after {number} files");
        }
    }
    let stats = site.files.stats();
    assert!(
        stats.entries > 3 && stats.bytes > memory as u64 / 4,
        "{stats:?}"
    );
}

// Rule 76
#[test]
fn a_huge_file_does_not_flush_it() {
    let site = Site::with(&[("small.js", &text(1000))], |files| {
        files.limits(|all| *all = settled()).memory(400_000)
    });
    site.write("huge.bin", &noise(300_000));
    site.get("/small.js", &[]);
    let loads = site.files.stats().loads;
    for _ in 0..20 {
        assert_eq!(site.get("/huge.bin", &[]).body.len(), 300_000);
    }
    let after_huge = site.files.stats().loads;
    site.get("/small.js", &[]);
    assert_eq!(site.files.stats().loads, after_huge);
    assert!(after_huge - loads <= 1, "a huge file's facts are kept");
    assert!(site.files.stats().bytes < 20_000, "and nothing else of it");
}

#[test]
fn without_memory_everything_is_streamed() {
    let site = Site::with(&[("a.js", &text(1000))], |files| files.memory(0));
    for _ in 0..3 {
        let answer = site.get("/a.js", &[("accept-encoding", "br")]);
        assert_eq!((answer.status, answer.body), (200, text(1000)));
    }
    assert_eq!(site.files.stats().bytes, 0);
}

/// Descriptors of this process that are open on files of the site.
#[cfg(target_os = "linux")]
fn open_files(site: &Site) -> usize {
    let root = std::fs::canonicalize(site.path("")).unwrap();
    let open = std::fs::read_dir("/proc/self/fd").unwrap();
    let links = open.filter_map(|link| std::fs::read_link(link.ok()?.path()).ok());
    links.filter(|link| link.starts_with(&root)).count()
}

#[cfg(target_os = "linux")]
#[test]
fn no_more_files_stay_open_than_may() {
    for most in [0, 2] {
        let mut limits = settled();
        limits.open_files = most;
        let site = Site::with(&[("small.bin", &noise(1000))], |files| {
            files.limits(|all| *all = limits)
        });
        let names = ["a.bin", "b.bin", "c.bin", "d.bin"];
        for name in names {
            site.write(name, &noise(100_000));
        }
        for _ in 0..3 {
            site.get("/small.bin", &[]);
            for name in names {
                let answer = site.get(&format!("/{name}"), &[]);
                assert!(answer.body == noise(100_000), "{name}");
            }
            assert_eq!(open_files(&site), most);
        }
        // Others may stay open in the place of those that are gone.
        for name in names {
            site.replace(name, &noise(200_000));
            let answer = site.get(&format!("/{name}"), &[]);
            assert!(answer.body == noise(200_000), "{name}");
        }
        assert_eq!(open_files(&site), most);
    }
}

// What next to nobody gets as it is.
#[cfg(target_os = "linux")]
#[test]
fn what_is_coded_does_not_stay_open() {
    let site = Site::with(&[("a.js", &text(100_000))], |files| {
        files.limits(|all| *all = settled())
    });
    for accept in ["br", "identity"] {
        site.get("/a.js", &[("accept-encoding", accept)]);
    }
    assert_eq!(open_files(&site), 0);
}
