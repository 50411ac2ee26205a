//! The hooks of handlers and the options of routes: who is called when, and what becomes of it.

use std::sync::{Arc, Mutex};

use gustnado::{App, prelude::*, testing::TestClient};
use gustnado_tests::runtime;

/// What has happened, in order.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("a lock").push(what.into());
    }

    fn read(&self) -> String {
        std::mem::take(&mut *self.0.lock().expect("a lock")).join(" ")
    }
}

#[derive(RequestHandler)]
#[route("/life/{how}")]
struct Life {
    how: String,
    #[state]
    diary: Diary,
}

#[verbs]
impl Life {
    async fn prepare(&mut self) -> Result<Option<Redirect>> {
        self.diary.note("prepare");
        match self.how.as_str() {
            "early" => Ok(Some(Redirect::see_other("/elsewhere"))),
            "unprepared" => Err(Error::new(403, "not you")),
            _ => Ok(None),
        }
    }

    async fn get(&self) -> Result<&'static str> {
        self.diary.note("get");
        match self.how.as_str() {
            "well" => Ok("well"),
            "badly" => Err(Error::new(409, "badly")),
            "panic" => panic!("as asked"),
            _ => std::future::pending().await,
        }
    }

    async fn put(&mut self, Json(how): Json<String>) -> Result<NoContent> {
        self.how = how;
        Ok(NoContent)
    }

    fn on_finish(&mut self, outcome: &Outcome<'_>) {
        self.diary.note(match outcome {
            Outcome::Answered(response) => format!("{}:{}", self.how, response.status().as_u16()),
            Outcome::Failed(error) => format!("failed:{}", error.status().as_u16()),
            Outcome::Panicked => "panicked".into(),
            Outcome::ClientGone => "gone".into(),
            _ => "unknown".into(),
        });
    }
}

fn lived(diary: &Diary) -> App {
    let app = Application::new().state(diary.clone()).handler::<Life>();
    app.build().expect("a sound application")
}

#[test]
fn on_finish_hears_every_outcome() {
    let diary = Diary::default();
    let client = TestClient::new(lived(&diary));
    let table = [
        ("well", 200, "prepare get well:200"),
        ("badly", 409, "prepare get failed:409"),
        ("panic", 500, "prepare get panicked"),
        ("early", 303, "prepare early:303"),
        ("unprepared", 403, "prepare failed:403"),
    ];
    for (how, status, expected) in table {
        let answer = client.get(&format!("/life/{how}")).send();
        assert_eq!((answer.status(), diary.read().as_str()), (status, expected));
    }
    // A body that cannot be read fails between `prepare` and the verb.
    assert_eq!(client.put("/life/x").json(&7).send().status(), 422);
    assert_eq!(diary.read(), "prepare failed:422");
    assert_eq!(client.put("/life/x").json(&"changed").send().status(), 204);
    assert_eq!(diary.read(), "prepare changed:204");
}

#[test]
fn on_finish_hears_that_the_client_left() {
    let diary = Diary::default();
    let client = TestClient::new(lived(&diary));
    runtime().block_on(async {
        let never = client.get("/life/never").sent();
        let _ = tokio::time::timeout(std::time::Duration::from_millis(20), never).await;
    });
    assert_eq!(diary.read(), "prepare get gone");
}

#[derive(RequestHandler)]
#[route("/pay", client_gone = "finish")]
struct Pay {
    #[state]
    diary: Diary,
    #[state]
    gate: Arc<tokio::sync::Semaphore>,
}

#[verbs]
impl Pay {
    async fn get(self) -> Result<&'static str> {
        self.diary.note("begun");
        self.gate.acquire().await.internal()?.forget();
        self.diary.note("paid");
        Ok("paid")
    }

    #[verb(client_gone = "cancel")]
    async fn put(self) -> Result<&'static str> {
        self.get().await
    }
}

