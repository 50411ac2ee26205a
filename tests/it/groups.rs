//! Groups: what is said for handlers that stand together, and who answers for what no route does.

use std::{fmt::Display, sync::Arc};

use gustnado::{
    App, BoxFuture, BuildProblem, Method, Mount, Request, Urls, prelude::*, testing::TestClient,
};

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
    Index "/";
    Users "/users";
    UsersSlash "/users/";
    OneUser "/users/{id}" id;
    Page "/{page}" page;
    Spa "/spa";
    Missing "/missing";
    NamedFallback "/{rest}" rest;
}

/// Says the state it has, and takes a body.
#[derive(RequestHandler)]
#[route("/state")]
struct Shown {
    #[state]
    word: String,
    #[state]
    number: u8,
}

#[verbs]
impl Shown {
    async fn get(self) -> String {
        format!("{} {}", self.word, self.number)
    }

    async fn post(self, Json(text): Json<String>) -> String {
        text
    }
}

fn built(app: Application) -> App {
    app.build().expect("a sound application")
}

/// Asks for each path and compares the answers; an empty one is the framework's 404.
fn expect(app: Application, table: &[(&str, &str)]) {
    let client = TestClient::new(built(app));
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
fn handlers_of_a_group_stand_behind_its_prefix() {
    let deep = Group::new("").group(Group::new("/v1/").handler::<OneUser>());
    let api = Group::new("/api").handler::<Index>().handler::<Users>();
    let app = Application::new().handler::<Index>();
    let app = app.group(api.group(deep).handler_at::<Page>("/pages/{page}"));
    expect(
        app,
        &[
            ("/", "Index "),
            ("/api", "Index "),
            ("/api/", ""),
            ("/api/users", "Users "),
            ("/users", ""),
            ("/api/v1/users/7", "OneUser 7"),
            ("/api/pages/a%20b", "Page a b"),
        ],
    );
}

#[test]
fn what_a_group_says_goes_before_what_is_around_it() {
    let inner = Group::new("/inner")
        .state(String::from("inner"))
        .handler::<Shown>();
    let inner = inner.limits(|limits| limits.body = 8);
    let outer = Group::new("/outer").state(2u8).handler::<Shown>();
    let app = Application::new()
        .state(String::from("app"))
        .state(1u8)
        .limits(|limits| limits.body = 16);
    let app = app.handler::<Shown>().group(outer.group(inner));
    let client = TestClient::new(built(app));
    let table = [
        ("/state", "app 1", 16),
        ("/outer/state", "app 2", 16),
        ("/outer/inner/state", "inner 2", 8),
    ];
    for (path, expected, limit) in table {
        assert_eq!(client.get(path).send().text(), expected);
        let within = "x".repeat(limit - 2);
        assert_eq!(client.post(path).json(&within).send().status(), 200);
        let above = client.post(path).json(&format!("{within}x")).send();
        assert_eq!(above.status(), 413);
        assert!(above.text().contains(&format!("at most {limit} bytes")));
    }
}

#[test]
fn a_group_writes_the_errors_below_its_prefix() {
    let page = |name: &'static str| {
        move |_: &Cx, error: &Error| {
            let status = error.status();
            Response::with_code(status).with_text(format!("{name} {}", status.as_u16()))
        }
    };
    let named = |name: &'static str| {
        let group = Group::new(format!("/{name}")).write_error(page(name));
        group.default_header(header::SERVER, HeaderValue::from_static(name))
    };
    let app = Application::new()
        .write_error(page("app"))
        .default_header(header::SERVER, HeaderValue::from_static("app"))
        .default_header(header::VIA, HeaderValue::from_static("1.1 app"))
        .group(named("a").handler::<Users>().group(named("b")))
        .group(Group::new("/plain").handler::<Users>());
    let client = TestClient::new(built(app));
    let table = [
        (Method::GET, "/nothing", "app 404", "app"),
        (Method::GET, "/a", "a 404", "a"),
        (Method::GET, "/a/", "a 404", "a"),
        (Method::GET, "/a/x", "a 404", "a"),
        (Method::GET, "/ab", "app 404", "app"),
        (Method::PUT, "/a/users", "a 405", "a"),
        (Method::OPTIONS, "/a/users", "", "a"),
        (Method::GET, "/a/b", "b 404", "b"),
        (Method::GET, "/a/b/c", "b 404", "b"),
        (Method::GET, "/a/bc", "a 404", "a"),
        (Method::GET, "/plain/x", "app 404", "app"),
    ];
    for (method, path, text, server) in table {
        let answer = client.request(method.clone(), path).send();
        assert_eq!(answer.text(), text, "{method} {path}");
        assert_eq!(answer.header("server"), server, "{method} {path}");
        assert_eq!(answer.header("via"), "1.1 app", "{method} {path}");
    }
    // A target that is too long is no less below a prefix.
    let long = format!("/a/{}", "x".repeat(9000));
    assert_eq!(client.get(&long).send().text(), "a 414");
}

