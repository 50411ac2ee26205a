//! Signing in and out, as a browser and as a program does.

use gustnado::testing::{TestClient, TestResponse};

use super::application;

fn client() -> TestClient {
    TestClient::new(application().build().unwrap())
}

fn sign_in(client: &TestClient, target: &str, form: &'static str) -> TestResponse {
    let request = client.post(target);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(form).send()
}

#[test]
fn the_application_is_sound() {
    application().check();
}

#[test]
fn people_are_sent_to_the_form_and_programs_are_told() {
    let client = client();
    let page = client.get("/me?tab=a").header("accept", "text/html").send();
    assert_eq!(page.status(), 303);
    assert_eq!(page.header("location"), "/login?next=%2Fme%3Ftab%3Da");
    assert_eq!(client.get("/api/me").send().status(), 401);
}

#[test]
fn signed_in_until_signed_out() {
    let client = client();
    let answer = sign_in(&client, "/login", "name=ada&password=engine");
    assert_eq!((answer.status(), answer.header("location")), (303, "/me"));
    let cookie = answer.header("set-cookie");
    let cookie = cookie.split(';').next().unwrap();
    let me = || client.get("/api/me").header("cookie", cookie).send();
    assert_eq!(me().text(), r#"{"name":"ada"}"#);
    let out = client.post("/logout").header("cookie", cookie).send();
    assert!(out.header("set-cookie").starts_with("session=;"));
    assert_eq!(me().status(), 401);
}

#[test]
fn what_is_wrong_opens_no_session() {
    let client = client();
    let table = [
        ("/login", "name=ada&password=x", 403),
        ("/login", "name=ada", 422),
        (
            "/login?next=//evil.example",
            "name=ada&password=engine",
            400,
        ),
    ];
    for (target, form, status) in table {
        let answer = sign_in(&client, target, form);
        assert_eq!(answer.status(), status, "{target} {form}");
        assert_eq!(answer.header("set-cookie"), "", "{target} {form}");
    }
}
