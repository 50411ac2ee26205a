//! What the site answers, asked without a socket.

use std::{fs, path::Path};

use gustnado::testing::{TestClient, TestResponse};

use crate::{
    application,
    notes::{MOST_BYTES, NewNote, Note},
};

fn client() -> TestClient {
    TestClient::new(application().build().unwrap())
}

fn new(place: &str, text: &str) -> NewNote {
    let (place, text) = (place.into(), text.into());
    NewNote { place, text }
}

fn places(response: &TestResponse) -> Vec<String> {
    let notes: Vec<Note> = response.json();
    notes.into_iter().map(|note| note.place).collect()
}

#[test]
fn the_newest_notes_come_first() {
    let response = client().get("/api/notes").send();
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("content-type"), "application/json");
    assert_eq!(
        places(&response),
        ["North field", "North field", "The ford"]
    );
}

#[test]
fn a_list_is_cut_and_filtered() {
    let client = client();
    let table: [(&str, &[&str]); 4] = [
        ("limit=1", &["North field"]),
        ("limit=0", &[]),
        ("contains=MOSS", &["The ford"]),
        ("contains=the+ford&limit=9", &["The ford"]),
    ];
    for (query, expected) in table {
        let response = client.get(&format!("/api/notes?{query}")).send();
        assert_eq!(places(&response), expected, "{query}");
    }
}

#[test]
fn a_bad_limit_is_named() {
    let response = client().get("/api/notes?limit=many").send();
    assert_eq!(response.status(), 400);
    assert_eq!(response.header("content-type"), "application/problem+json");
    let text = response.text();
    assert!(text.contains(r#""in":"query","name":"limit""#), "{text}");
}

#[test]
fn a_note_is_created_shown_and_deleted() {
    let client = client();
    let created = client.post("/api/notes").json(&new("Pier", "Gulls")).send();
    assert_eq!(created.status(), 201);
    let url = created.header("location");
    let note: Note = created.json();
    assert_eq!(url, format!("/api/notes/{}", note.id));

    let shown = client.get(url).send();
    assert_eq!(shown.status(), 200);
    assert_eq!(shown.json::<Note>(), note);

    assert_eq!(client.delete(url).send().status(), 204);
    assert_eq!(client.get(url).send().status(), 404);
    assert_eq!(client.delete(url).send().status(), 404);
}

#[test]
fn notes_out_of_form_are_refused() {
    let client = client();
    let long = "x".repeat(MOST_BYTES + 1);
    for bad in [new("", "text"), new("place", " \n"), new("place", &long)] {
        let response = client.post("/api/notes").json(&bad).send();
        assert_eq!(response.status(), 422, "{bad:?}");
    }
    let response = client.post("/api/notes").json(&"no note").send();
    assert_eq!(response.status(), 422);
    let form = client
        .post("/api/notes")
        .header("content-type", "text/plain");
    assert_eq!(form.send().status(), 415);
}

#[test]
fn a_full_book_takes_no_more() {
    let client = client();
    let add = || client.post("/api/notes").json(&new("Pier", "Gulls")).send();
    let full = (0..=1000)
        .map(|_| add())
        .find(|response| response.status() != 201);
    assert_eq!(full.unwrap().status(), 409);
}

#[test]
fn another_method_is_told_which_there_are() {
    let response = client().put("/api/notes").send();
    assert_eq!(response.status(), 405);
    assert_eq!(response.header("allow"), "GET, POST, HEAD, OPTIONS");
}

#[test]
fn the_old_address_redirects() {
    let response = client().get("/notes").send();
    assert_eq!(response.status(), 303);
    assert_eq!(response.header("location"), "/");
}

#[test]
fn an_error_is_a_page_in_a_browser() {
    let client = client();
    for (path, status, detail) in [
        ("/teapot", 418, "look for tea elsewhere"),
        ("/api/notes/99", 404, "there is no note 99"),
    ] {
        let response = client.get(path).header("accept", "text/html").send();
        assert_eq!(response.status(), status);
        assert_eq!(response.header("content-type"), "text/html; charset=utf-8");
        assert!(response.text().contains(detail), "{path}");
    }
    assert_eq!(client.get("/nowhere").send().status(), 404);
}

#[test]
fn the_page_is_served_and_may_not_be_kept_unasked() {
    let response = client().get("/").send();
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("content-type"), "text/html; charset=utf-8");
    assert!(!response.header("cache-control").contains("immutable"));
}

#[test]
fn what_the_page_names_is_there_for_ever() {
    let client = client();
    let page = client.get("/").send();
    let assets: Vec<&str> = page
        .text()
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .collect();
    assert_eq!(assets.len(), 3, "{assets:?}");
    for asset in assets {
        let response = client.get(asset).send();
        assert_eq!(response.status(), 200, "{asset}");
        let cache = response.header("cache-control");
        assert!(cache.contains("immutable"), "{asset}: {cache}");
    }
}

/// A browser that keeps `assets/` for ever sees a change only under another name.
#[test]
fn assets_are_named_by_their_content() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("site/assets");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        let hash = format!("{:08x}", fnv(&fs::read(&path).unwrap()) as u32);
        let named = name.split('.').nth(1).unwrap();
        assert_eq!(named, hash, "rename {name}, also in index.html");
    }
}

/// FNV-1a: short enough to stand here.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
