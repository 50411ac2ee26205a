//! Forms: their fields as arguments, sent as pairs or in parts.

use gustnado::{
    Body, Bytes, Inputs, Invalid, Upload, Valid, Validate,
    prelude::*,
    testing::{TestClient, TestResponse},
};
use serde_json::{Value, json};

use super::uploads::{MULTIPART, form, text_part};

const PAIRS: &str = "application/x-www-form-urlencoded";

#[derive(RequestHandler)]
#[route("/sign-up/{list}")]
struct SignUp {
    list: String,
    #[query(default)]
    page: u32,
}

#[verbs]
impl SignUp {
    async fn post(
        self,
        #[form] email: String,
        #[form] age: u8,
        #[form(default = "de")] language: String,
        #[form(name = "tag")] tags: Vec<String>,
        #[form] nick: Option<String>,
        #[form(default)] terms: bool,
    ) -> String {
        let Self { list, page } = self;
        format!("{list} {page}: {email} {age} {language} {tags:?} {nick:?} {terms}")
    }

    /// Several fields with a query among them.
    async fn delete(self, #[form] email: String, #[query] token: u64) -> String {
        format!("{email} {token}")
    }
}

/// Fields of a form that belong together, and a value of the head among them.
#[derive(Inputs)]
struct Address {
    #[form(len = 1..=20)]
    street: String,
    #[form(name = "zip", pattern = "^[0-9]{5}$")]
    code: Option<String>,
    #[query(default)]
    country: String,
}

#[derive(RequestHandler)]
#[route("/orders")]
struct Orders;

#[verbs]
impl Orders {
    async fn post(
        self,
        #[form(min = 1, max = 9)] count: u8,
        address: Address,
        #[form(name = "note", len = ..=3)] notes: Vec<String>,
    ) -> String {
        let Address {
            street,
            code,
            country,
        } = address;
        format!("{count} to {street} {code:?} {country} {notes:?}")
    }

    /// A group that is read and then checked, by hand.
    async fn put(self, Valid(address): Valid<Address>) -> String {
        address.street
    }

    /// A group by itself, which may be absent.
    async fn patch(self, address: Option<Address>) -> String {
        address.is_some().to_string()
    }
}

impl Validate for Address {
    fn validate(&self) -> Result<(), Invalid> {
        let invalid = Invalid::new().require(self.street != "Nowhere", "street", "is not there");
        invalid.into_result()
    }
}

/// A default that cannot be read.
#[derive(RequestHandler)]
#[route("/broken")]
struct Broken;

#[verbs]
impl Broken {
    async fn post(self, #[form(default = "many")] count: u8) -> String {
        count.to_string()
    }

    async fn put(self, #[form(max = 3)] picture: Upload) -> String {
        picture.len().to_string()
    }
}

fn post(content_type: &str, body: impl Into<Body>) -> TestResponse {
    let app = Application::new().handler::<SignUp>();
    let client = TestClient::new(app.build().expect("an application"));
    let mut request = client.post("/sign-up/news").body(body);
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    request.send()
}

fn errors(response: &TestResponse) -> Value {
    response.json::<Value>()["errors"].clone()
}