#[test]
fn a_fallback_answers_what_no_route_below_the_prefix_does() {
    let api = Group::new("/api").handler::<Users>();
    let shop = Group::new("/shop").fallback::<Missing>();
    let app = Application::new().fallback::<Spa>().handler::<Users>();
    let app = app.group(api).group(shop.group(Group::new("/deep")));
    let app = app.group(Group::new("").handler_at::<Page>("/pages/{page}"));
    let client = TestClient::new(built(app));
    let table = [
        (Method::GET, "/", 200, "Spa "),
        (Method::GET, "/any/thing%ff", 200, "Spa "),
        (Method::HEAD, "/any", 200, ""),
        (Method::GET, "/apix", 200, "Spa "),
        (Method::GET, "/pages", 200, "Spa "),
        (Method::GET, "/shop", 200, "Missing "),
        (Method::GET, "/shop/x", 200, "Missing "),
        (Method::GET, "/users", 200, "Users "),
    ];
    for (method, path, status, text) in table {
        let answer = client.request(method.clone(), path).send();
        let got = (answer.status(), answer.text());
        assert_eq!(got, (status, text), "{method} {path}");
    }
    let table = [
        // What the fallback has no verb for is not there; a 405 stays one.
        (Method::POST, "/any", 404),
        (Method::OPTIONS, "/any", 404),
        (Method::POST, "/users", 405),
        (Method::POST, "/api/users", 405),
        // A group without a fallback answers for itself.
        (Method::GET, "/api", 404),
        (Method::GET, "/api/x", 404),
        (Method::GET, "/shop/deep/x", 404),
    ];
    for (method, path, status) in table {
        let answer = client.request(method.clone(), path).send();
        assert_eq!(answer.status(), status, "{method} {path}");
    }
}

#[test]
fn a_fallback_has_the_state_of_its_group() {
    let group = Group::new("/g")
        .state(String::from("group"))
        .fallback::<Shown>();
    let app = Application::new().state(3u8).group(group);
    expect(app, &[("/g/x", "group 3"), ("/x", "")]);
    let text = refused(Application::new().fallback::<Shown>());
    assert!(text.contains("Shown.word"), "{text}");
    assert!(text.contains("Shown.number"), "{text}");
}

#[test]
fn slashes_are_redirected_where_that_is_asked_for() {
    let with = Group::new("/with").redirect_slashes();
    let with = with.handler::<Index>().handler::<UsersSlash>();
    let app = Application::new().handler::<Users>();
    let app = app.group(with.handler::<OneUser>());
    let client = TestClient::new(built(app));
    let table = [
        ("/with/", "/with"),
        ("/with/users", "/with/users/"),
        ("/with/users?a=%20&b", "/with/users/?a=%20&b"),
        ("/with/users/7/", "/with/users/7"),
        ("/with/users/a%2Fb/?", "/with/users/a%2Fb?"),
        ("/with/users//", "/with/users/"),
        // Not asked for, or nothing there either way.
        ("/users/", ""),
        ("/with/none/", ""),
        ("/with/users/7//", ""),
    ];
    for (path, location) in table {
        for method in [Method::GET, Method::POST] {
            let answer = client.request(method, path).send();
            let status = if location.is_empty() { 404 } else { 308 };
            let got = (answer.status(), answer.header("location"));
            assert_eq!(got, (status, location), "{path}");
        }
    }
}

#[test]
fn no_redirect_leads_to_another_server() {
    let app = Application::new().redirect_slashes().handler::<Index>();
    let app = app.handler_at::<Page>("//{page}");
    let app = app.handler_at::<OneUser>("/{id}/x");
    let client = TestClient::new(built(app));
    for path in ["//evil.example/", "///", "//evil.example/x/"] {
        let answer = client.get(path).send();
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.header("location"), "", "{path}");
    }
    // An absolute target has a path, and it is that which is sent back.
    let answer = client.get("http://evil.example/a/x/").send();
    assert_eq!((answer.status(), answer.header("location")), (308, "/a/x"));
    assert_eq!(client.get("//evil.example").send().status(), 200);
}

