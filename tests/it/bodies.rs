//! Bodies that are not forms: JSON, text, bytes, streams; their limit, and the rules they are checked
//! by.

use std::convert::Infallible;

use futures_util::stream;
use gustnado::{
    Body, Bytes, Garde, Invalid, Peer, RequestHead, Text, Valid, Validate,
    prelude::*,
    testing::{TestClient, TestRequest, TestResponse},
};
use serde::Deserialize;
use serde_json::{Value, json};

const LIMIT: usize = 1000;

#[derive(Deserialize, garde::Validate)]
struct Order {
    #[garde(length(min = 1))]
    buyer: String,
    #[garde(dive)]
    items: Vec<Item>,
}

#[derive(Deserialize, garde::Validate)]
struct Item {
    #[garde(range(min = 1))]
    price: u32,
}

impl Validate for Order {
    fn validate(&self) -> Result<(), Invalid> {
        Invalid::new()
            .require(!self.buyer.is_empty(), "/buyer", "is empty")
            .within("/items", self.items.validate())
            .into_result()
    }
}

impl Validate for Item {
    fn validate(&self) -> Result<(), Invalid> {
        let invalid = Invalid::new().require(self.price > 0, "/price", "is nothing");
        invalid.into_result()
    }
}

/// One reader of a body each.
macro_rules! reader {
    ($name:ident $path:literal, $argument:pat => $ty:ty, $answer:expr) => {
        #[derive(RequestHandler)]
        #[route($path)]
        struct $name;

        #[verbs]
        impl $name {
            async fn post(self, $argument: $ty) -> Result<String> {
                $answer
            }
        }
    };
}

reader!(AsJson "/json", Json(order) => Json<Order>, {
    Ok(format!("{} buys {}", order.buyer, order.items.len()))
});
reader!(AsAny "/any", Json(value) => Json<Value>, Ok(value.to_string().len().to_string()));
reader!(Perhaps "/perhaps", order => Option<Json<Order>>, {
    Ok(order.map_or_else(|| "none".into(), |Json(order)| order.buyer))
});
reader!(AsText "/text", Text(text) => Text, Ok(text.len().to_string()));
reader!(AsBytes "/bytes", bytes => Bytes, Ok(bytes.len().to_string()));
reader!(Whole "/whole", mut body => Body, Ok(body.collect().await?.len().to_string()));
reader!(ByChunk "/chunks", mut body => Body, {
    let mut len = 0;
    while let Some(chunk) = body.chunk().await? {
        len += chunk.len();
    }
    Ok(len.to_string())
});
reader!(Checked "/valid", Valid(Json(order)) => Valid<Json<Order>>, Ok(order.buyer));
reader!(ByGarde "/garde", Garde(Json(order)) => Garde<Json<Order>>, Ok(order.buyer));

/// A form of one field.
#[derive(RequestHandler)]
#[route("/form")]
struct AsForm;

#[verbs]
impl AsForm {
    async fn post(self, #[form] field: String) -> String {
        field.len().to_string()
    }
}

/// What the head of a request says.
#[derive(RequestHandler)]
#[route("/head")]
struct Head {
    peer: Peer,
}

#[verbs]
impl Head {
    async fn get(self, head: RequestHead) -> String {
        let agent = head.headers.get("user-agent");
        let agent = agent.map_or("", |agent| agent.to_str().unwrap_or(""));
        format!("{} {} {agent} {:?}", head.method, head.uri, self.peer.ip())
    }
}

fn client() -> TestClient {
    let mut limits = Limits::default();
    limits.body = LIMIT;
    let app = Application::new()
        .limits(limits)
        .handler::<AsJson>()
        .handler::<AsAny>()
        .handler::<AsText>()
        .handler::<Perhaps>()
        .handler::<AsBytes>()
        .handler::<Whole>()
        .handler::<ByChunk>()
        .handler::<Checked>()
        .handler::<ByGarde>()
        .handler::<AsForm>()
        .handler::<Head>();
    TestClient::new(app.build().expect("an application"))
}

fn post(path: &str, content_type: &str, body: impl Into<Body>) -> TestResponse {
    typed(client().post(path), content_type).body(body).send()
}

