//! Login: a form, a session cookie, a page and an API for who is signed in. What it does, and the
//! same in axum and actix: docs/comparison/README.md.
//!
//! `cargo run -p login`, then open <http://127.0.0.1:8888/me>; ada's password is engine.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use gustnado::prelude::*;
use serde::Serialize;
use uuid::Uuid;

/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(8 * 60 * 60);

fn main() -> Result<(), RunError> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:8888");
    let bound = application().build()?.bind(address)?;
    println!("Open http://{}/me", bound.local_addr());
    bound.run()
}

fn application() -> Application {
    Application::new()
        .state(Sessions::default())
        .handler::<Login>()
        .handler::<Logout>()
        .handler::<MyPage>()
        .handler::<Me>()
}

// ---- Handlers ----

#[derive(RequestHandler)]
#[route("/login")]
struct Login {
    #[state]
    sessions: Sessions,
    #[query(default = "/me")]
    next: LocalUrl,
}

#[verbs]
impl Login {
    /// Show the form.
    async fn get(self) -> Html<String> {
        login_page("")
    }

    /// Sign in.
    async fn post(
        self,
        #[form(len = 1..=64)] name: String,
        #[form(len = 1..=128)] password: String,
    ) -> Result<Response> {
        let Some(user) = check_password(&name, &password) else {
            let page = login_page("This is not a name and its password.");
            return page.with_status(StatusCode::FORBIDDEN).into_response();
        };
        let id = self.sessions.open(user);
        let cookie = SetCookie::new("session", id.to_string()).max_age(SESSION);
        Redirect::see_other(self.next)
            .with_cookie(cookie)
            .into_response()
    }
}

#[derive(RequestHandler)]
#[route("/logout")]
struct Logout {
    #[state]
    sessions: Sessions,
    #[cookie]
    session: Option<String>,
}

#[verbs]
impl Logout {
    /// Sign out.
    async fn post(self) -> With<Redirect> {
        self.sessions.close(self.session.as_deref());
        Redirect::see_other(Login::url()).with_cookie(SetCookie::remove("session"))
    }
}

#[derive(RequestHandler)]
#[route("/me")]
struct MyPage {
    user: CurrentUser,
}

#[verbs]
impl MyPage {
    /// Greet whoever is signed in.
    async fn get(self) -> Html<String> {
        Html(format!(
            "<!doctype html>\n<title>Hello</title>\n<h1>Hello, {}</h1>\n\
             <form method=post action=/logout><button>Sign out</button></form>\n",
            self.user.name
        ))
    }
}

#[derive(RequestHandler)]
#[route("/api/me")]
struct Me {
    user: CurrentUser,
}

#[verbs]
impl Me {
    /// Say who is signed in.
    async fn get(self) -> Json<CurrentUser> {
        Json(self.user)
    }
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

/// Who is signed in. Nobody is: a page sends people to the form, an API says 401.
#[derive(Serialize)]
struct CurrentUser {
    name: &'static str,
}

impl FromRequest for CurrentUser {
    const STAGE: Stage = Stage::Auth;

    fn needs(needs: &mut Needs) {
        needs.state::<Sessions>();
    }

    async fn from_request(cx: &mut Cx) -> Result<Self> {
        let user = cx.state::<Sessions>().zip(cx.cookie("session"));
        let user = user.and_then(|(sessions, id)| sessions.user(id));
        let sign_in = || Error::unauthorized("Cookie", "sign in first").or_login(Login::url());
        user.map(|name| Self { name }).ok_or_else(sign_in)
    }
}

/// Names and passwords. What is not an example keeps hashes.
const USERS: [(&str, &str); 2] = [("ada", "engine"), ("grace", "compiler")];

fn check_password(name: &str, password: &str) -> Option<&'static str> {
    let user = USERS.iter().find(|user| **user == (name, password));
    user.map(|(name, _)| *name)
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

    fn user(&self, id: &str) -> Option<&'static str> {
        let sessions = self.lock();
        let (user, until) = sessions.get(&id.parse().ok()?)?;
        (*until > Instant::now()).then_some(*user)
    }

    fn close(&self, id: Option<&str>) {
        if let Some(id) = id.and_then(|id| id.parse().ok()) {
            self.lock().remove(&id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, (&'static str, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
