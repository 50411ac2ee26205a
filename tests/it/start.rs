//! Starting: what cannot be started says why, and names the culprit.

use gustnado::{Application, RunError, prelude::*};

#[derive(RequestHandler)]
#[route("/users/{id}")]
struct OneUser {
    id: u64,
}

#[verbs]
impl OneUser {
    async fn get(self) -> String {
        self.id.to_string()
    }
}

#[derive(RequestHandler)]
#[route("/users/{name}")]
struct NamedUser {
    name: String,
}

#[verbs]
impl NamedUser {
    async fn get(self) -> String {
        self.name
    }
}

#[test]
fn a_clash_names_both() {
    let app = Application::new()
        .handler::<OneUser>()
        .handler::<NamedUser>();
    let text = app.build().expect_err("a clash").to_string();
    let line = |name: &str, line: u32| format!("{name} (tests/it/start.rs:{line}:");
    assert!(text.contains(&line("start::NamedUser", 20)), "{text}");
    assert!(text.contains(&line("start::OneUser", 7)), "{text}");
    assert!(
        text.contains("one handler has all verbs of a path"),
        "{text}"
    );
}

#[test]
fn run_inside_a_runtime_says_what_to_do() {
    let error = gustnado_tests::runtime().block_on(async { Application::new().run("127.0.0.1:0") });
    let error = error.expect_err("no run");
    assert!(matches!(error, RunError::InRuntime));
    assert!(
        error.to_string().contains("await `serve(listener)`"),
        "{error}"
    );
}

#[test]
fn an_address_that_is_none_says_what_one_is() {
    for address in ["localhost", ":8888", ""] {
        let error = Application::new().run(address).expect_err("no address");
        assert!(error.to_string().contains("127.0.0.1:8888"), "{error}");
    }
}

#[test]
fn an_address_in_use_is_named() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = other.local_addr().expect("an address");
    let error = Application::new().run(addr).expect_err("in use");
    assert!(error.to_string().contains(&addr.to_string()), "{error}");
}