fn typed(request: TestRequest, content_type: &str) -> TestRequest {
    match content_type {
        "" => request,
        content_type => request.header("content-type", content_type),
    }
}

/// The inputs that an error lists.
fn errors(response: &TestResponse) -> Value {
    response.json::<Value>()["errors"].clone()
}

#[test]
fn one_limit_holds_for_every_reader() {
    let json = |len: usize| format!("\"{}\"", "x".repeat(len - 2));
    let plain = |len: usize| "x".repeat(len);
    let form = |len: usize| format!("field={}", "x".repeat(len - 6));
    type Write<'w> = &'w dyn Fn(usize) -> String;
    let readers: [(&str, &str, Write<'_>, usize); 6] = [
        ("/any", "application/json", &json, LIMIT),
        ("/text", "text/plain", &plain, LIMIT),
        ("/bytes", "", &plain, LIMIT),
        ("/whole", "", &plain, LIMIT),
        ("/chunks", "", &plain, LIMIT),
        (
            "/form",
            "application/x-www-form-urlencoded",
            &form,
            LIMIT - 6,
        ),
    ];
    for (path, content_type, body, read) in readers {
        for declared in [true, false] {
            let send = |len: usize| {
                let body = body(len);
                let body = if declared {
                    Body::from(body)
                } else {
                    in_chunks(body)
                };
                post(path, content_type, body)
            };
            let fits = send(LIMIT);
            assert_eq!(fits.text(), read.to_string(), "{path} {declared}");
            let above = send(LIMIT + 1);
            assert_eq!(above.status(), 413, "{path} {declared}");
            let detail = "the body may have at most 1000 bytes";
            assert_eq!(above.json::<Value>()["detail"], detail, "{path} {declared}");
        }
    }
}

/// A body that does not say how long it is.
fn in_chunks(body: String) -> Body {
    let body = Bytes::from(body);
    let chunks: Vec<_> = (0..body.len())
        .step_by(300)
        .map(|from| Ok::<_, Infallible>(body.slice(from..body.len().min(from + 300))))
        .collect();
    Body::stream(stream::iter(chunks))
}

#[test]
fn a_reader_that_goes_on_after_the_limit_gets_no_more() {
    let mut body = in_chunks("x".repeat(2000));
    body.set_limit(900);
    let read = gustnado_tests::runtime().block_on(async {
        let mut results = Vec::new();
        for _ in 0..9 {
            let chunk = body.chunk().await;
            results.push(chunk.map_or_else(|error| error.status().as_u16(), |_| 200));
        }
        results
    });
    assert_eq!(read, [200, 200, 200, 413, 413, 413, 413, 413, 413]);
}

#[test]
fn a_body_that_breaks_off_is_a_bad_request() {
    let paths = [
        ("/json", "application/json"),
        ("/text", ""),
        ("/bytes", ""),
        ("/whole", ""),
        ("/chunks", ""),
        ("/form", "application/x-www-form-urlencoded"),
    ];
    for (path, content_type) in paths {
        let chunks = stream::iter([Ok(Bytes::from("some")), Err("the line is cut")]);
        let response = post(path, content_type, Body::stream(chunks));
        assert_eq!(response.status(), 400, "{path}");
        assert!(!response.text().contains("the line is cut"), "{path}");
        assert_eq!(errors(&response)[0]["in"], "body", "{path}");
    }
}

#[test]
fn mistakes_in_json_are_pointed_at() {
    let body = r#"{"buyer":"Ada","items":[{"price":1},{"price":"dear"}]}"#;
    let response = post("/json", "application/json", body);
    assert_eq!(response.status(), 422);
    assert_eq!(
        errors(&response),
        json!([{
            "in": "body",
            "pointer": "/items/1/price",
            "detail": "invalid type: string \"dear\", expected u32",
        }])
    );
}

#[test]
fn what_is_no_json_is_refused() {
    let table = [
        ("application/json", "", 400, "the body is missing"),
        ("", "", 400, "the body is missing"),
        ("application/json", "{", 400, "the body is not JSON"),
        ("application/json", " ", 400, "the body is not JSON"),
        ("application/json", "\u{0}", 400, "the body is not JSON"),
        (
            "text/plain",
            "",
            415,
            "the body must be JSON, with Content-Type: application/json",
        ),
        (
            "text/plain",
            "{}",
            415,
            "the body must be JSON, with Content-Type: application/json",
        ),
    ];
    for (content_type, body, status, detail) in table {
        let response = post("/json", content_type, body);
        let told = response.json::<Value>();
        assert_eq!(told["detail"], detail, "{content_type} {body:?}");
        assert_eq!(response.status(), status, "{content_type} {body:?}");
    }
    let empty_chunks = Body::stream(stream::iter([Ok::<_, Infallible>(Bytes::new())]));
    let response = post("/json", "application/json", empty_chunks);
    assert_eq!(response.json::<Value>()["detail"], "the body is missing");
}

#[test]
fn an_optional_body_may_be_missing_but_not_bad() {
    let send = |content_type, body| post("/perhaps", content_type, body);
    assert_eq!(send("", "").text(), "none");
    assert_eq!(send("application/json", "").text(), "none");
    let order = r#"{"buyer":"Ada","items":[]}"#;
    assert_eq!(send("application/json", order).text(), "Ada");
    for (content_type, body, status) in [
        ("application/json", "{}", 422),
        ("application/json", "null", 422),
        ("application/json", "{", 400),
        ("text/plain", order, 415),
    ] {
        assert_eq!(send(content_type, body).status(), status, "{body}");
    }
}

#[test]
fn json_nests_at_most_127_deep() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let send = |depth| post("/any", "application/json", nested(depth));
    assert_eq!(send(127).text(), "254");
    let deeper = send(128);
    assert_eq!(deeper.status(), 400);
    let detail = &errors(&deeper)[0]["detail"];
    assert!(
        detail.as_str().unwrap_or("").contains("recursion limit"),
        "{detail}"
    );
}

