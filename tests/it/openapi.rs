//! The document of an application, compared piece by piece with what its handlers are, and the page
//! that shows it.

#![allow(
    dead_code,
    unused_variables,
    reason = "handlers that are described and never called"
)]

use gustnado::{
    Body, Bytes, Document, FromRequest, Multipart, ParamError, Peer, RequestHead, Stage, Stopping,
    Text, Upload, Urls, Valid, Validate,
    describe::{Content, Operation, Security, Shape, TextKind},
    prelude::*,
    testing::TestClient,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn document(app: Application) -> Document {
    app.build().expect("it is sound").openapi()
}

/// The operation at a path.
fn operation(document: &Document, path: &str, method: &str) -> Value {
    let item = &document.json()["paths"][path];
    assert!(!item[method].is_null(), "{method} {path} in {document}");
    item[method].clone()
}

/// A parameter.
fn parameter(operation: &Value, place: &str, name: &str) -> Value {
    let parameters = operation["parameters"].as_array().expect("there are some");
    let mut found = parameters
        .iter()
        .filter(|p| p["in"] == place && p["name"] == name);
    let found = found.next();
    found
        .unwrap_or_else(|| panic!("{place} {name} in {operation}"))
        .clone()
}

/// The statuses of its answers.
fn statuses(operation: &Value) -> Vec<&str> {
    let responses = operation["responses"].as_object().expect("there are some");
    responses.keys().map(String::as_str).collect()
}

fn schema(operation: &Value, status: &str, media: &str) -> Value {
    operation["responses"][status]["content"][media]["schema"].clone()
}

// ---- Inputs ----

#[derive(FromParam)]
enum Order {
    NewestFirst,
    #[param(name = "a-z")]
    ByName,
}

#[derive(FromParam)]
struct UserId(u64);

struct Rgb;

impl FromParam for Rgb {
    fn from_param(_: &str) -> Result<Self, ParamError> {
        Ok(Self)
    }

    fn kind() -> TextKind {
        TextKind::text().pattern("^[0-9a-f]{6}$")
    }
}

struct CurrentUser;

impl FromRequest for CurrentUser {
    const STAGE: Stage = Stage::Auth;

    fn describe(operation: &mut Operation) {
        operation.security("token", Security::Bearer);
    }

    async fn from_request(_: &mut Cx) -> Result<Self> {
        Err(Error::unauthorized("Bearer", "who are you?"))
    }
}

/// Says nothing of itself.
struct Mystery;

impl FromRequest for Mystery {
    async fn from_request(_: &mut Cx) -> Result<Self> {
        Ok(Self)
    }
}

#[derive(Inputs)]
struct Paging {
    /// Which page, from 1.
    #[query(default = 1, min = 1)]
    page: u32,
    viewer: Option<CurrentUser>,
}

/// Who there is.
#[derive(RequestHandler)]
#[route("/users/{id}/{*rest}")]
struct Users {
    id: UserId,
    #[param(len = 1..=64)]
    rest: String,
    /// Where they come from.
    #[header(name = "x-origin", pattern = "^[a-z]+$")]
    origin: Option<String>,
    #[cookie]
    seen: Vec<u8>,
    #[state]
    state: u8,
    peer: Peer,
}

#[verbs]
impl Users {
    /// List users.
    ///
    /// Those that there are,
    /// and no others.
    #[allow(clippy::too_many_arguments, reason = "one of each kind")]
    async fn get(
        self,
        paging: Paging,
        #[query] order: Order,
        #[query(default = "000000")] colour: Rgb,
        #[query(default)] loud: bool,
        #[query(default = -0.5, max = 1)] ratio: f64,
        #[query] tags: Vec<String>,
        #[query] initial: Option<char>,
        head: RequestHead,
        urls: Urls,
        stopping: Stopping,
    ) {
    }

    async fn delete(self, user: CurrentUser, mystery: Mystery) {}
}

fn users() -> Document {
    let group = Group::new("/v1").handler::<Users>();
    document(Application::new().state(1_u8).group(group))
}

#[test]
fn values_of_text() {
    let document = users();
    assert_eq!(document.warnings(), [""; 0]);
    let get = operation(&document, "/v1/users/{id}/{rest}", "get");
    let string = json!({"type": "string"});
    let whole = |format: &str, min: u64, max: u64| json!({"type": "integer", "format": format, "minimum": min, "maximum": max});
    let mut page = whole("uint32", 1, u32::MAX.into());
    page["default"] = json!(1);
    let required = [
        ("path id", whole("uint64", 0, u64::MAX)),
        (
            "path rest",
            json!({"type": "string", "minLength": 1, "maxLength": 64}),
        ),
        (
            "query order",
            json!({"type": "string", "enum": ["newest_first", "a-z"]}),
        ),
    ];
    let seen = whole("uint8", 0, 255);
    let optional = [
        (
            "header x-origin",
            json!({"type": "string", "pattern": "^[a-z]+$"}),
        ),
        ("cookie seen", json!({"type": "array", "items": seen})),
        ("query page", page),
        (
            "query colour",
            json!({"type": "string", "pattern": "^[0-9a-f]{6}$", "default": "000000"}),
        ),
        ("query loud", json!({"type": "boolean"})),
        (
            "query ratio",
            json!({"type": "number", "format": "double", "maximum": 1, "default": -0.5}),
        ),
        ("query tags", json!({"type": "array", "items": string})),
        (
            "query initial",
            json!({"type": "string", "minLength": 1, "maxLength": 1}),
        ),
    ];
    let count = get["parameters"].as_array().unwrap().len();
    assert_eq!(count, required.len() + optional.len());
    let required = required.into_iter().map(|row| (true, row));
    let optional = optional.into_iter().map(|row| (false, row));
    for (is_required, (of, schema)) in required.chain(optional) {
        let (place, name) = of.split_once(' ').unwrap();
        let found = parameter(&get, place, name);
        assert_eq!(
            (&found["required"], &found["schema"]),
            (&json!(is_required), &schema),
            "{of}"
        );
    }
}

#[test]
fn words_names_and_failures_of_inputs() {
    let document = users();
    let path = "/v1/users/{id}/{rest}";
    let get = operation(&document, path, "get");
    for (place, name, doc) in [
        ("header", "x-origin", "Where they come from."),
        ("query", "page", "Which page, from 1."),
    ] {
        assert_eq!(parameter(&get, place, name)["description"], doc);
    }
    let item = &document.json()["paths"][path];
    assert_eq!(item["description"], "Who there is.");
    assert_eq!(get["summary"], "List users.");
    assert_eq!(get["description"], "Those that there are,\nand no others.");
    assert_eq!(get["operationId"], "getUsers");
    assert_eq!(statuses(&get), ["204", "400", "401", "404"]);
    // What may be left out is: with a token, or with nothing.
    assert_eq!(get["security"], json!([{"token": []}, {}]));

    let delete = operation(&document, path, "delete");
    assert_eq!(delete["security"], json!([{"token": []}]));
    // One of its inputs may fail in any way.
    assert_eq!(statuses(&delete), ["204", "400", "401", "404", "default"]);
    let scheme = &document.json()["components"]["securitySchemes"]["token"];
    assert_eq!(*scheme, json!({"type": "http", "scheme": "bearer"}));
}

// ---- Bodies ----

#[derive(Serialize, Deserialize, JsonSchema)]
struct Note {
    text: String,
    /// How much it matters.
    #[serde(default)]
    weight: u8,
    of: Option<Box<Note>>,
}

impl Validate for Note {
    fn validate(&self) -> Result<(), gustnado::Invalid> {
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct Plain {
    text: String,
}

#[derive(RequestHandler)]
#[route("/bodies")]
struct Bodies;

type Hidden = Json<Note>;

#[verbs]
impl Bodies {
    async fn post(self, body: Valid<Json<Note>>) -> Hidden {
        body.0
    }
    async fn put(self, body: Option<Json<Vec<Note>>>) {}
    async fn patch(self, body: Json<Plain>) {}
    async fn delete(self, body: Bytes) {}
    async fn options(self, body: Multipart) {}
    #[verb("PURGE")]
    async fn purge(self, body: Body) {}
}

#[derive(Inputs)]
struct Icon {
    /// What it looks like.
    #[form]
    icon: Upload,
}

#[derive(RequestHandler)]
#[route("/forms")]
struct Forms;

#[verbs]
impl Forms {
    async fn post(self, #[form] email: String, #[form(default = 18, min = 18)] age: u8) {}
    async fn put(self, #[form] pictures: Vec<Upload>, icon: Icon) {}
    async fn patch(self, text: Text) {}
}

#[test]
fn bodies() {
    let document = document(Application::new().handler::<Bodies>().handler::<Forms>());
    let body = |path, method| operation(&document, path, method)["requestBody"].clone();
    let json = |schema| json!({"application/json": {"schema": schema}});
    let post = operation(&document, "/bodies", "post");
    // serde reads a note without a weight, and writes none without.
    let read = json!({"$ref": "#/components/schemas/NoteInput"});
    let expected = json!({"required": true, "content": json(read.clone())});
    assert_eq!(post["requestBody"], expected);
    assert_eq!(statuses(&post), ["200", "400", "413", "415", "422"]);
    assert_eq!(
        schema(&post, "200", "application/json"),
        json!({"$ref": "#/components/schemas/Note"})
    );
    let schemas = &document.json()["components"]["schemas"];
    assert_eq!(schemas["NoteInput"]["required"], json!(["text"]));
    assert_eq!(schemas["Note"]["required"], json!(["text", "weight", "of"]));
    assert_eq!(
        schemas["Note"]["properties"]["weight"]["description"],
        "How much it matters."
    );
    let of = &schemas["NoteInput"]["properties"]["of"]["anyOf"][0];
    assert_eq!(*of, read);

    let list = json!({"type": "array", "items": read});
    assert_eq!(
        body("/bodies", "put"),
        json!({"required": false, "content": json(list)})
    );
    let any = json!({"required": true, "content": {"application/json": {}}});
    assert_eq!(body("/bodies", "patch"), any);
    assert_eq!(
        body("/bodies", "delete"),
        json!({"required": false, "content": {"*/*": {}}})
    );
    let parts = json!({"required": true, "content": {"multipart/form-data": {}}});
    assert_eq!(body("/bodies", "options"), parts);
    let text = json!({"text/plain": {"schema": {"type": "string"}}});
    assert_eq!(
        body("/forms", "patch"),
        json!({"required": false, "content": text})
    );

    let warnings = document.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0].contains("Bodies: PATCH reads `it::openapi::Plain`, whose schema"),
        "{}",
        warnings[0]
    );
    assert!(
        warnings[1].contains("Bodies: PURGE is left out"),
        "{}",
        warnings[1]
    );
}

#[test]
fn forms() {
    let document = document(Application::new().handler::<Forms>());
    assert_eq!(document.warnings(), [""; 0]);
    let post = operation(&document, "/forms", "post");
    let form = json!({"schema": {
        "type": "object",
        "required": ["email"],
        "properties": {
            "email": {"type": "string"},
            "age": {"type": "integer", "format": "uint8", "minimum": 18, "maximum": 255, "default": 18},
        },
    }});
    let content = json!({"application/x-www-form-urlencoded": form, "multipart/form-data": form});
    assert_eq!(
        post["requestBody"],
        json!({"required": true, "content": content})
    );
    assert_eq!(statuses(&post), ["204", "400", "413", "415", "422"]);

    let put = operation(&document, "/forms", "put");
    let file = json!({"type": "string", "format": "binary"});
    let icon = json!({"type": "string", "format": "binary", "description": "What it looks like."});
    let form = json!({"schema": {
        "type": "object",
        "required": ["icon"],
        "properties": {"pictures": {"type": "array", "items": file}, "icon": icon},
    }});
    assert_eq!(
        put["requestBody"]["content"],
        json!({"multipart/form-data": form})
    );
}

// ---- Replies and failures ----

#[derive(Debug, HttpError)]
enum NoteError {
    #[problem(
        404,
        "there is no note {0} in {{here}}",
        type = "https://example.org/no-note"
    )]
    NoNote(u64),
    #[problem(404)]
    Nothing,
    #[problem(409, "{name} is taken")]
    Taken { name: String },
    #[problem(500, "the password is hunter2")]
    Broken,
}

#[derive(Debug, HttpError)]
#[problem(403, "the gate is shut")]
struct Shut;

struct Csv;

impl IntoResponse for Csv {
    fn into_response(self) -> Result<gustnado::Response> {
        Ok(Response::new(200))
    }

    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::new("text/csv", Shape::Text));
    }
}

