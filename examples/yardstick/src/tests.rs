//! What the yardstick answers, asked without a socket, and what it says to bad arguments.

use gustnado::testing::TestClient;

use super::{Message, Workers, application, parse};

fn client() -> TestClient {
    let app = application(env!("CARGO_MANIFEST_DIR"));
    TestClient::new(app.build().unwrap())
}

#[test]
fn each_path_answers_as_the_others_programs_do() {
    let client = client();
    let json = "application/json";
    let table = [
        ("/plaintext", "text/plain; charset=utf-8", "Hello, World!"),
        (
            "/kept/plaintext",
            "text/plain; charset=utf-8",
            "Hello, World!",
        ),
        ("/json", json, r#"{"message":"Hello, World!"}"#),
        ("/users/7", json, r#"{"id":7,"verbose":false}"#),
        ("/users/7?verbose=true", json, r#"{"id":7,"verbose":true}"#),
    ];
    for (path, kind, text) in table {
        let response = client.get(path).send();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.header("content-type"), kind, "{path}");
        assert_eq!(response.text(), text, "{path}");
    }
    for mount in ["static", "watched", "frozen"] {
        let manifest = client.get(&format!("/{mount}/Cargo.toml")).send();
        assert!(manifest.text().contains("name = \"yardstick\""), "{mount}");
    }
}

#[test]
fn an_object_comes_back() {
    let client = client();
    let message = String::from("\u{2602} \"storm\"");
    let response = client.post("/echo").json(&Message { message }).send();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text(), r#"{"message":"☂ \"storm\""}"#);
}

#[test]
fn bad_arguments_are_told() {
    let here = env!("CARGO_MANIFEST_DIR");
    let told = |arguments: &[&str]| {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        parse(&arguments).map(|(port, _, workers)| (port, workers))
    };
    assert_eq!(told(&["80", here]), Ok((80, Workers::Apart(0))));
    assert_eq!(told(&["80", here, "2"]), Ok((80, Workers::Apart(2))));
    let stealing = told(&["80", here, "stealing"]);
    assert_eq!(stealing, Ok((80, Workers::Stealing)));
    let table: [(&[&str], &str); 5] = [
        (&[], "two or three arguments, not 0"),
        (&["80", here, "2", "3"], "two or three arguments, not 4"),
        (
            &["70000", here],
            "PORT is a number up to 65535, not \"70000\"",
        ),
        (
            &["80", here, "-1"],
            "WORKERS is a number or `stealing`, not \"-1\"",
        ),
        (
            &["80", "no/folder"],
            "DIR is a folder, and \"no/folder\" is none",
        ),
    ];
    for (arguments, expected) in table {
        assert_eq!(told(arguments), Err(expected.into()));
    }
}
