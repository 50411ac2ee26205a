//! Which of several routes answers a path: handlers among themselves, mounts, and both together.

use gustnado::{Application, BoxFuture, Mount, Request, Response, prelude::*, testing::TestClient};

/// Writes a handler that says its name and its path value.
macro_rules! handlers {
    ($($name:ident $route:literal $($field:ident)?;)+) => {$(
        #[derive(RequestHandler)]
        #[route($route)]
        struct $name { $($field: String)? }

        #[verbs]
        impl $name {
            async fn get(&self) -> String {
                concat!(stringify!($name), " ").to_owned() $(+ &self.$field)?
            }
        }
    )+};
}

handlers! {
    Root "/";
    Name "/{name}" name;
    Other "/{other}" other;
    UserX "/{user}/x" user;
    Assets "/assets";
    AssetsSlash "/assets/";
    Asset "/assets/{name}" name;
    AssetsRest "/assets/{*rest}" rest;
    Json "/f/{name}.json" name;
    File "/f/{name}" name;
}

/// A mount that says its name and its prefix.
struct Below(&'static str);

impl Mount for Below {
    fn call<'a>(&'a self, prefix: &'a str, request: Request) -> BoxFuture<'a, Result<Response>> {
        assert!(request.path().starts_with(prefix), "{prefix}");
        let text = format!("{} {prefix}", self.0);
        Box::pin(async { Ok(Response::new(200).with_text(text)) })
    }
}

/// Asks for each path and compares the answers; an empty one is 404.
fn expect(app: Application, table: &[(&str, &str)]) {
    let client = TestClient::new(app.build().expect("an application"));
    for (path, expected) in table {
        let answer = client.get(path).send();
        let (status, text) = match *expected {
            "" => (404, answer.text()),
            expected => (200, expected),
        };
        assert_eq!((answer.status(), answer.text()), (status, text), "{path}");
    }
}

fn refused(app: Application) -> String {
    app.build().expect_err("a mistake").to_string()
}

#[test]
fn what_is_written_out_wins_over_a_name() {
    let app = Application::new().handler::<File>().handler::<Json>();
    let app = app.handler::<Name>().handler::<Assets>().handler::<Root>();
    expect(
        app,
        &[
            ("/", "Root "),
            ("/assets", "Assets "),
            ("/assets/", ""),
            ("/assetsx", "Name assetsx"),
            ("/asset", "Name asset"),
            ("/f/a.json", "Json a"),
            ("/f/a.jso", "File a.jso"),
            ("/f/.json", "File .json"),
            ("/f/", ""),
            ("/a%2fb", "Name a/b"),
            ("/%ff", ""),
        ],
    );
}

#[test]
fn a_handler_at_a_mount_or_below_it_wins() {
    let root = || Application::new().mount("/", Below("site"));
    expect(
        root().handler::<Root>(),
        &[("/", "Root "), ("/a", "site "), ("/a/b", "site ")],
    );
    expect(
        root().handler::<Name>(),
        &[
            ("/", "site "),
            ("/a", "Name a"),
            ("/a/", "site "),
            ("/a/b", "site "),
        ],
    );
    expect(
        root().handler::<UserX>(),
        &[
            ("/a/x", "UserX a"),
            ("/a/y", "site "),
            ("/a", "site "),
            ("/a/x/x", "site "),
        ],
    );
    let assets = || Application::new().mount("/assets", Below("files"));
    expect(
        assets().handler::<Assets>(),
        &[
            ("/assets", "Assets "),
            ("/assets/", "files /assets"),
            ("/assets/a", "files /assets"),
        ],
    );
    expect(
        assets().handler::<AssetsSlash>().handler::<Asset>(),
        &[
            ("/assets", "files /assets"),
            ("/assets/", "AssetsSlash "),
            ("/assets/a", "Asset a"),
            ("/assets/a/", "files /assets"),
            ("/assets/a/b", "files /assets"),
            ("/assetsx", ""),
        ],
    );
}

#[test]
fn the_longest_prefix_wins_among_mounts() {
    let app = Application::new().mount("/", Below("site"));
    let app = app.mount("/a", Below("a")).mount("/a/b/", Below("b"));
    let table = [
        ("/", "site "),
        ("/ab", "site "),
        ("/a", "a /a"),
        ("/a/", "a /a"),
        ("/a/c", "a /a"),
        ("/a/b", "b /a/b"),
        ("/a/b/c", "b /a/b"),
    ];
    expect(app, &table);
    // Also where one of them has a handler's name right below it.
    let app = Application::new().mount("/", Below("site"));
    let app = app.mount("/assets", Below("files")).handler::<Asset>();
    expect(
        app,
        &[
            ("/assets/a", "Asset a"),
            ("/assets/a/b", "files /assets"),
            ("/a/b", "site "),
        ],
    );
    let app = Application::new().mount("/assets", Below("files"));
    let app = app.mount("/", Below("site")).handler::<Name>();
    expect(
        app,
        &[
            ("/a", "Name a"),
            ("/assets", "files /assets"),
            ("/assets/a/b", "files /assets"),
            ("/a/b", "site "),
        ],
    );
}

#[test]
fn the_same_paths_twice_clash() {
    let text = refused(Application::new().handler::<Name>().handler::<Other>());
    assert!(text.contains(r#"already answers at "/{name}""#), "{text}");
    let mounts = |one, other| {
        Application::new()
            .mount(one, Below("1"))
            .mount(other, Below("2"))
    };
    for (one, other) in [("/", "/"), ("/a", "/a/")] {
        assert!(refused(mounts(one, other)).contains("already answers"));
    }
    refused(mounts("/", "/").handler::<Name>());
    // Nothing would be left to the mount.
    let app = Application::new().mount("/assets", Below("files"));
    let text = refused(app.handler::<AssetsRest>());
    assert!(
        text.contains(r#"already answers at "/assets/{*rest}""#),
        "{text}"
    );
}

#[test]
fn a_prefix_has_no_names() {
    for prefix in ["/{x}/a", "/{*x}", "/{{x}}"] {
        let text = refused(Application::new().mount(prefix, Below("none")));
        assert!(text.contains("can hold no brace"), "{text}");
    }
}

/// A mount that panics before there is a future to poll.
struct Broken;

impl Mount for Broken {
    fn call<'a>(&'a self, _prefix: &'a str, _request: Request) -> BoxFuture<'a, Result<Response>> {
        panic!("as asked")
    }
}

#[test]
fn a_mount_that_panics_at_once_is_a_500() {
    let app = Application::new().mount("/", Broken).build();
    let client = TestClient::new(app.expect("an application"));
    assert_eq!(client.get("/").send().status(), 500);
}
