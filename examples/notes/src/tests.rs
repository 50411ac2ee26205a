//! The notes, asked as a client asks.

use gustnado::testing::TestClient;
use serde_json::{Value, json};

use super::application;

fn client() -> TestClient {
    TestClient::new(application().build().unwrap())
}

#[test]
fn the_application_is_sound() {
    application().check();
}

#[test]
fn a_note_is_written_listed_and_shown() {
    let client = client();
    let note = json!({"title": "A", "text": "b", "tags": ["c"]});
    let created = client.post("/notes").json(&note).send();
    assert_eq!(created.status(), 201);
    let location = created.header("location");
    assert_eq!(location, "/notes/1");
    let shown: Value = client.get(location).send().json();
    assert_eq!(shown["text"], "b");
    let listed: Value = client.get("/notes?contains=A&order=oldest").send().json();
    assert_eq!(listed["total"], 1);
    assert_eq!(listed["items"], json!([shown]));
}

#[test]
fn all_that_is_wrong_is_told_together() {
    let client = client();
    let names = |answer: Value, key: &str| -> Vec<String> {
        let errors = answer["errors"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<String> = errors.iter().map(|e| e[key].to_string()).collect();
        names.sort();
        names
    };
    let list = client.get("/notes?page=x&size=101&order=none").send();
    assert_eq!(list.status(), 400);
    assert_eq!(
        names(list.json(), "name"),
        [r#""order""#, r#""page""#, r#""size""#]
    );
    let note = json!({"title": "", "text": "b", "tags": ["ok", "x".repeat(21)]});
    let refused = client.post("/notes").json(&note).send();
    assert_eq!(refused.status(), 422);
    assert_eq!(
        names(refused.json(), "pointer"),
        [r#""/tags/1""#, r#""/title""#]
    );
}
