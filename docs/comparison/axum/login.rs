//! Login with axum: a form, a session cookie, a page and an API for who is signed in. What it does:
//! docs/comparison/README.md.
//!
//! ```toml
//! axum = "0.8"
//! axum-extra = { version = "0.12", features = ["cookie"] }
//! form_urlencoded = "1"
//! garde = { version = "0.23", default-features = false, features = ["derive"] }
//! serde = { version = "1", features = ["derive"] }
//! time = "0.3"
//! tokio = { version = "1", features = ["macros", "net", "rt-multi-thread"] }
//! uuid = { version = "1", features = ["v4"] }
//! ```

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Form, Json, Router,
    extract::{
        FromRequestParts, Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{StatusCode, Uri, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use garde::{Report, Validate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(8 * 60 * 60);

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    let app = Router::new()
        .route("/login", get(form).post(login))
        .route("/logout", post(logout))
        .route("/me", get(my_page))
        .route("/api/me", get(me))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "there is nothing here") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this is not answered here")
        })
        .with_state(Sessions::default());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("Open http://{}/me", listener.local_addr()?);
    axum::serve(listener, app).await
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
async fn form(after: Result<Query<After>, QueryRejection>) -> Result<Html<String>, Problem> {
    after?;
    Ok(login_page(""))
}

/// Sign in.
async fn login(
    State(sessions): State<Sessions>,
    after: Result<Query<After>, QueryRejection>,
    jar: CookieJar,
    sign_in: Result<Form<SignIn>, FormRejection>,
) -> Result<Response, Problem> {
    let Query(After { next }) = after?;
    let Form(sign_in) = sign_in?;
    sign_in.validate().map_err(Problem::bad_form)?;
    let Some(user) = check_password(&sign_in) else {
        let page = login_page("This is not a name and its password.");
        return Ok((StatusCode::FORBIDDEN, page).into_response());
    };
    let cookie = Cookie::build(("session", sessions.open(user).to_string()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(time::Duration::seconds(SESSION.as_secs() as i64));
    Ok((jar.add(cookie), Redirect::to(&next.0)).into_response())
}

/// Sign out.
async fn logout(State(sessions): State<Sessions>, jar: CookieJar) -> impl IntoResponse {
    if let Some(id) = session_id(&jar) {
        sessions.close(id);
    }
    let jar = jar.remove(Cookie::build("session").path("/"));
    (jar, Redirect::to("/login"))
}

/// Greet whoever is signed in.
async fn my_page(PageUser(user): PageUser) -> Html<String> {
    Html(format!(
        "<!doctype html>\n<title>Hello</title>\n<h1>Hello, {user}</h1>\n\
         <form method=post action=/logout><button>Sign out</button></form>\n"
    ))
}

#[derive(Serialize)]
struct Me {
    name: &'static str,
}

/// Say who is signed in.
async fn me(CurrentUser(name): CurrentUser) -> Json<Me> {
    Json(Me { name })
}

/// The form is sent to where it came from, so `next` stays in the query.
fn login_page(message: &str) -> Html<String> {
    Html(format!(
        "<!doctype html>\n<title>Sign in</title>\n<h1>Sign in</h1>\n<p>{message}</p>\n\
         <form method=post><input name=name placeholder=Name required maxlength=64>\n\
         <input name=password type=password placeholder=Password required maxlength=128>\n\
         <button>Sign in</button></form>\n"
    ))
}

// ---- Who it is ----

/// Who is signed in; 401 if nobody is.
struct CurrentUser(&'static str);

impl FromRequestParts<Sessions> for CurrentUser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, sessions: &Sessions) -> Result<Self, Problem> {
        let jar = CookieJar::from_headers(&parts.headers);
        let user = session_id(&jar).and_then(|id| sessions.user(id));
        user.map(Self)
            .ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "sign in first"))
    }
}

/// The same for pages: to the form, and from there back.
struct PageUser(&'static str);

impl FromRequestParts<Sessions> for PageUser {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, sessions: &Sessions) -> Result<Self, Redirect> {
        match CurrentUser::from_request_parts(parts, sessions).await {
            Ok(CurrentUser(user)) => Ok(Self(user)),
            Err(_) => Err(to_login(&parts.uri)),
        }
    }
}

fn to_login(uri: &Uri) -> Redirect {
    let here = uri.path_and_query().map_or("/", |here| here.as_str());
    let next: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
    Redirect::to(&format!("/login?next={next}"))
}

fn session_id(jar: &CookieJar) -> Option<Uuid> {
    jar.get("session")?.value().parse().ok()
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

/// Who is signed in, by the random id that their cookie has. A clone is the same list.
#[derive(Clone, Default)]
struct Sessions(Arc<Mutex<HashMap<Uuid, (&'static str, Instant)>>>);

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
#[derive(Serialize)]
struct Problem {
    status: u16,
    title: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<BadInput>,
}

#[derive(Serialize)]
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
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<FormRejection> for Problem {
    fn from(rejection: FormRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            Json(self),
        )
            .into_response()
    }
}
