//! Handlers as users write them, called as a tower service: inputs, verbs, replies, links.

use std::{fmt::Display, sync::Arc};

use gustnado::{App, BuildProblem, prelude::*};
use gustnado_tests::runtime;
use http::{Request, header};
use serde::{Deserialize, Serialize};
use tower_service::Service;

#[derive(Debug, HttpError)]
enum ApiError {
    #[problem(404, "no user {0}")]
    NoUser(u64),
    #[problem(409, "{name} is taken")]
    Taken { name: String },
}

#[derive(Clone)]
struct Users(Arc<Vec<User>>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct User {
    name: String,
}

#[derive(RequestHandler)]
#[route("/users")]
struct AllUsers {
    #[state]
    users: Users,
}

#[verbs]
impl AllUsers {
    /// List users.
    async fn get(&self, #[query(default = 10)] size: usize) -> Json<Vec<User>> {
        Json(self.users.0.iter().take(size).cloned().collect())
    }

    /// Create a user.
    async fn post(&self, Json(new): Json<User>) -> Result<Created<User>, ApiError> {
        if self.users.0.iter().any(|user| user.name == new.name) {
            return Err(ApiError::Taken { name: new.name });
        }
        Ok(Created(OneUser::url(self.users.0.len() as u64), new))
    }
}

#[derive(RequestHandler)]
#[route("/users/{id}")]
struct OneUser {
    id: u64,
    #[state]
    users: Users,
    #[header(default = "guest")]
    x_who: String,
    prepared: Prepared,
}

/// An input that is known by its type, and changed by `prepare`.
struct Prepared(bool);

impl gustnado::FromRequest for Prepared {
    async fn from_request(_cx: &mut gustnado::Cx) -> Result<Self> {
        Ok(Self(false))
    }
}

#[verbs]
impl OneUser {
    async fn prepare(&mut self) -> Result<()> {
        self.prepared.0 = true;
        if self.x_who == "nobody" {
            return Err(Error::new(403, "nobody may"));
        }
        Ok(())
    }

    /// Show a user.
    async fn get(self) -> Result<Json<User>, ApiError> {
        let user = self.users.0.get(self.id as usize).cloned();
        user.map(Json).ok_or(ApiError::NoUser(self.id))
    }

    async fn put(&mut self, #[query] force: Option<bool>, edit: Json<User>) -> String {
        let Self {
            id,
            x_who,
            prepared,
            ..
        } = self;
        format!("{id} {x_who} {} {force:?} {}", prepared.0, edit.0.name)
    }

    async fn delete(self) {}

    #[verb("PURGE")]
    async fn forget(&self) -> (StatusCode, &'static str) {
        (StatusCode::ACCEPTED, "purged")
    }
}

#[derive(RequestHandler)]
#[route("/files/{*rest}")]
struct Files {
    rest: String,
}

#[verbs]
impl Files {
    async fn get(self) -> impl IntoResponse {
        self.rest
    }
}

/// A handler of any kind of value.
#[derive(RequestHandler)]
#[route("/echo/{value}")]
struct Echo<T: FromParam + Display + Sync> {
    value: T,
}

#[verbs]
impl<T: FromParam + Display + Sync> Echo<T> {
    async fn get(&self, #[query] twice: Option<T>) -> String {
        let twice = twice.map(|twice| format!(" {twice}"));
        format!("{}{}", self.value, twice.unwrap_or_default())
    }
}

/// Inputs whose defaults cannot be read.
#[derive(RequestHandler)]
#[route("/broken")]
struct Broken {
    #[query(default = "many")]
    page: u32,
}

#[verbs]
impl Broken {
    async fn get(self, #[header(default = "-1")] age: u8) -> String {
        format!("{} {age}", self.page)
    }
}

fn app() -> App {
    let names = ["Ada", "Grace"].map(|name| User { name: name.into() });
    Application::new()
        .state(Users(Arc::new(names.into())))
        .handler::<AllUsers>()
        .handler::<OneUser>()
        .handler::<Files>()
        .handler_at::<Echo<u8>>("/bytes/{value}")
        .handler_at::<Echo<String>>("/words/{value}")
        .build()
        .expect("the application is sound")
}

/// Sends a request, and gives back the status and the text of the answer.
fn send(request: Request<&'static str>) -> (u16, String) {
    let response = answer(request);
    let status = response.status().as_u16();
    let bytes = runtime().block_on(response.into_body().collect(1 << 20));
    let text = String::from_utf8(bytes.expect("a body").to_vec());
    (status, text.expect("text"))
}

fn answer(request: Request<&'static str>) -> http::Response<gustnado::Body> {
    let request = request.map(gustnado::Body::from);
    match runtime().block_on(app().call(request)) {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn get(path: &str) -> (u16, String) {
    send(request("GET", path, ""))
}

fn request(method: &str, path: &str, body: &'static str) -> Request<&'static str> {
    let builder = Request::builder().method(method).uri(path);
    let builder = builder.header(header::CONTENT_TYPE, "application/json");
    builder.body(body).expect("a request")
}

#[test]
fn fields_and_arguments_are_inputs() {
    assert_eq!(get("/users?size=1"), (200, r#"[{"name":"Ada"}]"#.into()));
    assert_eq!(
        get("/users"),
        (200, r#"[{"name":"Ada"},{"name":"Grace"}]"#.into())
    );
    assert_eq!(get("/users/1"), (200, r#"{"name":"Grace"}"#.into()));
    let put = request("PUT", "/users/1?force=1", r#"{"name":"Lin"}"#);
    assert_eq!(send(put), (200, "1 guest true Some(true) Lin".into()));
}

#[test]
fn errors_keep_their_status() {
    let (status, body) = get("/users/7");
    assert_eq!(status, 404);
    assert!(body.contains(r#""detail":"no user 7""#), "{body}");
    let (status, body) = send(request("POST", "/users", r#"{"name":"Ada"}"#));
    assert_eq!(status, 409);
    assert!(body.contains("Ada is taken"), "{body}");
}

#[test]
fn inputs_that_cannot_be_read_are_told_together() {
    let (status, body) = send(request("PUT", "/users/x?force=maybe", "{}"));
    assert_eq!(status, 404);
    assert!(body.contains(r#""in":"path","name":"id""#), "{body}");
    assert!(body.contains(r#""in":"query","name":"force""#), "{body}");
}

#[test]
fn prepare_comes_before_the_body() {
    let mut put = request("PUT", "/users/1", "no json");
    put.headers_mut()
        .insert("x-who", header::HeaderValue::from_static("nobody"));
    assert_eq!(send(put).0, 403);
}

#[test]
fn replies_of_every_form() {
    let created = answer(request("POST", "/users", r#"{"name":"Lin"}"#));
    assert_eq!(created.status(), 201);
    assert_eq!(created.headers()[header::LOCATION], "/users/2");
    assert_eq!(
        send(request("DELETE", "/users/1", "")),
        (204, String::new())
    );
    assert_eq!(
        send(request("PURGE", "/users/1", "")),
        (202, "purged".into())
    );
    assert_eq!(get("/files/a%20b/c"), (200, "a b/c".into()));
}

#[test]
fn the_table_of_verbs_is_the_allow_field() {
    let answer = answer(request("PATCH", "/users/1", ""));
    assert_eq!(answer.status(), 405);
    assert_eq!(
        answer.headers()[header::ALLOW],
        "GET, PUT, DELETE, PURGE, HEAD, OPTIONS"
    );
}

#[test]
fn a_generic_handler_answers_for_each_type() {
    assert_eq!(get("/bytes/7?twice=8"), (200, "7 8".into()));
    assert_eq!(get("/bytes/700").0, 404);
    assert_eq!(get("/words/700"), (200, "700".into()));
    assert_eq!(Echo::<u8>::url(7), "/echo/7");
}

#[test]
fn head_is_a_get_without_its_body() {
    assert_eq!(send(request("HEAD", "/users", "")), (200, String::new()));
}

#[test]
fn defaults_are_read_at_start_up() {
    let error = Application::new().handler::<Broken>().build();
    let error = error.expect_err("the defaults cannot be read");
    let inputs = error.problems().iter().map(|problem| match problem {
        BuildProblem::BadOption { input, .. } => input.as_str(),
        other => panic!("{other}"),
    });
    assert_eq!(inputs.collect::<Vec<_>>(), ["page", "age"]);
}

#[test]
fn links_are_encoded() {
    assert_eq!(OneUser::url(7), "/users/7");
    assert_eq!(Files::url("a b/ü?.txt"), "/files/a%20b/%C3%BC%3F.txt");
}

#[test]
fn start_up_names_the_field_and_its_line() {
    let error = Application::new().handler::<OneUser>().build();
    let error = error.expect_err("state is missing");
    let [
        BuildProblem::MissingState {
            handler, input, at, ..
        },
    ] = error.problems()
    else {
        panic!("{error}");
    };
    assert!(handler.ends_with("handlers::OneUser"), "{handler}");
    assert_eq!(*input, "users");
    assert!(at.file().ends_with("it/handlers.rs"), "{at}");
    let mut source = include_str!("handlers.rs").lines();
    let line = source.nth(at.line() as usize - 1);
    assert_eq!(line.map(str::trim), Some("users: Users,"));
    assert_eq!(at.column(), 12);
}
