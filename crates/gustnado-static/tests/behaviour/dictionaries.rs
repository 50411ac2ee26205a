//! Former versions of files as dictionaries for the next ones (RFC 9842): rules 51 to 58.

use std::{fs, io::Read as _, path::Path, thread, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use brotli::{Allocator, SliceWrapperMut as _, enc::StandardAlloc};
use gustnado_core::{Application, Mount as _, testing::TestClient};
use gustnado_static::{Audience, CacheControl, StaticFiles};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use crate::site::{Answer, Site, noise, settled, unbrotli};

const TAKES: &str = "gzip, deflate, br, zstd, dcb, dcz";

/// A script of some kilobytes that does not shrink to nothing, with a line of its own.
fn script(line: &str) -> Vec<u8> {
    let mut script = String::new();
    for (number, chunk) in noise(12_000).chunks(8).enumerate() {
        let name = chunk
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        script += &format!("const name_{name} = {number};\n");
        if number == 700 {
            script += line;
        }
    }
    script.into_bytes()
}

/// What a client says that it has.
fn has(bytes: &[u8]) -> String {
    format!(":{}:", STANDARD.encode(Sha256::digest(bytes)))
}

/// Where dictionaries are in use, and so is all that tests have to see at once.
fn set_up(files: StaticFiles) -> StaticFiles {
    let files = files.dictionaries("**").limits(|all| *all = settled());
    files.cache_control("**", CacheControl::Immutable)
}

fn site(files: &[(&str, &[u8])], more: impl FnOnce(StaticFiles) -> StaticFiles) -> Site {
    let site = Site::with(files, |site| more(set_up(site)));
    site.files.placed("/static");
    site
}

/// Asks as a browser on this machine does, that has these bytes.
fn ask(site: &Site, target: &str, dictionary: &[u8], more: &[(&str, &str)]) -> Answer {
    let available = has(dictionary);
    let mut fields = vec![
        ("host", "localhost:8888"),
        ("accept-encoding", TAKES),
        ("available-dictionary", available.as_str()),
    ];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
    fields.extend_from_slice(more);
    site.get(target, &fields)
}

/// Asks until it is answered in this coding.
fn ask_until(site: &Site, target: &str, dictionary: &[u8], coding: &str) -> Answer {
    for _ in 0..4000 {
        let answer = ask(site, target, dictionary, &[]);
        if answer.has("content-encoding") && answer.field("content-encoding") == coding {
            return answer;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("never in {coding}: {:?}", site.files.stats());
}

/// Has a browser fetch a file, and waits until it is known as a dictionary.
fn visit(site: &Site, target: &str, bytes: &[u8]) -> Answer {
    let fields = [("host", "localhost"), ("accept-encoding", TAKES)];
    let first = site.get(target, &fields);
    assert!(first.has("use-as-dictionary"), "{target}");
    let before = site.files.stats().deltas;
    for _ in 0..4000 {
        ask(site, target, bytes, &[]);
        if site.files.stats().deltas > before {
            return first;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("never known: {:?}", site.files.stats());
}

/// Decodes `dcb` by what the standard says of it.
fn undcb(answer: &Answer, dictionary: &[u8]) -> Vec<u8> {
    assert_eq!(answer.field("content-encoding"), "dcb");
    let stream = answer.body.strip_prefix(b"\xff\x44\x43\x42").unwrap();
    let stream = stream
        .strip_prefix(&Sha256::digest(dictionary)[..])
        .unwrap();
    let room = &mut StandardAlloc::default();
    let mut copy = <StandardAlloc as Allocator<u8>>::alloc_cell(room, dictionary.len());
    copy.slice_mut().copy_from_slice(dictionary);
    let mut decoder = brotli::Decompressor::new(stream, 4096);
    assert!(decoder.attach_dictionary(copy));
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).unwrap();
    bytes
}

#[cfg(feature = "zstd")]
fn undcz(answer: &Answer, dictionary: &[u8]) -> Vec<u8> {
    assert_eq!(answer.field("content-encoding"), "dcz");
    let magic = b"\x5e\x2a\x4d\x18\x20\x00\x00\x00";
    let stream = answer.body.strip_prefix(magic).unwrap();
    let stream = stream
        .strip_prefix(&Sha256::digest(dictionary)[..])
        .unwrap();
    let mut decoder = zstd::Decoder::with_ref_prefix(stream, dictionary).unwrap();
    decoder.window_log_max(23).unwrap();
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).unwrap();
    bytes
}

// Rules 51, 53 and 58
#[test]
fn who_has_the_former_version_is_sent_what_has_changed() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let site = site(&[("app.js", &old)], |site| site);
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    let delta = ask_until(&site, "/app.js", &old, "dcb");
    assert_eq!(undcb(&delta, &old), new);
    assert!(delta.body.len() < 200, "{}", delta.body.len());
    assert_eq!(delta.status, 200);
    assert_eq!(delta.field("content-length"), delta.body.len().to_string());
    assert_eq!(
        delta.field("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(delta.field("cache-control"), "max-age=31536000, immutable");
    // It is a dictionary itself, for the next one.
    assert_eq!(delta.field("use-as-dictionary"), "match=\"/static/app.js\"");
    // Nobody else is sent it.
    let plain = [("host", "localhost"), ("accept-encoding", TAKES)];
    let whole = site.get("/app.js", &plain);
    assert_eq!(unbrotli(&whole.body), new);
    assert_ne!(whole.tag(), delta.tag());
    let star = ask(&site, "/app.js", &old, &[("accept-encoding", "*")]);
    assert_eq!(star.field("content-encoding"), "br");
    // HEAD says the same.
    let available = has(&old);
    let fields = [plain[0], plain[1], ("available-dictionary", &*available)];
    let head = site.ask("HEAD", "/app.js", &fields);
    assert_eq!(head.headers, delta.headers);
}

// Rules 53 and 58
#[cfg(feature = "zstd")]
#[test]
fn who_takes_only_zstd_is_sent_it_by_zstd() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let site = site(&[("app.js", &old)], |site| site);
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    let by_brotli = ask_until(&site, "/app.js", &old, "dcb");
    for _ in 0..4000 {
        let answer = ask(
            &site,
            "/app.js",
            &old,
            &[("accept-encoding", "br, zstd, dcz")],
        );
        if answer.field("content-encoding") == "dcz" {
            assert_eq!(undcz(&answer, &old), new);
            assert_ne!(answer.tag(), by_brotli.tag());
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("never by zstd");
}

// Rule 52
#[test]
fn who_has_something_else_gets_a_plain_coding() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let site = site(&[("app.js", &old), ("other.js", &new)], |site| site);
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    ask_until(&site, "/app.js", &old, "dcb");
    let (known, unknown) = (has(&old), has(b"something else"));
    let bare = known.trim_matches(':');
    for (more, coding) in [
        (("available-dictionary", &*unknown), "br"),
        (("available-dictionary", bare), "br"),
        (("available-dictionary", &known[..30]), "br"),
        (("available-dictionary", "\"a\""), "br"),
        (("accept-encoding", "br, dcb;q=0, dcz;q=0"), "br"),
        (("accept-encoding", "gzip;q=1, dcb;q=0.5"), "gzip"),
        (("accept-encoding", "br"), "br"),
    ] {
        let answer = ask(&site, "/app.js", &old, &[more]);
        assert_eq!(answer.field("content-encoding"), coding, "{more:?}");
    }
    let twice = [
        ("available-dictionary", &*known),
        ("available-dictionary", &*known),
    ];
    let answer = ask(&site, "/app.js", &old, &twice);
    assert_eq!(answer.field("content-encoding"), "br");
    // A version of one file is no dictionary for another.
    let other = ask(&site, "/other.js", &old, &[]);
    assert_eq!(other.field("content-encoding"), "br");
}

// Rule 54
#[test]
fn every_answer_says_what_it_depends_on() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let site = site(&[("app.js", &old), ("a.png", &noise(1000))], |site| site);
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    let delta = ask_until(&site, "/app.js", &old, "dcb");
    let (host, takes) = (("host", "localhost"), ("accept-encoding", TAKES));
    let tag = delta.tag();
    for (status, fields) in [
        (200, &[host][..]),
        (200, &[host, takes]),
        (200, &[("host", "example.org"), takes]),
        (206, &[host, ("range", "bytes=0-9")]),
        (416, &[host, ("range", "bytes=900000-")]),
        (304, &[host, takes, ("if-none-match", tag)]),
        (412, &[host, takes, ("if-match", "\"x\"")]),
        (
            406,
            &[
                host,
                (
                    "accept-encoding",
                    "identity;q=0, br;q=0, gzip;q=0, zstd;q=0",
                ),
            ],
        ),
    ] {
        for method in ["GET", "HEAD"] {
            let answer = site.ask(method, "/app.js", fields);
            if method == "GET" {
                assert_eq!(answer.status, status, "{fields:?}");
            }
            let vary = answer.field("vary");
            assert_eq!(vary, "accept-encoding, available-dictionary", "{fields:?}");
        }
    }
    assert_eq!(delta.field("vary"), "accept-encoding, available-dictionary");
    // What is never coded depends on nothing.
    let image = site.get("/a.png", &[host, takes]);
    assert!(!image.has("vary") && !image.has("use-as-dictionary"));
}

// Rule 57
#[test]
fn what_is_private_is_not_coded_by_what_is_not() {
    let [old, new] = [script(""), script("a line more")];
    let files: &[(&str, &[u8])] = &[
        ("app-11111111.js", &old),
        ("app-22222222.js", &new),
        ("app-33333333.js", &new),
    ];
    let private = CacheControl::Custom(HeaderValue::from_static("private, max-age=60"));
    let site = site(files, |site| site.cache_control("app-3*.js", private));
    visit(&site, "/app-11111111.js", &old);
    ask(&site, "/app-33333333.js", &old, &[]);
    // What was asked for behind it has been made.
    ask_until(&site, "/app-22222222.js", &old, "dcb");
    let answer = ask(&site, "/app-33333333.js", &old, &[]);
    assert_eq!(answer.field("content-encoding"), "br");
    assert_eq!(answer.field("vary"), "accept-encoding");
}

// Rule 55
#[test]
fn only_what_is_fresh_is_offered_and_for_the_urls_of_its_versions() {
    let script = script("");
    let files: &[(&str, &[u8])] = &[
        ("assets/app-B3YUk8Pz.js", &script),
        ("app.js", &script),
        ("page.html", &script),
        ("private.js", &script),
        ("other/app.js", &script),
    ];
    let site = Site::with(files, |site| {
        site.dictionaries("assets/**")
            .dictionaries("*.html")
            .dictionaries("private.js")
            .dictionaries("app.js")
            .limits(|all| *all = settled())
            .cache_control("assets/**", CacheControl::Immutable)
            .cache_control("app.js", CacheControl::MaxAge(Duration::from_secs(60)))
            .cache_control(
                "private.js",
                CacheControl::Custom(HeaderValue::from_static("private, max-age=60")),
            )
    });
    site.files.placed("/static");
    let offer = |target: &str| {
        let answer = site.get(target, &[("host", "localhost"), ("accept-encoding", TAKES)]);
        assert_eq!(answer.status, 200);
        let offered = answer.has("use-as-dictionary");
        offered.then(|| answer.field("use-as-dictionary").to_owned())
    };
    let some = |text: &str| Some(text.to_owned());
    let hashed = offer("/assets/app-B3YUk8Pz.js");
    assert_eq!(hashed, some("match=\"/static/assets/app-*.js\""));
    assert_eq!(offer("/app.js"), some("match=\"/static/app.js\""));
    assert_eq!(
        offer("/other/app.js"),
        some("match=\"/static/other/app.js\"")
    );
    assert_eq!(offer("/page.html"), None, "to be asked for each time");
    assert_eq!(offer("/private.js"), None);
    // With the hash of what is sent in its URL it is fresh, with that of another version it is not.
    assert_eq!(offer("/app.js?v=0123456789abcdef"), None);
    let tag = site.get("/page.html", &[]).tag().to_owned();
    let named = format!("/page.html?v={}", &tag[1..17]);
    assert_eq!(offer(&named), some("match=\"/static/page.html\""));
    // What sends no bytes, or not all of them, is none.
    for fields in [("range", "bytes=0-9"), ("if-none-match", "*")] {
        let answer = site.get("/app.js", &[("host", "localhost"), fields]);
        assert!(!answer.has("use-as-dictionary"), "{fields:?}");
    }
}

// Rule 56
#[test]
fn a_name_alone_is_not_believed_nor_what_lies_on_the_shelf() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let shelf = tempfile::tempdir().unwrap();
    let run = |content: &[u8]| {
        site(&[("app.js", content)], |site| {
            site.compressed_at(shelf.path())
        })
    };
    let first = run(&old);
    visit(&first, "/app.js", &old);
    let fields = [
        ("host", "localhost"),
        ("accept-encoding", TAKES),
        ("dictionary-id", "\"app\""),
    ];
    assert_eq!(
        first.get("/app.js", &fields).field("content-encoding"),
        "br"
    );
    for entry in fs::read_dir(shelf.path()).unwrap() {
        let path = entry.unwrap().path();
        let length = fs::metadata(&path).unwrap().len();
        fs::write(path, vec![b'x'; length as usize]).unwrap();
    }
    let second = run(&new);
    for _ in 0..200 {
        let answer = ask(&second, "/app.js", &old, &[]);
        assert_eq!(answer.field("content-encoding"), "br");
        if formers(shelf.path()) == 0 {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("what is not what it should be is still there");
}

fn formers(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".former")).count()
}

// Rule 57
#[test]
fn dictionaries_are_for_secure_contexts_and_for_who_may_read() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let site = site(&[("app.js", &old)], |site| site);
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    ask_until(&site, "/app.js", &old, "dcb");
    let (cors, foreign) = (("sec-fetch-mode", "cors"), ("origin", "https://a.example"));
    let cross = ("sec-fetch-site", "cross-site");
    // More than once: an answer that is ready is for the others, too.
    for _ in 0..20 {
        for (more, coding) in [
            (&[][..], "dcb"),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-mode", "no-cors"),
                ],
                "dcb",
            ),
            (
                &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")],
                "dcb",
            ),
            (&[cross, ("sec-fetch-mode", "no-cors")], "br"),
            (&[cross, cors, foreign], "br"),
            (&[("host", "example.org")], "br"),
            (&[("host", "localhost.example.org")], "br"),
        ] {
            let answer = ask(&site, "/app.js", &old, more);
            assert_eq!(answer.field("content-encoding"), coding, "{more:?}");
            assert_eq!(answer.has("use-as-dictionary"), coding == "dcb", "{more:?}");
            // Nor is it offered to them.
            let mut fields = vec![("host", "localhost"), ("accept-encoding", TAKES)];
            fields.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
            fields.extend_from_slice(more);
            let plain = site.get("/app.js", &fields);
            assert_eq!(plain.has("use-as-dictionary"), coding == "dcb", "{more:?}");
        }
    }
}