/// Writes handlers that reply in one way each.
macro_rules! replies {
    ($($name:ident $path:literal $reply:ty;)+) => {
        $(
            #[derive(RequestHandler)]
            #[route($path)]
            struct $name;

            #[verbs]
            impl $name {
                async fn get(self) -> $reply {
                    unimplemented!()
                }
            }
        )+

        fn replies() -> Document {
            document(Application::new()$(.handler::<$name>())+)
        }
    };
}

replies! {
    Unit "/unit" ();
    Listed "/json" Json<Vec<Note>>;
    Made "/created" Result<Created<Note>, NoteError>;
    Page "/html" Html<String>;
    Words "/string" &'static str;
    Gone "/no-content" NoContent;
    Away "/redirect" Redirect;
    Topped "/with" gustnado::With<Json<Note>>;
    Feed "/events" Events;
    File "/download" Download;
    Raw "/bytes" Vec<u8>;
    Chosen "/status" (StatusCode, Json<Note>);
    Whole "/response" Response;
    Failing "/result" Result<String>;
    Own "/own" Csv;
    Opaque "/opaque" Json<Plain>;
}

#[test]
fn the_replies_there_are() {
    let document = replies();
    let note = json!({"schema": {"$ref": "#/components/schemas/Note"}});
    let text = json!({"schema": {"type": "string"}});
    let list = json!({"schema": {"type": "array", "items": note["schema"]}});
    let table = [
        ("/unit", "204", json!(null)),
        ("/json", "200", json!({"application/json": list})),
        ("/created", "201", json!({"application/json": note})),
        ("/html", "200", json!({"text/html": text})),
        ("/string", "200", json!({"text/plain": text})),
        ("/no-content", "204", json!(null)),
        ("/redirect", "3XX", json!(null)),
        ("/with", "200", json!({"application/json": note})),
        ("/events", "200", json!({"text/event-stream": text})),
        ("/download", "200", json!({"*/*": {}})),
        ("/bytes", "200", json!({"application/octet-stream": {}})),
        ("/status", "default", json!({"application/json": note})),
        ("/response", "default", json!({"*/*": {}})),
        ("/result", "200", json!({"text/plain": text})),
        ("/own", "200", json!({"text/csv": text})),
        ("/opaque", "200", json!({"application/json": {}})),
    ];
    for (path, status, content) in table {
        let get = operation(&document, path, "get");
        assert_eq!(
            get["responses"][status]["content"], content,
            "{path}: {get}"
        );
        let others = match path {
            "/created" => 3,
            "/result" => 1,
            _ => 0,
        };
        assert_eq!(statuses(&get).len(), 1 + others, "{path}: {get}");
    }
    for (path, status) in [("/created", "201"), ("/redirect", "3XX")] {
        let get = operation(&document, path, "get");
        assert_eq!(
            get["responses"][status]["headers"]["Location"]["required"],
            true
        );
    }
    let warnings = document.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("Opaque: GET replies `it::openapi::Plain`"),
        "{}",
        warnings[0]
    );
}

