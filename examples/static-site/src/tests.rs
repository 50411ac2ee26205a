//! What the command line is read as, and what the site answers, asked without a socket.

use std::{fs, path::Path};

use gustnado::testing::TestClient;

use crate::{application, options::Options};

fn read(arguments: &[&str]) -> Result<Option<Options>, String> {
    Options::read(arguments.iter().map(ToString::to_string))
}

#[test]
fn a_command_line_that_is_wrong_says_why() {
    let here = env!("CARGO_MANIFEST_DIR");
    for (arguments, expected) in [
        (&[][..], "a port and a folder are needed"),
        (&["8080"], "a port and a folder are needed"),
        (&["8080", here, here], "a port and a folder are needed"),
        (&["http", here], "`http` is no port"),
        (&["65536", here], "`65536` is no port"),
        (&["8080", "no/such"], "there is no folder `no/such`"),
        (&["--publik", "8080", here], "there is no option --publik"),
        (
            &["8080", here, "--immutable"],
            "--immutable needs a pattern",
        ),
    ] {
        let problem = read(arguments).unwrap_err();
        assert!(problem.starts_with(expected), "{problem}");
    }
    assert_eq!(read(&["--help", "x"]), Ok(None));
}

#[test]
fn a_command_line_is_read() {
    let here = env!("CARGO_MANIFEST_DIR");
    let options = read(&[
        "8080",
        "--list",
        "--immutable",
        "assets/**",
        here,
        "--public",
        "--keep",
        "kept",
    ]);
    let expected = Options {
        port: 8080,
        folder: here.into(),
        list: true,
        spa: false,
        public: true,
        immutable: vec!["assets/**".into()],
        keep: Some("kept".into()),
    };
    assert_eq!(options, Ok(Some(expected)));
}

fn client(folder: &Path, arguments: &[&str]) -> TestClient {
    let folder = folder.to_str().unwrap();
    let options = read(&[&["0", folder], arguments].concat())
        .unwrap()
        .unwrap();
    TestClient::new(application(&options).build().unwrap())
}

fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in ["index.html", "assets/app.js", "blog/index.html", ".env"] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "text of the file\n".repeat(100)).unwrap();
    }
    folder
}

#[test]
fn pages_are_asked_for_again_and_named_files_are_not() {
    let site = site();
    let client = client(site.path(), &["--immutable", "assets/**"]);
    // Of brotli, a smaller one with a tag of its own follows when nobody waits.
    let page = client.get("/").header("accept-encoding", "gzip").send();
    assert_eq!(
        (page.status(), page.header("cache-control")),
        (200, "no-cache")
    );
    assert_eq!(page.header("content-encoding"), "gzip");
    let again = client.get("/").header("if-none-match", page.header("etag"));
    assert_eq!(again.header("accept-encoding", "gzip").send().status(), 304);
    let script = client.get("/assets/app.js").send();
    assert_eq!(
        script.header("cache-control"),
        "max-age=31536000, immutable"
    );
    assert_eq!(client.get("/blog").send().header("location"), "/blog/");
    assert_eq!(client.get("/.env").send().status(), 404);
}

#[test]
fn named_files_are_dictionaries_for_their_next_versions() {
    let site = site();
    let client = client(site.path(), &["--immutable", "assets/**"]);
    let offer = |path: &str| {
        let answer = client.get(path).header("host", "localhost").send();
        answer.headers().get("use-as-dictionary").cloned()
    };
    assert_eq!(offer("/assets/app.js").unwrap(), "match=\"/assets/app.js\"");
    assert_eq!(offer("/index.html"), None);
}

#[test]
fn a_pattern_that_is_none_is_told_at_start() {
    let site = site();
    let folder = site.path().to_str().unwrap();
    let options = read(&["0", folder, "--immutable", "[a]"]).unwrap().unwrap();
    assert!(application(&options).build().is_err());
}

#[test]
fn folders_and_pages_that_are_not_there_are_answered_as_asked() {
    let site = site();
    let plain = client(site.path(), &[]);
    let both = client(site.path(), &["--list", "--spa"]);
    let page = |client: &TestClient, path: &str| {
        let request = client.get(path).header("accept", "text/html");
        request.send().status()
    };
    for path in ["/assets/", "/users/7"] {
        assert_eq!(
            (page(&plain, path), page(&both, path)),
            (404, 200),
            "{path}"
        );
    }
    assert_eq!(page(&both, "/assets/none.js"), 404);
}