/// A group whose one handler says who answered.
fn says(group: Group, word: &'static str) -> Group {
    group.state(word.to_owned()).state(0u8).handler::<Shown>()
}

#[test]
fn guards_choose_among_groups_with_the_same_routes() {
    let v2 = HeaderValue::from_static("2");
    let any = says(Group::new(""), "any");
    let wild = says(Group::new("").host("*.Example.com"), "wild");
    let api = Group::new("").host("api.example.com");
    let api_v2 = Group::new("").guard_header(HeaderName::from_static("x-version"), v2);
    let api = says(api, "api").group(says(api_v2, "api 2"));
    let query = Group::new("").guard(|head| head.uri.query() == Some("old"));
    let app = Application::new().group(any).group(wild).group(api);
    let app = app.group(says(query, "old"));
    let client = TestClient::new(built(app));
    let table = [
        ("", "", "any"),
        ("example.com", "", "any"),
        ("www.example.com:8080", "", "wild"),
        ("API.example.com:1", "", "api"),
        ("api.example.com", "1", "api"),
        ("api.example.com", "2", "api 2"),
        ("www.example.com", "2", "wild"),
        ("example.com", "2", "any"),
    ];
    for (host, version, expected) in table {
        let request = client.get("/state").header("host", host);
        let answer = request.header("x-version", version).send();
        let expected = format!("{expected} 0");
        assert_eq!(answer.text(), expected, "{host} {version}");
    }
    // In HTTP/2 the target has the host.
    let target = client.get("http://api.example.com/state").send();
    assert_eq!(target.text(), "api 0");
    assert_eq!(client.get("/state?old").send().text(), "old 0");
    let post = client.post("/state?old").json(&"posted").send();
    assert_eq!(post.text(), "posted");
}

