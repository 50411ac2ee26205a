//! Where inputs come from and when: cookies, bounds, words, groups, and what may be absent.

use gustnado::{Cx, FromRequest, Needs, Stage, prelude::*, testing::TestClient};

#[derive(Clone)]
struct Names(&'static str);

/// Who asks; absent without `x-who`, refused where it is `nobody`.
struct Who(String);

impl FromRequest for Who {
    const STAGE: Stage = Stage::Auth;

    fn needs(needs: &mut Needs) {
        needs.state::<Names>();
    }

    async fn from_request(cx: &mut Cx) -> Result<Self> {
        let names = cx.state::<Names>()?.0;
        let who = cx.request().headers().get("x-who");
        let who = who.ok_or_else(|| Error::absent(401, "who are you?"))?;
        match who.to_str() {
            Ok(who) if names.contains(who) => Ok(Self(who.into())),
            _ => Err(Error::new(403, "you may not")),
        }
    }
}

/// An input of the head that is known by its type, and reads a group by hand.
struct Window(u32, u32);

impl FromRequest for Window {
    const STAGE: Stage = Stage::Params;

    fn needs(needs: &mut Needs) {
        needs.input::<Paging>();
        needs.input::<Who>();
    }

    async fn from_request(cx: &mut Cx) -> Result<Self> {
        let Paging { page, size } = Paging::from_request(cx).await?;
        if page == 13 {
            return Err(Error::new(418, "not that one"));
        }
        Ok(Self((page - 1) * size, size))
    }
}

#[derive(Inputs)]
struct Paging {
    #[query(default = 1, min = 1)]
    page: u32,
    #[query(default = 20, min = 1, max = 100)]
    size: u32,
}

#[derive(Debug, FromParam)]
enum Order {
    Newest,
    #[param(name = "a-z")]
    ByName,
}

#[derive(FromParam)]
struct Word(String);

/// A group of everything.
#[derive(Inputs)]
struct Search {
    paging: Paging,
    who: Who,
    #[state]
    names: Names,
    #[query(len = 1..=3)]
    tag: Vec<String>,
    #[query]
    order: Option<Order>,
}

#[derive(RequestHandler)]
#[route("/search/{word}")]
struct Searching {
    #[param(len = ..=5)]
    word: Word,
    #[header(min = 1)]
    x_depth: Option<u8>,
    search: Search,
}

#[verbs]
impl Searching {
    async fn get(self, #[query(max = 10)] top: Option<u8>) -> String {
        let Search {
            paging,
            who,
            names,
            tag,
            order,
        } = self.search;
        let (word, depth, Paging { page, size }) = (self.word, self.x_depth, paging);
        format!(
            "{word} {depth:?} {page} {size} {} {} {tag:?} {order:?} {top:?}",
            who.0, names.0
        )
    }

    /// The group a second time, as an argument.
    async fn put(self, paging: Paging) -> String {
        (paging.page + self.search.paging.page).to_string()
    }
}

#[derive(RequestHandler)]
#[route("/optional")]
struct Optional {
    who: Option<Who>,
}

#[verbs]
impl Optional {
    async fn get(self, window: Window, #[query] x: u8) -> String {
        let who = self.who.map(|who| who.0);
        format!("{who:?} {} {} {x}", window.0, window.1)
    }
}

#[derive(RequestHandler)]
#[route("/cookies")]
struct Cookies {
    #[cookie]
    theme: Option<String>,
    #[cookie(name = "__Host-id", default = 0, max = 9)]
    id: u8,
}

#[verbs]
impl Cookies {
    async fn get(self, #[cookie] tag: Vec<String>) -> String {
        format!("{:?} {} {tag:?}", self.theme, self.id)
    }
}

/// Inputs within patterns, of which one is none.
#[derive(RequestHandler)]
#[route("/patterns/{slug}")]
struct Patterns {
    #[param(pattern = "^[a-z-]+$")]
    slug: String,
    #[query(pattern = "^#[0-9a-f]{6}$")]
    colour: Vec<String>,
}

#[verbs]
impl Patterns {
    async fn get(self) -> String {
        format!("{} {:?}", self.slug, self.colour)
    }
}

#[derive(Inputs)]
struct Broken {
    #[query(pattern = "(")]
    word: String,
    #[query(default = "many")]
    count: u8,
}

#[derive(RequestHandler)]
#[route("/broken")]
struct Breaking {
    broken: Broken,
    window: Window,
}

#[verbs]
impl Breaking {
    async fn get(self) -> String {
        format!(
            "{} {} {}",
            self.broken.word, self.broken.count, self.window.0
        )
    }
}

fn client() -> TestClient {
    let app = Application::new()
        .state(Names("ada grace"))
        .handler::<Searching>()
        .handler::<Optional>()
        .handler::<Cookies>();
    TestClient::new(app.build().expect("the application is sound"))
}

/// Asks with these header fields; the status and the text of the answer.
fn get(target: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = client().get(target);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.send();
    (answer.status(), answer.text().into())
}

/// The bad inputs of a problem document, `in name detail` each.
fn bad((status, document): (u16, String)) -> (u16, Vec<String>) {
    let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
    let errors = document["errors"].as_array().expect("a list of errors");
    let line = |error: &serde_json::Value| {
        let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", text("in"), text("name"), text("detail"))
    };
    (status, errors.iter().map(line).collect())
}

const ADA: (&str, &str) = ("x-who", "ada");

#[test]
fn a_group_is_read_as_one_input() {
    assert_eq!(
        get("/search/rust?tag=a&tag=b&order=a-z&size=7", &[ADA]),
        (
            200,
            r#"rust None 1 7 ada ada grace ["a", "b"] Some(ByName) None"#.into()
        )
    );
    let put = client().put("/search/rust?page=4").header("x-who", "ada");
    assert_eq!(put.send().text(), "8");
}

#[test]
fn bad_inputs_of_handler_and_groups_are_told_together() {
    let target = "/search/rustaceans?page=0&size=101&tag=long&tag=a&order=best&top=11";
    let expected = [
        "path word must have at most 5 characters",
        "header x-depth must be at least 1",
        "query page must be at least 1",
        "query size must be at most 100",
        "query tag must have 1 to 3 characters",
        "query order expected `newest` or `a-z`",
        "query top must be at most 10",
    ];
    let (status, told) = bad(get(target, &[ADA, ("x-depth", "0")]));
    assert_eq!((status, told), (404, expected.map(String::from).into()));
}

#[test]
fn who_asks_comes_first_in_a_group_too() {
    assert_eq!(get("/search/rustaceans?page=0", &[]).0, 401);
    assert_eq!(get("/search/rustaceans?page=0", &[("x-who", "eve")]).0, 403);
}

#[test]
fn only_what_is_absent_is_none() {
    assert_eq!(get("/optional?x=1", &[]), (200, "None 0 20 1".into()));
    assert_eq!(
        get("/optional?x=1&page=2", &[ADA]),
        (200, "Some(\"ada\") 20 20 1".into())
    );
    assert_eq!(get("/optional?x=1", &[("x-who", "eve")]).0, 403);
}

#[test]
fn what_a_typed_input_finds_bad_is_told_with_the_rest() {
    let expected = ["query x is missing", "query size must be at least 1"];
    let told = bad(get("/optional?size=0", &[]));
    assert_eq!(told, (400, expected.map(String::from).into()));
    // Any other error of it is the answer.
    assert_eq!(get("/optional?page=13", &[]).0, 418);
}

#[test]
fn cookies() {
    let cases = [
        ("", "None 0 []"),
        ("theme=dark; __Host-id=7", "Some(\"dark\") 7 []"),
        (
            "theme=\"a b\";;=;tag=1;x;tag=2",
            "Some(\"a b\") 0 [\"1\", \"2\"]",
        ),
        // The first has the most specific path.
        (
            "theme=a; theme=b; __Host-id=1; __Host-id=x",
            "Some(\"a\") 1 []",
        ),
        ("Theme=a; __host-id=1", "None 0 []"),
    ];
    for (cookie, expected) in cases {
        let answer = get("/cookies", &[("cookie", cookie)]);
        assert_eq!(answer, (200, expected.into()), "{cookie}");
    }
    // HTTP/2 sends a field for each.
    let crumbs = [
        ("cookie", "tag=1"),
        ("cookie", "theme=x"),
        ("cookie", "tag=2"),
    ];
    let expected = "Some(\"x\") 0 [\"1\", \"2\"]";
    assert_eq!(get("/cookies", &crumbs), (200, expected.into()));
    let told = bad(get("/cookies", &[("cookie", "__Host-id=x; __Host-id=1")]));
    assert_eq!(
        told.1,
        ["cookie __Host-id expected a whole number from 0 to 255"]
    );
    let told = bad(get("/cookies", &[("cookie", "__Host-id=10; __Host-id=1")]));
    assert_eq!(told.1, ["cookie __Host-id must be at most 9"]);
}

#[test]
fn a_cookie_that_is_no_text_is_an_error() {
    let theme = http::HeaderValue::from_bytes(b"theme=\xff").expect("a field");
    let request = http::Request::get("/cookies").header("cookie", theme);
    let request = request.body(gustnado::Body::empty()).expect("a request");
    let mut app = Application::new()
        .handler::<Cookies>()
        .build()
        .expect("an application");
    let answer = tower_service::Service::call(&mut app, request);
    let answer = gustnado_tests::runtime()
        .block_on(answer)
        .expect("an answer");
    assert_eq!(answer.status(), 400);
}

#[test]
fn texts_within_patterns() {
    let app = Application::new().handler::<Patterns>();
    let client = TestClient::new(app.build().expect("an application"));
    let answer = client
        .get("/patterns/a-b?colour=%23ff0000&colour=%2300ff00")
        .send();
    assert_eq!(answer.text(), r##"a-b ["#ff0000", "#00ff00"]"##);
    let answer = client
        .get("/patterns/a_b?colour=%23ff0000&colour=red")
        .send();
    let told = bad((answer.status(), answer.text().into()));
    let expected = [
        "path slug must match ^[a-z-]+$",
        "query colour must match ^#[0-9a-f]{6}$",
    ];
    assert_eq!(told, (404, expected.map(String::from).into()));
}

#[test]
fn start_up_finds_what_is_wrong_inside_a_group() {
    let error = Application::new().handler::<Breaking>().build();
    let text = error.expect_err("a mistake").to_string();
    let mut lines = text.lines().skip(1);
    let pattern = lines.next().expect("a line");
    assert!(
        pattern.contains("inputs::Breaking.broken.word (tests/it/inputs.rs:"),
        "{text}"
    );
    assert!(
        pattern.contains("): its pattern cannot be used: "),
        "{text}"
    );
    let default = lines.next().expect("a line");
    assert!(default.contains("Breaking.broken.count ("), "{text}");
    assert!(
        default.contains("): its default cannot be used: expected a whole number"),
        "{text}"
    );
    // Where it is needed, and by way of what.
    let state = lines.next().expect("a line");
    assert!(state.contains("Breaking.window ("), "{text}");
    let way = ") → it::inputs::Window → it::inputs::Who needs state it::inputs::Names; ";
    assert!(state.contains(way), "{text}");
    assert_eq!(lines.next(), None, "{text}");
}

#[test]
fn state_that_a_group_needs_is_found_missing() {
    let error = Application::new().handler::<Searching>().build();
    let text = error.expect_err("state is missing").to_string();
    assert!(text.contains("Searching.search.who ("), "{text}");
    assert!(
        text.contains(") → it::inputs::Who needs state it::inputs::Names"),
        "{text}"
    );
    assert!(text.contains("Searching.search.names ("), "{text}");
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn words_are_what_links_are_made_of() {
    assert_eq!(Order::Newest.to_string(), "newest");
    assert_eq!(format!("{:>6}", Order::ByName), "   a-z");
    assert_eq!(Searching::url(Word("a/b".into())), "/search/a%2Fb");
}