#[test]
fn text_is_utf8_and_says_so() {
    let table: [(&str, &'static [u8], u16); 8] = [
        ("text/plain", "äö".as_bytes(), 200),
        ("text/markdown; charset=UTF-8", b"x", 200),
        ("", b"x", 200),
        ("", b"", 200),
        ("application/json", b"x", 415),
        ("text/plain; charset=latin1", b"x", 415),
        ("text/plain", b"a\xff", 400),
        ("not a type", b"x", 200),
    ];
    for (content_type, body, status) in table {
        let response = post("/text", content_type, Bytes::from_static(body));
        assert_eq!(response.status(), status, "{content_type} {body:?}");
    }
    let response = post("/text", "", Bytes::from_static(b"ab\xff"));
    assert_eq!(errors(&response)[0]["detail"], "is not UTF-8 at byte 2");
}

#[test]
fn a_body_that_breaks_rules_is_unprocessable() {
    let body = r#"{"buyer":"","items":[{"price":1},{"price":0}]}"#;
    let pointers = |path| {
        let response = post(path, "application/json", body);
        assert_eq!(response.status(), 422, "{path}");
        let errors = errors(&response);
        let list = errors.as_array().expect("a list").iter();
        let of = |error: &Value| error["pointer"].as_str().unwrap_or("none").to_owned();
        list.map(of).collect::<Vec<_>>()
    };
    assert_eq!(pointers("/valid"), ["/buyer", "/items/1/price"]);
    assert_eq!(pointers("/garde"), ["/buyer", "/items/1/price"]);
    let good = r#"{"buyer":"Ada","items":[]}"#;
    for path in ["/valid", "/garde"] {
        assert_eq!(post(path, "application/json", good).text(), "Ada");
    }
    assert_eq!(post("/valid", "application/json", "{}").status(), 422);
    assert_eq!(post("/valid", "application/json", "").status(), 400);
}

#[test]
fn the_head_of_a_request_is_an_input() {
    let response = client().get("/head?x=1").header("user-agent", "me").send();
    assert_eq!(response.text(), "GET /head?x=1 me None");
}

#[test]
fn a_handler_of_the_head_is_called_without_http() {
    let peer = Peer::new("192.0.2.1:80".parse().ok());
    let uri = "/x?y".parse().expect("a target");
    let head = RequestHead::new(gustnado::Method::GET, uri);
    let text = gustnado_tests::runtime().block_on(Head { peer }.get(head));
    assert_eq!(text, "GET /x?y  Some(192.0.2.1)");
}
