//! The health check, as a handler: whether the server goes on. It must not know who asks, nor where
//! it stands.

use http::{HeaderValue, header::CACHE_CONTROL};

use super::problem::At;
use crate::{
    describe::{Content, Operation, Shape},
    error::Error,
    extract::Cx,
    handler::{Called, Definition, Hooks, Options, Verb},
    response::Response,
};

/// The handler, as it is added at `at`.
pub(super) fn definition(at: At) -> Definition {
    Definition {
        name: "gustnado::HealthCheck",
        doc: "For whoever sends requests here, or stops doing so.",
        at,
        verbs: const { &[VERB] },
        hooks: Hooks::none(),
        options: Options::none(),
    }
}

const VERB: Verb = Verb::new("GET", "Say whether the server goes on.", check).described(describe);

fn check(cx: &mut Cx) -> Result<Called, Error> {
    let response = if cx.stopping().has_begun() {
        // Not an error, of which the log would have to tell.
        Response::new(503).with_text("draining")
    } else {
        Response::new(200).with_text("ok")
    };
    let no_store = HeaderValue::from_static("no-store");
    let response = response.with_header(CACHE_CONTROL, no_store).quiet();
    Ok(Called::Answered(response))
}

fn describe(operation: &mut Operation) {
    let text = || Content::new("text/plain", Shape::Text);
    operation.reply(200, text());
    operation.reply(503, text());
}

#[cfg(test)]
mod tests {
    use crate::{application::Application, testing::TestClient};

    #[test]
    fn a_server_that_stops_says_so() {
        let app = Application::new().health_check("/healthz").build().unwrap();
        let client = TestClient::new(app.clone());
        assert_eq!(client.get("/healthz").send().text(), "ok");
        app.stop();
        let answer = client.get("/healthz").send();
        assert_eq!((answer.status(), answer.text()), (503, "draining"));
    }
}