// Rule 57
#[test]
fn other_origins_that_may_read_the_answer_have_it_too() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let site = site(&[("app.js", &old)], |site| {
        site.extra_headers(|_, headers| {
            let all = HeaderValue::from_static("*");
            headers.insert("access-control-allow-origin", all);
        })
    });
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    ask_until(&site, "/app.js", &old, "dcb");
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "cors"),
        ("origin", "https://a.example"),
    ];
    let answer = ask(&site, "/app.js", &old, &foreign);
    assert_eq!(answer.field("content-encoding"), "dcb");
}

// Rule 57
#[test]
fn what_is_for_one_client_has_nothing_to_do_with_dictionaries() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let site = site(&[("app.js", &old)], |site| {
        site.validate(|file| {
            let signed_in = file.cookie("session").is_some();
            Ok(if signed_in {
                Audience::ThisClient
            } else {
                Audience::Everyone
            })
        })
    });
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    ask_until(&site, "/app.js", &old, "dcb");
    let answer = ask(&site, "/app.js", &old, &[("cookie", "session=1")]);
    assert_eq!(answer.field("content-encoding"), "br");
    assert!(!answer.has("use-as-dictionary"));
}

// Rules 45 and 57
#[test]
fn what_is_not_to_be_transformed_is_not() {
    let policy = HeaderValue::from_static("max-age=60, no-transform");
    let site = site(&[("app.js", &script(""))], |site| {
        site.cache_control("**", CacheControl::Custom(policy))
    });
    let answer = ask(&site, "/app.js", &script(""), &[]);
    assert!(!answer.has("use-as-dictionary") && !answer.has("content-encoding"));
}

