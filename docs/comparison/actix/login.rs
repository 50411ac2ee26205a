//! Login with actix-web: a form, a session cookie, a page and an API for who is signed in. What it
//! does: docs/comparison/README.md.
//!
//! ```toml
//! actix-web = "4"
//! form_urlencoded = "1"
//! garde = { version = "0.23", default-features = false, features = ["derive"] }
//! serde = { version = "1", features = ["derive"] }
//! uuid = { version = "1", features = ["v4"] }
//! ```

use std::{
    collections::HashMap,
    fmt,
    future::{Ready, ready},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{
    App, FromRequest, HttpRequest, HttpResponse, HttpServer, Responder, ResponseError,
    cookie::{Cookie, SameSite, time},
    dev::Payload,
    error::{InternalError, QueryPayloadError, UrlencodedError},
    http::{StatusCode, Uri},
    web,
};
use garde::{Report, Validate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(8 * 60 * 60);

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    let sessions = web::Data::new(Sessions::default());
    let server = HttpServer::new(move || App::new().app_data(sessions.clone()).configure(routes));
    let server = server.bind(address)?;
    println!("Open http://{}/me", server.addrs()[0]);
    server.run().await
}

fn routes(config: &mut web::ServiceConfig) {
    let not_allowed = || web::to(not_allowed);
    config
        .app_data(web::QueryConfig::default().error_handler(query_error))
        .app_data(web::FormConfig::default().error_handler(form_error))
        .service(
            web::resource("/login")
                .get(form)
                .post(login)
                .default_service(not_allowed()),
        )
        .service(
            web::resource("/logout")
                .post(logout)
                .default_service(not_allowed()),
        )
        .service(
            web::resource("/me")
                .get(my_page)
                .default_service(not_allowed()),
        )
        .service(
            web::resource("/api/me")
                .get(me)
                .default_service(not_allowed()),
        )
        .default_service(web::to(not_found));
}

async fn not_found() -> Result<HttpResponse, Problem> {
    Err(Problem::new(StatusCode::NOT_FOUND, "there is nothing here"))
}

async fn not_allowed() -> Result<HttpResponse, Problem> {
    Err(Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this is not answered here",
    ))
}

// ---- Handlers ----

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    next: LocalUrl,
}

#[derive(Deserialize, Validate)]
struct SignIn {
    #[garde(length(chars, min = 1, max = 64))]
    name: String,
    #[garde(length(chars, min = 1, max = 128))]
    password: String,
}

/// Show the form.
async fn form(_after: web::Query<After>) -> web::Html {
    web::Html::new(login_page(""))
}

/// Sign in.
async fn login(
    sessions: web::Data<Sessions>,
    after: web::Query<After>,
    sign_in: web::Form<SignIn>,
) -> Result<HttpResponse, Problem> {
    sign_in.validate().map_err(Problem::bad_form)?;
    let Some(user) = check_password(&sign_in) else {
        let page = login_page("This is not a name and its password.");
        let mut reply = HttpResponse::Forbidden();
        return Ok(reply.content_type("text/html; charset=utf-8").body(page));
    };
    let cookie = Cookie::build("session", sessions.open(user).to_string())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::seconds(SESSION.as_secs() as i64))
        .finish();
    let mut reply = see_other(&after.next.0);
    reply.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(reply)
}

/// Sign out.
async fn logout(
    sessions: web::Data<Sessions>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if let Some(id) = session_id(&request) {
        sessions.close(id);
    }
    let mut cookie = Cookie::build("session", "").path("/").finish();
    cookie.make_removal();
    let mut reply = see_other("/login");
    reply.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(reply)
}

/// Greet whoever is signed in.
async fn my_page(PageUser(user): PageUser) -> web::Html {
    web::Html::new(format!(
        "<!doctype html>\n<title>Hello</title>\n<h1>Hello, {user}</h1>\n\
         <form method=post action=/logout><button>Sign out</button></form>\n"
    ))
}

#[derive(Serialize)]
struct Me {
    name: &'static str,
}

/// Say who is signed in.
async fn me(CurrentUser(name): CurrentUser) -> impl Responder {
    web::Json(Me { name })
}

