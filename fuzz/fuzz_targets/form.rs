//! Query strings, cookies and forms of pairs, through a handler: whatever is wrong is the client's fault.
#![no_main]

use std::sync::LazyLock;

use gustnado::{App, Application, Body, RequestHandler, verbs};
use gustnado_fuzz::answer;

#[derive(RequestHandler)]
#[route("/{id}")]
struct Inputs {
    id: u32,
    #[query]
    page: Option<u8>,
    #[query]
    tag: Vec<String>,
    #[cookie]
    theme: Option<String>,
}

#[verbs]
impl Inputs {
    async fn post(self, #[form] name: String, #[form] age: Option<i16>) -> String {
        let Self {
            id,
            page,
            tag,
            theme,
        } = self;
        format!("{id} {page:?} {tag:?} {theme:?} {name} {age:?}")
    }
}

static APP: LazyLock<App> = LazyLock::new(|| {
    let app = Application::new().handler::<Inputs>();
    app.build().expect("an application")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let (target, cookie, body) = (next(), next(), next());
    let request = http::Request::post([b"/1?", target].concat())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", cookie)
        .body(Body::from(body.to_vec()));
    if let Ok(request) = request {
        answer(&APP, request);
    }
});