// Rule 57
#[test]
fn https_is_what_counts_also_by_the_word_of_a_trusted_proxy() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.js"), script("")).unwrap();
    let files = set_up(StaticFiles::new(folder.path()));
    let app = Application::new()
        .mount("/static", files)
        .trust(["10.0.0.1"]);
    let client = TestClient::new(app.build().unwrap());
    let ask = || {
        let request = client.get("/static/app.js").header("host", "example.org");
        request.header("accept-encoding", TAKES)
    };
    // More than once: so that it comes from what is ready.
    for _ in 0..20 {
        for (request, offered) in [
            (ask(), false),
            (ask().over_tls(), true),
            (
                ask()
                    .from_peer([10, 0, 0, 1])
                    .header("x-forwarded-proto", "https"),
                true,
            ),
            (
                ask()
                    .from_peer([10, 0, 0, 1])
                    .header("x-forwarded-proto", "http"),
                false,
            ),
            (
                ask()
                    .from_peer([10, 0, 0, 2])
                    .header("x-forwarded-proto", "https"),
                false,
            ),
        ] {
            let answer = request.send();
            assert_eq!(answer.status(), 200);
            let is = answer.headers().contains_key("use-as-dictionary");
            assert_eq!(is, offered);
        }
    }
}

// Rule 58
#[test]
fn a_delta_has_a_tag_of_its_own_and_no_ranges() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let older = script("console.log('an older line');\n");
    let site = site(&[("app.js", &older)], |site| site);
    visit(&site, "/app.js", &older);
    site.replace("app.js", &old);
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    let one = ask_until(&site, "/app.js", &old, "dcb");
    let other = ask_until(&site, "/app.js", &older, "dcb");
    assert_eq!(undcb(&other, &older), new);
    assert_ne!(one.tag(), other.tag());
    assert!(!one.has("accept-ranges"));
    for (dictionary, tag) in [(&old, one.tag()), (&older, one.tag()), (&new, other.tag())] {
        let again = ask(&site, "/app.js", dictionary, &[("if-none-match", tag)]);
        assert_eq!((again.status, again.tag()), (304, tag));
        assert!(again.body.is_empty() && !again.has("content-encoding"));
    }
    // Who no longer says what it has, too; and not for another version.
    let fields = [("host", "localhost"), ("if-none-match", one.tag())];
    assert_eq!(site.get("/app.js", &fields).status, 304);
    for more in [
        &[("range", "bytes=0-9")][..],
        &[("range", "bytes=0-9"), ("if-range", one.tag())],
    ] {
        let answer = ask(&site, "/app.js", &old, more);
        assert_eq!(answer.field("content-encoding"), "br", "{more:?}");
    }
    let part = ask(&site, "/app.js", &old, &[("range", "bytes=0-9")]);
    assert_eq!((part.status, part.body.len()), (206, 10));
    // Who means the bytes of one of them gets those or nothing.
    let whole = ask(&site, "/app.js", &old, &[("accept-encoding", "br")]);
    let meant = ask(&site, "/app.js", &old, &[("if-match", whole.tag())]);
    assert_eq!((meant.status, meant.field("content-encoding")), (200, "br"));
    let meant = ask(&site, "/app.js", &old, &[("if-match", "\"x\"")]);
    assert_eq!(meant.status, 412);
    site.replace("app.js", &older);
    let fields = [("host", "localhost"), ("if-none-match", one.tag())];
    assert_eq!(site.get("/app.js", &fields).status, 200);
}

