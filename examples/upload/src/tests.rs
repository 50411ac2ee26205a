//! Files sent and watched.

use gustnado::testing::TestClient;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::application;

fn client(folder: &TempDir) -> TestClient {
    TestClient::new(application(folder.path()).build().unwrap())
}

#[test]
fn the_application_is_sound() {
    application("uploads").check();
}

#[test]
fn a_file_is_kept_and_replaced() {
    let folder = TempDir::new().unwrap();
    let client = client(&folder);
    for content in ["old", "new"] {
        let stored = client.put("/files/a.txt").body(content).send();
        assert_eq!(stored.status(), 201);
        assert_eq!(stored.json::<Value>(), json!({"name": "a.txt", "bytes": 3}));
        let kept = std::fs::read_to_string(folder.path().join("a.txt"));
        assert_eq!(kept.unwrap(), content);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(client.get("/files/a.txt/progress").send().status(), 404);
}

#[test]
fn what_cannot_be_kept_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let client = client(&folder);
    let large = vec![0; 16 * 1024 * 1024 + 1];
    let refused = client.put("/files/large").body(large).send();
    assert_eq!(refused.status(), 413);
    assert!(refused.text().contains("16777216"), "{}", refused.text());
    assert_eq!(client.put("/files/.hidden").body("x").send().status(), 404);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
