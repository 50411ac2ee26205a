//! Replies and what they get on top: cookies, tags, downloads, redirects, events. Nothing that is
//! set can split an answer.

use std::time::Duration;

use futures_util::stream;
use gustnado::{Application, Body, prelude::*, testing::TestClient};
use gustnado::{BoxError, Response, SameSite, With};
use http::{HeaderValue, header};

#[derive(RequestHandler)]
#[route("/tagged")]
struct Tagged {
    #[query(default = "one")]
    text: String,
}

#[verbs]
impl Tagged {
    async fn get(self) -> With<(StatusCode, String)> {
        (StatusCode::OK, self.text)
            .with_etag()
            .with_header("cache-control", "no-cache")
    }

    async fn post(self) -> impl IntoResponse {
        self.text.with_etag()
    }
}

#[derive(RequestHandler)]
#[route("/version")]
struct Version {}

#[verbs]
impl Version {
    async fn get(self) -> Response {
        let tag = HeaderValue::from_static("W/\"v7\"");
        let response = Response::new(200).with_text("long and dear");
        response.with_header(header::ETAG, tag)
    }
}

fn client() -> TestClient {
    let app = Application::new()
        .handler::<Tagged>()
        .handler::<Version>()
        .handler::<Login>()
        .handler::<Splitting>()
        .handler::<Report>()
        .handler::<Feed>();
    TestClient::new(app.build().expect("an application"))
}

#[test]
fn a_tagged_reply_is_sent_once() {
    let client = client();
    let first = client.get("/tagged").send();
    assert_eq!((first.status(), first.text()), (200, "one"));
    let tag = first.header("etag").to_owned();
    let again = client.get("/tagged").header("if-none-match", &tag).send();
    assert_eq!((again.status(), again.text()), (304, ""));
    assert_eq!(again.header("etag"), tag);
    assert_eq!(again.header("cache-control"), "no-cache");
    assert_eq!(again.header("content-type"), "");
    let head = client.head("/tagged").header("if-none-match", &tag).send();
    assert_eq!(head.status(), 304);
    let other = client.get("/tagged?text=two").header("if-none-match", &tag);
    assert_eq!(other.send().text(), "two");
    let post = client.post("/tagged").header("if-none-match", &tag).send();
    assert_eq!((post.status(), post.text()), (200, "one"));
}

#[test]
fn a_tag_of_ones_own_is_compared_too() {
    let client = client();
    let ask = |tags| client.get("/version").header("if-none-match", tags).send();
    assert_eq!(ask("\"v6\", \"v7\"").status(), 304);
    assert_eq!(ask("*").status(), 304);
    assert_eq!(ask("\"v6\"").status(), 200);
}

#[derive(RequestHandler)]
#[route("/login")]
struct Login {
    #[query(default)]
    next: LocalUrl,
}

#[verbs]
impl Login {
    async fn get(self, #[query(default = "/home")] other: LocalUrl) -> String {
        format!("{} {other}", self.next)
    }

    async fn post(self) -> With<Redirect> {
        Redirect::see_other(self.next)
            .with_cookie(SetCookie::new("session", "old"))
            .with_cookie(SetCookie::new("session", "new").same_site(SameSite::Strict))
            .with_cookie(SetCookie::remove("seen"))
    }
}

#[test]
fn a_login_goes_on_to_a_page_of_this_site() {
    let client = client();
    assert_eq!(client.get("/login").send().text(), "/ /home");
    let done = client.post("/login?next=/users%3Fpage%3D2").send();
    assert_eq!(done.status(), 303);
    assert_eq!(done.header("location"), "/users?page=2");
    let cookies = done.headers().get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|line| line.to_str().unwrap()).collect();
    assert_eq!(
        cookies,
        [
            "session=new; Path=/; HttpOnly; SameSite=Strict",
            "seen=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        ]
    );
    for elsewhere in [
        "//example.org",
        "https://example.org",
        "/%5Cexample.org",
        "/%09/example.org",
        "",
    ] {
        let refused = client.post(&format!("/login?next={elsewhere}")).send();
        assert_eq!(refused.status(), 400, "{elsewhere}");
        assert!(
            refused.text().contains("a path on this site"),
            "{elsewhere}"
        );
        assert_eq!(refused.header("location"), "", "{elsewhere}");
    }
}

/// Sets what would split the answer, by every setter that takes text.
#[derive(RequestHandler)]
#[route("/splitting/{by}")]
struct Splitting {
    by: u8,
}

const SPLIT: &str = "x\r\nevil: yes\r\n\r\n<script>";