#[test]
fn the_failures_there_are() {
    let document = replies();
    let get = operation(&document, "/created", "get");
    let text = |status: &str| get["responses"][status]["description"].clone();
    let not_found = "there is no note … in {here} (https://example.org/no-note); Not Found";
    assert_eq!(text("404"), not_found);
    assert_eq!(text("409"), "{name} is taken");
    assert_eq!(text("500"), "Internal Server Error");
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    for status in ["404", "409", "500"] {
        assert_eq!(schema(&get, status, "application/problem+json"), problem);
    }
    let other = operation(&document, "/result", "get");
    assert_eq!(
        schema(&other, "default", "application/problem+json"),
        problem
    );
}

#[derive(RequestHandler)]
#[route("/gate")]
struct Gate;

#[verbs]
impl Gate {
    async fn prepare(&mut self) -> Result<(), Shut> {
        Ok(())
    }
    async fn get(self) -> impl IntoResponse {
        "in"
    }
    fn write_error(cx: &Cx, error: &Error) -> Response {
        cx.problem(error)
    }
}

#[test]
fn who_writes_errors_of_its_own_says_nothing_of_them() {
    let document = document(Application::new().handler::<Gate>());
    let get = operation(&document, "/gate", "get");
    let shut = &get["responses"]["403"];
    assert_eq!(
        *shut,
        json!({"description": "the gate is shut", "content": {"*/*": {}}})
    );
    assert_eq!(get["responses"]["default"]["content"], json!({"*/*": {}}));
    assert!(document.json().get("components").is_none());
}