#[test]
fn fields_are_arguments() {
    let table = [
        ("email=a%40b.c&age=7", r#"news 0: a@b.c 7 de [] None false"#),
        (
            "age=7&email=a+b&language=&tag=x&tag=y&nick=&terms",
            r#"news 0: a b 7  ["x", "y"] Some("") true"#,
        ),
        // No escape stays as it is; names are decoded too; nothing asks for the others.
        (
            "=&=x&&%65mail=%zz%&age=7&other=%ff&EMAIL=1",
            r#"news 0: %zz% 7 de [] None false"#,
        ),
    ];
    for (body, expected) in table {
        assert_eq!(post(PAIRS, body).text(), expected, "{body}");
        let content_type = format!("{PAIRS}; charset=utf-8");
        assert_eq!(post(&content_type, body).text(), expected, "{body}");
    }
}

#[test]
fn a_form_in_parts_is_the_same_form() {
    let parts = [
        text_part("age", "7"),
        text_part("email", "a b"),
        text_part("tag", "x"),
        text_part("other", "nobody asks"),
        text_part("tag", "y\r\nz"),
        text_part("terms", ""),
    ];
    assert_eq!(
        post(MULTIPART, form(&parts)).text(),
        r#"news 0: a b 7 de ["x", "y\r\nz"] None true"#
    );
}

#[test]
fn all_bad_fields_are_told_together() {
    let response = post(PAIRS, "age=300&nick=a&nick=b&terms=perhaps&tag=%ff");
    assert_eq!(response.status(), 422);
    let detail = "some fields of the form cannot be used";
    assert_eq!(response.json::<Value>()["detail"], detail);
    let bad = |name: &str, detail: &str| json!({"in": "body", "name": name, "detail": detail});
    assert_eq!(
        errors(&response),
        json!([
            bad("email", "is missing"),
            bad("age", "expected a whole number from 0 to 255"),
            bad("tag", "is not UTF-8 text"),
            bad("nick", "is given more than once"),
            bad("terms", "expected `true` or `false`"),
        ])
    );
}

/// Sends a form to the orders.
fn order(method: &str, target: &str, content_type: &str, body: String) -> TestResponse {
    let app = Application::new().handler::<Orders>();
    let client = TestClient::new(app.build().expect("an application"));
    let request = client.request(method.parse().expect("a method"), target);
    request
        .header("content-type", content_type)
        .body(body)
        .send()
}

#[test]
fn a_group_has_fields_of_the_form_that_its_verb_reads() {
    let pairs = "count=2&street=Main&zip=12345&note=a&note=b";
    let parts = ["count", "street", "zip", "note", "note"];
    let values = ["2", "Main", "12345", "a", "b"];
    let parts: Vec<_> = parts
        .iter()
        .zip(values)
        .map(|(n, v)| text_part(n, v))
        .collect();
    for (content_type, body) in [(PAIRS, pairs.to_owned()), (MULTIPART, form(&parts))] {
        let response = order("POST", "/orders?country=de", content_type, body);
        let expected = r#"2 to Main Some("12345") de ["a", "b"]"#;
        assert_eq!(response.text(), expected);
    }
    let response = order("PUT", "/orders", PAIRS, "street=Main".into());
    assert_eq!(response.text(), "Main");
    let response = order("PUT", "/orders", PAIRS, "street=Nowhere".into());
    assert_eq!(response.status(), 422);
    assert_eq!(errors(&response)[0]["name"], "street");
    let response = order("PATCH", "/orders", PAIRS, "street=Main".into());
    assert_eq!(response.text(), "true");
    assert_eq!(
        order("PATCH", "/orders", PAIRS, "street=".into()).status(),
        422
    );
}

#[test]
fn fields_keep_to_their_bounds_wherever_they_stand() {
    let response = order(
        "POST",
        "/orders",
        PAIRS,
        "count=10&street=&zip=1&note=a&note=long".into(),
    );
    assert_eq!(response.status(), 422);
    let bad = |name: &str, detail: &str| json!({"in": "body", "name": name, "detail": detail});
    assert_eq!(
        errors(&response),
        json!([
            bad("count", "must be at most 9"),
            bad("street", "must have 1 to 20 characters"),
            bad("zip", "must match ^[0-9]{5}$"),
            bad("note", "must have at most 3 characters"),
        ])
    );
}

#[test]
fn no_body_is_an_empty_form() {
    for content_type in ["", PAIRS, MULTIPART] {
        let response = post(content_type, "");
        assert_eq!(response.status(), 422, "{content_type}");
        assert_eq!(errors(&response)[0]["name"], "email", "{content_type}");
    }
}

#[test]
fn another_body_is_refused_by_naming_the_two() {
    for content_type in [
        "",
        "application/json",
        "multipart/mixed; boundary=x",
        "form",
    ] {
        let response = post(content_type, "email=a&age=7");
        assert_eq!(response.status(), 415, "{content_type}");
        let named = content_type.contains('/');
        let status = if named { 415 } else { 422 };
        assert_eq!(post(content_type, "").status(), status, "{content_type}");
        let detail = response.json::<Value>()["detail"].to_string();
        for named in [PAIRS, "multipart/form-data"] {
            assert!(detail.contains(named), "{detail}");
        }
    }
}

#[test]
fn ten_thousand_pairs_are_refused() {
    let pairs = |count: usize| format!("email=a&age=7{}", "&x=1".repeat(count - 2));
    assert_eq!(post(PAIRS, pairs(1000)).status(), 200);
    for count in [1001, 10_000] {
        let response = post(PAIRS, pairs(count));
        assert_eq!(response.status(), 400);
        assert_eq!(errors(&response)[0]["detail"], "has more than 1000 pairs");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let response = post(PAIRS, Bytes::from_static(b"email=\xff&age=7"));
    assert_eq!(response.status(), 400);
    assert_eq!(errors(&response)[0]["detail"], "is not UTF-8 at byte 6");
}

#[test]
fn the_head_is_looked_at_before_the_form() {
    let app = Application::new().handler::<SignUp>();
    let client = TestClient::new(app.build().expect("an application"));
    let send = |target: &str| {
        let request = client.delete(target).header("content-type", PAIRS);
        let response = request.body("nothing=1").send();
        (response.status(), errors(&response))
    };
    let (status, bad) = send("/sign-up/news?page=x&token=y");
    assert_eq!(status, 400);
    let names = bad.as_array().expect("a list").iter();
    let names: Vec<_> = names.map(|bad| bad["name"].clone()).collect();
    assert_eq!(names, ["page", "token"]);
    let (status, bad) = send("/sign-up/news?token=7");
    assert_eq!((status, &bad[0]["name"]), (422, &json!("email")));
}

#[test]
fn options_that_cannot_be_are_told_at_start_up() {
    let error = Application::new().handler::<Broken>().build();
    let error = error.expect_err("the options cannot be").to_string();
    for part in [
        "count",
        "its default cannot be used",
        "picture",
        "bounds hold for text, and it is a file",
        "it/forms.rs",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}