#[verbs]
impl Splitting {
    async fn get(self) -> Result<Response> {
        let cookie = || SetCookie::new("a", "b");
        match self.by {
            0 => "".with_header("x", SPLIT).into_response(),
            1 => "".with_header(SPLIT, "x").into_response(),
            2 => ""
                .with_status(StatusCode::OK)
                .with_header("x", SPLIT)
                .into_response(),
            3 => "".with_header("x", SPLIT.as_bytes()).into_response(),
            4 => "".with_cookie(SetCookie::new("a", SPLIT)).into_response(),
            5 => "".with_cookie(SetCookie::new(SPLIT, "b")).into_response(),
            6 => ""
                .with_cookie(cookie().path(format!("/{SPLIT}")))
                .into_response(),
            7 => "".with_cookie(cookie().domain(SPLIT)).into_response(),
            8 => "".with_cookie(SetCookie::remove(SPLIT)).into_response(),
            9 => Redirect::see_other(SPLIT).into_response(),
            10 => Redirect::temporary(SPLIT).into_response(),
            11 => Redirect::permanent(SPLIT).into_response(),
            12 => Created(SPLIT.into(), ()).into_response(),
            13 => Download::new("a", "").content_type(SPLIT).into_response(),
            14 => Response::new(200).try_header(header::LOCATION, SPLIT),
            15 => {
                let mut response = Response::new(200);
                response.set_cookie(&SetCookie::new("a", SPLIT))?;
                Ok(response)
            }
            // This one makes the name harmless.
            _ => Download::new(SPLIT, "").into_response(),
        }
    }
}

#[test]
fn no_setter_splits_an_answer() {
    let client = client();
    for by in 0..=16 {
        let answer = client.get(&format!("/splitting/{by}")).send();
        assert_eq!(answer.status(), if by < 16 { 500 } else { 200 }, "{by}");
        assert!(answer.headers().get("evil").is_none(), "{by}");
        for value in answer.headers().values() {
            let bytes = value.as_bytes();
            assert!(!bytes.contains(&b'\r') && !bytes.contains(&b'\n'), "{by}");
        }
        assert!(!answer.text().contains("evil"), "{by}");
    }
}

#[derive(RequestHandler)]
#[route("/report")]
struct Report {
    #[query(default)]
    show: bool,
}

#[verbs]
impl Report {
    async fn get(self) -> Download {
        let report = Download::new("Übersicht.csv", "a,b\n").content_type("text/csv");
        if self.show { report.inline() } else { report }
    }
}

#[test]
fn a_download_has_a_name() {
    let saved = client().get("/report").send();
    assert_eq!(
        saved.header("content-disposition"),
        "attachment; filename=\"_bersicht.csv\"; filename*=UTF-8''%C3%9Cbersicht.csv"
    );
    assert_eq!(saved.header("content-type"), "text/csv");
    assert_eq!(saved.header("x-content-type-options"), "nosniff");
    assert_eq!(saved.text(), "a,b\n");
    let shown = client().get("/report?show").send();
    let disposition = shown.header("content-disposition");
    assert!(disposition.starts_with("inline; "), "{disposition}");
}

#[derive(RequestHandler)]
#[route("/feed")]
struct Feed {
    #[header(default)]
    last_event_id: u32,
}

#[verbs]
impl Feed {
    /// Three events after the one that the client has seen.
    async fn get(self, #[query(default)] quiet: u64) -> Events {
        let first = self.last_event_id + 1;
        let events = stream::unfold(first, move |number| async move {
            tokio::time::sleep(Duration::from_millis(quiet)).await;
            let event = Event::json(&[number]).id(number.to_string());
            (number < first + 3).then_some((event, number + 1))
        });
        Events::new(events).keep_alive(Duration::from_millis(20))
    }
}

#[test]
fn events_go_on_after_the_last_that_was_seen() {
    let feed = client().get("/feed").header("last-event-id", "41").send();
    assert_eq!(feed.status(), 200);
    assert_eq!(feed.header("content-type"), "text/event-stream");
    assert_eq!(feed.header("cache-control"), "no-cache");
    assert_eq!(feed.header("x-accel-buffering"), "no");
    assert_eq!(
        feed.text(),
        "data: [42]\nid: 42\n\ndata: [43]\nid: 43\n\ndata: [44]\nid: 44\n\n"
    );
    let head = client().head("/feed").send();
    assert_eq!((head.status(), head.text()), (200, ""));
}

#[test]
fn comments_keep_a_quiet_stream_alive() {
    let feed = client().get("/feed?quiet=100").send();
    let text = feed.text();
    assert!(text.starts_with(":\n\n"), "{text:?}");
    let events = text.split("\n\n").filter(|part| *part != ":");
    assert_eq!(
        events.filter(|part| !part.is_empty()).count(),
        3,
        "{text:?}"
    );
}

#[test]
fn a_stream_of_events_that_breaks_does_not_end_as_if_it_were_whole() {
    gustnado_tests::runtime().block_on(async {
        let table: [Result<Event, BoxError>; 4] = [
            Err("no more".into()),
            Err(Error::new(404, "no more").into()),
            Ok(Event::data("a").id("x\ny")),
            Ok(Event::json(&std::collections::HashMap::from([([1, 2], 3)]))),
        ];
        for broken in table {
            let text = format!("{broken:?}");
            let items = [Ok(Event::data("first")), broken];
            let events = Events::new(stream::iter(items)).no_keep_alive();
            let mut body: Body = events.into_response().unwrap().take_body();
            let first = body.chunk().await.unwrap().expect("an event");
            assert_eq!(first, "data: first\n\n");
            assert!(body.chunk().await.is_err(), "{text}");
        }
    });
}