#[test]
fn what_must_be_finished_is_finished_without_its_client() {
    let diary = Diary::default();
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let app = Application::new()
        .state(diary.clone())
        .state(Arc::clone(&gate));
    let client = TestClient::new(app.handler::<Pay>().build().unwrap());
    let table = [("GET", "begun paid"), ("PUT", "begun")];
    for (method, expected) in table {
        runtime().block_on(async {
            let request = client.request(method.parse().unwrap(), "/pay").sent();
            let soon = std::time::Duration::from_millis(20);
            assert!(tokio::time::timeout(soon, request).await.is_err());
            gate.add_permits(1);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(diary.read(), expected, "{method}");
    }
    // One permit is left over by whoever was cancelled.
    assert_eq!(client.get("/pay").send().text(), "paid");
}

#[derive(RequestHandler)]
#[route("/fails/{status}")]
struct Fails {
    status: u16,
}

#[verbs]
impl Fails {
    fn default_headers(headers: &mut HeaderMap) {
        headers.insert("x-frame-options", HeaderValue::from_static("SAMEORIGIN"));
        headers.append("link", HeaderValue::from_static("</a>"));
        headers.append("link", HeaderValue::from_static("</b>"));
    }

    fn write_error(cx: &Cx, error: &Error) -> Response {
        if error.status() == 418 {
            return cx.problem(error);
        }
        let text = format!("{} of {}", error.status().as_u16(), cx.request().path());
        Response::with_code(error.status()).with_text(text)
    }

    async fn get(self) -> Result<Response> {
        match self.status {
            200 => Response::new(200).try_header(header::LINK, "</own>"),
            600 => panic!("as asked"),
            status => Err(Error::new(status, "as asked")),
        }
    }
}

#[derive(RequestHandler)]
#[route("/plain")]
struct Plain {}

#[verbs]
impl Plain {
    async fn get(self) -> Result<&'static str> {
        Err(Error::new(409, "plain"))
    }
}

fn failing() -> TestClient {
    let app = Application::new()
        .handler::<Fails>()
        .handler::<Plain>()
        .default_header(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"))
        .default_header(header::SERVER, HeaderValue::from_static("gustnado"))
        .write_error(|_cx, error| {
            Response::with_code(error.status()).with_text(format!("app: {}", error.detail()))
        });
    TestClient::new(app.build().expect("a sound application"))
}

#[test]
fn errors_are_written_by_who_is_nearest() {
    let client = failing();
    assert_eq!(client.get("/fails/409").send().text(), "409 of /fails/409");
    assert_eq!(client.get("/fails/600").send().text(), "500 of /fails/600");
    // Also before there is an instance, and where the method is none.
    assert_eq!(client.get("/fails/x").send().text(), "404 of /fails/x");
    let post = client.post("/fails/1").send();
    assert_eq!(post.text(), "405 of /fails/1");
    // What the error has to say in its headers is said whoever writes it.
    assert_eq!(post.header("allow"), "GET, HEAD, OPTIONS");
    let teapot = client.get("/fails/418").send();
    assert_eq!(teapot.header("content-type"), "application/problem+json");
    assert_eq!(client.get("/plain").send().text(), "app: plain");
    let nothing = client.get("/nothing").send();
    assert_eq!(nothing.text(), "app: there is nothing at this path");
}

#[test]
fn default_headers_are_on_every_answer_that_has_none() {
    let client = failing();
    let own = client.get("/fails/200").send();
    assert_eq!(own.header("x-frame-options"), "SAMEORIGIN");
    assert_eq!(own.headers().get_all("link").iter().count(), 1);
    let options = client.request("OPTIONS".parse().unwrap(), "/fails/1");
    for answer in [client.get("/fails/409").send(), options.send()] {
        assert_eq!(answer.header("x-frame-options"), "SAMEORIGIN");
        assert_eq!(answer.header("server"), "gustnado");
        assert_eq!(answer.headers().get_all("link").iter().count(), 2);
    }
    for path in ["/plain", "/nothing"] {
        assert_eq!(client.get(path).send().header("x-frame-options"), "DENY");
    }
}

#[test]
fn a_write_error_that_panics_is_made_up_for() {
    let app = Application::new().write_error(|_, _| panic!("as asked"));
    let client = TestClient::new(app.build().unwrap());
    let answer = client.get("/").send();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[derive(RequestHandler)]
#[route("/note", body_limit = "8 B")]
struct Limited {}

#[verbs]
impl Limited {
    async fn post(self, Json(text): Json<String>) -> String {
        text
    }

    #[verb(body_limit = 16)]
    async fn put(self, Json(text): Json<String>) -> String {
        text
    }
}

#[test]
fn the_nearest_body_limit_holds() {
    let app = Application::new().handler::<Limited>();
    let client = TestClient::new(app.build().unwrap());
    assert_eq!(client.post("/note").json(&"123456").send().status(), 200);
    let refused = client.post("/note").json(&"1234567").send();
    assert_eq!(refused.status(), 413);
    assert!(
        refused.text().contains("at most 8 bytes"),
        "{}",
        refused.text()
    );
    assert_eq!(client.put("/note").json(&"1234567").send().status(), 200);
}

#[derive(Debug, HttpError)]
enum ShopError {
    #[problem(402, "no money", type = "https://example.com/problems/no-money")]
    NoMoney,
    #[problem(500)]
    Till(#[from] std::fmt::Error),
}

#[derive(RequestHandler)]
#[route("/shop/{what}")]
struct Shop {
    what: String,
}

#[verbs]
impl Shop {
    async fn get(self) -> Result<&'static str, ShopError> {
        match self.what.as_str() {
            "till" => Err(std::fmt::Error)?,
            _ => Err(ShopError::NoMoney),
        }
    }

    async fn post(self) -> Result<&'static str> {
        let who = Error::unauthorized("Bearer", "sign in").or_login("/login?from=shop");
        Err(who)
    }

    async fn head(self) -> Result<()> {
        Err(Error::unauthorized("Bearer", "sign in").or_login("/login"))
    }
}

#[test]
fn a_problem_has_its_type_and_a_5xx_the_name_of_its_request() {
    let client = TestClient::new(Application::new().handler::<Shop>().build().unwrap());
    let poor: serde_json::Value = client.get("/shop/x").send().json();
    assert_eq!(poor["type"], "https://example.com/problems/no-money");
    let request = client.get("/shop/till").header("x-request-id", "abc-1");
    let till = request.send();
    assert_eq!(till.header("x-request-id"), "abc-1");
    let document: serde_json::Value = till.json();
    assert_eq!(document["request_id"], "abc-1");
    assert_eq!(document.get("detail"), None);
    let made = client
        .get("/shop/till")
        .header("accept", "text/html")
        .send();
    assert_eq!(made.header("x-request-id").len(), 16);
    assert!(made.text().contains(made.header("x-request-id")));
}

#[test]
fn people_are_sent_to_sign_in_and_programs_are_told() {
    let client = TestClient::new(Application::new().handler::<Shop>().build().unwrap());
    let page = client.head("/shop/a?b=c&d").header("accept", "text/html");
    let page = page.send();
    assert_eq!(page.status(), 303);
    assert_eq!(
        page.header("location"),
        "/login?next=%2Fshop%2Fa%3Fb%3Dc%26d"
    );
    assert_eq!(page.header("cache-control"), "no-store");
    // What is no path on this site is not where they are to go on.
    let app = Application::new().handler_at::<Shop>("/{*what}");
    let rest = TestClient::new(app.build().unwrap());
    for target in ["//evil.example/x", "/\\evil.example"] {
        let page = rest.head(target).header("accept", "text/html").send();
        let got = (page.status(), page.header("location"));
        assert_eq!(got, (303, "/login"), "{target}");
    }
    let program = client.head("/shop/a").send();
    assert_eq!(program.status(), 401);
    assert_eq!(program.header("www-authenticate"), "Bearer");
    // What is not looked at but done cannot be done again after a redirect.
    let form = client.post("/shop/a").header("accept", "text/html").send();
    assert_eq!(form.status(), 401);
}