/// The form is sent to where it came from, so `next` stays in the query.
fn login_page(message: &str) -> String {
    format!(
        "<!doctype html>\n<title>Sign in</title>\n<h1>Sign in</h1>\n<p>{message}</p>\n\
         <form method=post><input name=name placeholder=Name required maxlength=64>\n\
         <input name=password type=password placeholder=Password required maxlength=128>\n\
         <button>Sign in</button></form>\n"
    )
}

fn see_other(url: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header(("location", url))
        .finish()
}

// ---- Who it is ----

/// Who is signed in; 401 if nobody is.
struct CurrentUser(&'static str);

impl FromRequest for CurrentUser {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user = current_user(request).map(Self);
        ready(user.ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "sign in first")))
    }
}

/// The same for pages: to the form, and from there back.
struct PageUser(&'static str);

impl FromRequest for PageUser {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user = current_user(request).map(Self);
        ready(user.ok_or_else(|| {
            InternalError::from_response("nobody is signed in", to_login(request.uri())).into()
        }))
    }
}

fn current_user(request: &HttpRequest) -> Option<&'static str> {
    let sessions = request.app_data::<web::Data<Sessions>>()?;
    sessions.user(session_id(request)?)
}

fn to_login(uri: &Uri) -> HttpResponse {
    let here = uri.path_and_query().map_or("/", |here| here.as_str());
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    see_other(&format!("/login?next={next}"))
}

fn session_id(request: &HttpRequest) -> Option<Uuid> {
    request.cookie("session")?.value().parse().ok()
}

/// A place on this site: a path that no browser takes for another host.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct LocalUrl(String);

impl Default for LocalUrl {
    fn default() -> Self {
        Self("/me".to_owned())
    }
}

impl TryFrom<String> for LocalUrl {
    type Error = &'static str;

    fn try_from(url: String) -> Result<Self, Self::Error> {
        let plain = url.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        if plain && url.starts_with('/') && !url.starts_with("//") {
            Ok(Self(url))
        } else {
            Err("must be a path on this site")
        }
    }
}

/// Names and passwords. What is not an example keeps hashes.
const USERS: [(&str, &str); 2] = [("ada", "engine"), ("grace", "compiler")];

fn check_password(sign_in: &SignIn) -> Option<&'static str> {
    let right =
        |(name, password): &&(&str, &str)| *name == sign_in.name && *password == sign_in.password;
    USERS.iter().find(right).map(|(name, _)| *name)
}

/// Who is signed in, by the random id that their cookie has; `web::Data` shares them.
#[derive(Default)]
struct Sessions(Mutex<HashMap<Uuid, (&'static str, Instant)>>);

impl Sessions {
    fn open(&self, user: &'static str) -> Uuid {
        let (id, now) = (Uuid::new_v4(), Instant::now());
        let mut sessions = self.lock();
        sessions.retain(|_, (_, until)| *until > now);
        sessions.insert(id, (user, now + SESSION));
        id
    }

    fn user(&self, id: Uuid) -> Option<&'static str> {
        let sessions = self.lock();
        let (user, until) = sessions.get(&id)?;
        (*until > Instant::now()).then_some(*user)
    }

    fn close(&self, id: Uuid) {
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, (&'static str, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// ---- Errors ----

/// An error as RFC 9457 has it.
#[derive(Debug, Serialize)]
struct Problem {
    status: u16,
    title: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<BadInput>,
}

#[derive(Debug, Serialize)]
struct BadInput {
    #[serde(rename = "in")]
    part: &'static str,
    name: String,
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self {
            status: status.as_u16(),
            title,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    fn bad_form(report: Report) -> Self {
        let errors = report.iter().map(|(path, error)| BadInput {
            part: "body",
            name: path.to_string(),
            detail: error.to_string(),
        });
        let problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "some inputs cannot be used",
        );
        Self {
            errors: errors.collect(),
            ..problem
        }
    }

    fn internal(error: impl fmt::Display) -> Self {
        eprintln!("{error}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "something went wrong here",
        )
    }
}

fn query_error(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    Problem::new(StatusCode::BAD_REQUEST, error.to_string()).into()
}

fn form_error(error: UrlencodedError, _: &HttpRequest) -> actix_web::Error {
    let status = match error {
        UrlencodedError::Parse(_) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => error.status_code(),
    };
    Problem::new(status, error.to_string()).into()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code())
            .content_type("application/problem+json")
            .json(self)
    }
}