// Rules 44 and 53
#[test]
fn a_delta_that_is_no_smaller_is_never_sent() {
    let (old, new) = (script(""), vec![b'a'; 5000]);
    let site = site(&[("app.js", &old)], |site| site);
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    let made = site.files.stats().deltas;
    for _ in 0..4000 {
        let answer = ask(&site, "/app.js", &old, &[]);
        // Less than the name of a dictionary takes.
        assert!(answer.body.len() < 36);
        assert_eq!(answer.field("content-encoding"), "br");
        if site.files.stats().deltas > made {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    for _ in 0..20 {
        ask(&site, "/app.js", &old, &[]);
    }
    thread::sleep(Duration::from_millis(50));
    assert_eq!(site.files.stats().deltas, made + 1, "tried once");
}

// Rule 47
#[test]
fn many_who_ask_at_once_have_it_made_once() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let site = site(&[("app.js", &old)], |site| site);
    visit(&site, "/app.js", &old);
    site.replace("app.js", &new);
    let before = site.files.stats().deltas;
    for _ in 0..200 {
        ask(&site, "/app.js", &old, &[]);
    }
    ask_until(&site, "/app.js", &old, "dcb");
    for _ in 0..20 {
        ask(&site, "/app.js", &old, &[]);
    }
    assert_eq!(site.files.stats().deltas, before + 1);
}

#[test]
fn a_restart_with_the_next_release_knows_the_former() {
    let (old, new) = (script(""), script("console.log('a line more');\n"));
    let shelf = tempfile::tempdir().unwrap();
    let run = |name: &str, content: &[u8]| {
        site(&[(name, content)], |site| {
            site.compressed_at(shelf.path().join("kept"))
        })
    };
    let first = run("app-B3YUk8Pz.js", &old);
    visit(&first, "/app-B3YUk8Pz.js", &old);
    drop(first);
    let second = run("app-Cq19xW_a.js", &new);
    let delta = ask_until(&second, "/app-Cq19xW_a.js", &old, "dcb");
    assert_eq!(undcb(&delta, &old), new);
}

#[test]
fn only_so_many_versions_are_kept() {
    let shelf = tempfile::tempdir().unwrap();
    let versions: Vec<_> = (0..4)
        .map(|number| script(&format!("// {number}\n")))
        .collect();
    let site = site(&[("app.js", &versions[0])], |site| {
        let site = site.compressed_at(shelf.path());
        site.limits(|limits| limits.dictionary_versions = 2)
    });
    for (place, version) in versions.iter().enumerate() {
        site.replace("app.js", version);
        visit(&site, "/app.js", version);
        assert_eq!(formers(shelf.path()), (place + 1).min(2));
    }
    ask_until(&site, "/app.js", &versions[2], "dcb");
    let made = site.files.stats().deltas;
    for version in &versions[..2] {
        let answer = ask(&site, "/app.js", version, &[]);
        assert_eq!(answer.field("content-encoding"), "br");
    }
    thread::sleep(Duration::from_millis(50));
    assert_eq!(site.files.stats().deltas, made);
}

#[test]
fn a_pattern_that_is_none_is_told_at_start() {
    let files = StaticFiles::new(".").dictionaries("[a]");
    let problems = files.problems();
    assert!(
        problems[0].contains("the pattern `[a]` of the dictionaries"),
        "{problems:?}"
    );
}