// ---- The whole ----

mod old {
    use gustnado::prelude::*;

    #[derive(RequestHandler)]
    #[route("/old/gate/{id}")]
    pub(super) struct Gate {
        id: u8,
    }

    #[verbs]
    impl Gate {
        async fn get(self) {
            let _ = self.id;
        }
    }
}

#[test]
fn ids_are_unique_and_paths_are_told_once() {
    let app = Application::new()
        .title("Gates")
        .version("2.1")
        .description("All of them.")
        .handler::<Gate>()
        .handler::<old::Gate>()
        .group(Group::new("/v2").handler::<Gate>())
        .group(Group::new("").host("a.example").handler::<Gate>())
        .handler_at::<old::Gate>("/old/{{gate}}/{id}");
    let document = document(app);
    let json = document.json();
    assert_eq!(json["openapi"], "3.1.1");
    let info = json!({"title": "Gates", "version": "2.1", "description": "All of them."});
    assert_eq!(json["info"], info);
    let paths = json["paths"].as_object().unwrap();
    let expected = [
        "/gate",
        "/old/%7Bgate%7D/{id}",
        "/old/gate/{id}",
        "/v2/gate",
    ];
    assert_eq!(paths.keys().collect::<Vec<_>>(), expected);
    let mut ids: Vec<&str> = paths
        .values()
        .map(|item| item["get"]["operationId"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert!(ids.contains(&"getOldGate"), "{ids:?}");
    let warnings = document.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("another handler is described at `/gate`"),
        "{warnings:?}"
    );
}

#[test]
fn a_document_serialises_to_its_json() {
    let document = replies();
    let text = serde_json::to_string(&document).unwrap();
    assert_eq!(text, document.to_string());
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        *document.json()
    );
}

#[test]
fn the_page_and_the_document_beside_it() {
    let app = || Application::new().title("</script><b>").handler::<Gate>();
    let document = document(app());
    let group = Group::new("/api").mount("/docs", ApiDocs::new());
    let client = TestClient::new(app().group(group).build().unwrap());

    let json = client.get("/api/docs/openapi.json").send();
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(json.json::<Value>(), *document.json());
    for path in ["/api/docs", "/api/docs/"] {
        let page = client.get(path).send();
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let text = page.text();
        assert!(text.contains(r#""operationId":"getGate""#), "{text}");
        // Nothing is asked of anybody else, and the document cannot end the script it is in.
        for outside in [
            "http:",
            "https:",
            "//cdn",
            "src=",
            "@import",
            "url(",
            "</script><b>",
        ] {
            assert!(!text.contains(outside), "{outside} in {text}");
        }
    }
    assert_eq!(client.get("/api/docs/other").send().status(), 404);
    assert_eq!(client.post("/api/docs").send().status(), 405);
}