#[test]
fn what_guards_keep_out_is_not_there() {
    let host = Group::new("").host("a.example").handler::<Users>();
    let host = host.group(Group::new("/deep").handler::<Index>());
    let panics = Group::new("").guard(|_| panic!("as asked"));
    let app = Application::new().group(host.fallback::<Spa>());
    let app = app.group(panics.handler::<Users>()).handler::<Missing>();
    let client = TestClient::new(built(app));
    let table = [
        ("a.example", "/users", 200, "Users "),
        ("a.example", "/deep", 200, "Index "),
        ("a.example", "/missing", 200, "Missing "),
        ("a.example", "/else", 200, "Spa "),
        ("b.example", "/missing", 200, "Missing "),
    ];
    for (host, path, status, text) in table {
        let answer = client.get(path).header("host", host).send();
        assert_eq!((answer.status(), answer.text()), (status, text), "{path}");
    }
    for path in ["/users", "/deep", "/else"] {
        let answer = client.get(path).header("host", "b.example").send();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

/// Says its prefix.
struct Below;

impl Mount for Below {
    fn call<'a>(&'a self, prefix: &'a str, _: Request) -> BoxFuture<'a, Result<Response>> {
        Box::pin(async move {
            match prefix {
                "/g/fails" => Err(Error::new(409, "as asked")),
                prefix => Ok(Response::new(200).with_text(prefix.to_owned())),
            }
        })
    }
}

#[test]
fn mounts_of_a_group_are_given_the_whole_prefix() {
    let group = Group::new("/g").mount("/files/", Below).mount("/", Below);
    let group = group.mount("/fails", Below).handler::<Users>();
    let group = group.write_error(|_, _| Response::new(418).with_text("group"));
    let client = TestClient::new(built(Application::new().group(group)));
    let table = [
        ("/g", 200, "/g"),
        ("/g/x", 200, "/g"),
        ("/g/files/x", 200, "/g/files"),
        ("/g/users", 200, "Users "),
        ("/g/fails/x", 418, "group"),
    ];
    for (path, status, text) in table {
        let answer = client.get(path).send();
        assert_eq!((answer.status(), answer.text()), (status, text), "{path}");
    }
    assert_eq!(client.get("/x").send().status(), 404);
}

/// A menu, as a template would write it.
#[derive(RequestHandler)]
#[route("/menu")]
struct Menu {
    urls: Urls,
}

#[verbs]
impl Menu {
    async fn get(self) -> Result<String> {
        self.urls.reverse_url("OneUser", &[&"a/b"])
    }
}

#[test]
fn links_by_name_know_the_prefixes() {
    let api = Group::new("/api").handler::<OneUser>();
    let twice = |prefix: &str| Group::new(prefix).handler::<Page>();
    let hosts = ["a.example", "b.example"];
    let hosts = hosts.map(|host| Group::new("").host(host).handler::<Users>());
    let app = Application::new().handler::<Menu>().group(api);
    let app = app.group(twice("/v1")).group(twice("/v2"));
    let app = built(hosts.into_iter().fold(app, Application::group));
    assert_eq!(OneUser::url(7u8.to_string()), "/users/7");
    assert_eq!(app.reverse_url("OneUser", &[&7]).unwrap(), "/api/users/7");
    assert_eq!(app.reverse_url("groups::Users", &[]).unwrap(), "/users");
    let v2 = app.reverse_url("/v2/{page}", &[&"x"]);
    assert_eq!(v2.unwrap(), "/v2/x");
    let ambiguous = app.reverse_url("Page", &[&"x"]).unwrap_err();
    assert!(ambiguous.detail().contains("/v1/{page}"), "{ambiguous}");
    let wrong: [(&str, &[&dyn Display]); 3] = [("NoUser", &[]), ("OneUser", &[]), ("Users", &[&1])];
    for (name, values) in wrong {
        assert_eq!(app.reverse_url(name, values).unwrap_err().status(), 500);
    }
    let client = TestClient::new(app);
    assert_eq!(client.get("/menu").send().text(), "/api/users/a%2Fb");
}

#[test]
fn mistakes_in_groups_are_listed_together() {
    let braces = Group::new("/{org}").handler::<Shown>();
    let hosts = Group::new("").host("a.example").host("http://b");
    let hosts = hosts.group(Group::new("/in").host("*.b.example"));
    let limits = Group::new("/limits").limits(|limits| limits.headers = 7);
    let app = Application::new()
        .fallback::<NamedFallback>()
        .group(braces)
        .group(hosts)
        .group(limits)
        .group(Group::new("relative?").handler_at::<Users>("users"))
        .group(Group::new("/twice").fallback::<Spa>().fallback::<Missing>())
        .group(Group::new("/twice").fallback::<Index>())
        .group(Group::new("/same").handler::<OneUser>())
        .group(Group::new("/same").handler_at::<Page>("/users/{page}"))
        .group(Group::new("/state").state(1u8).state(2u8));
    let error = app.build().expect_err("many mistakes");
    let text = error.to_string();
    let expected = [
        r#"NamedFallback (tests/it/groups.rs:"#,
        r#"is a fallback, which has no path values, but its route "/{rest}" has names"#,
        r#"the group "/{org}" (tests/it/groups.rs:"#,
        "can hold no brace",
        "Shown.word (",
        r#"the host "http://b" is no host: leave out the scheme"#,
        r#"the group "/in" ("#,
        "no request is for both a.example and *.b.example",
        "`headers` is the application's to set",
        "a prefix begins with `/`",
        "without a query",
        r#"the route "users" is none"#,
        "Missing is a fallback for /twice, as it::groups::Spa is already",
        "Index is a fallback for /twice, as it::groups::Spa is already",
        r#"whose paths it::groups::OneUser ("#,
        "state u8 is given again",
    ];
    for expected in expected {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let is_group = |problem: &&BuildProblem| matches!(problem, BuildProblem::Group { .. });
    assert_eq!(
        error.problems().iter().filter(is_group).count(),
        8,
        "{text}"
    );
}

#[test]
#[should_panic(expected = "Shown.number")]
fn a_check_fails_with_the_list() {
    Application::new().handler::<Shown>().check();
}

#[test]
fn a_sound_application_passes_its_check() {
    let app = Application::new().state(String::new()).state(0u8);
    app.handler::<Shown>().check();
}

#[test]
fn the_table_of_routes_has_groups_and_fallbacks() {
    let group = Group::new("/g").handler::<OneUser>().fallback::<Spa>();
    let app = built(Application::new().group(group));
    let table = "GET     /g/users/{id}\nGET     /g/…";
    assert_eq!(app.routes().to_string(), table);
}

#[test]
fn state_of_groups_is_dropped_with_the_application() {
    let state = Arc::new(());
    let group = Group::new("/g").state(Arc::clone(&state));
    let app = built(Application::new().group(group));
    assert_eq!(Arc::strong_count(&state), 2);
    drop(app);
    assert_eq!(Arc::strong_count(&state), 1);
}
