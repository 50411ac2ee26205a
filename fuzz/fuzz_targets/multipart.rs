//! Forms of parts, through a handler: whatever is wrong is the client's fault.
#![no_main]

use std::sync::LazyLock;

use gustnado::{App, Application, Body, Error, Multipart, RequestHandler, verbs};
use gustnado_fuzz::answer;

#[derive(RequestHandler)]
#[route("/")]
struct Parts {}

#[verbs]
impl Parts {
    async fn post(self, mut form: Multipart) -> Result<String, Error> {
        let mut said = String::new();
        while let Some(mut part) = form.next().await? {
            if let Some(name) = part.file_name() {
                assert!(!name.contains(['/', '\\', '\r', '\n', '\0']) && name != "..");
            }
            said += part.name();
            while let Some(chunk) = part.chunk().await? {
                assert!(!chunk.is_empty());
            }
        }
        Ok(said)
    }
}

static APP: LazyLock<App> = LazyLock::new(|| {
    let app = Application::new().handler::<Parts>();
    app.build().expect("an application")
});

// `X` stands for the boundary, which has two characters, and `|` for the end of a line.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut body = Vec::new();
    for byte in bytes {
        match byte {
            b'|' => body.extend(b"\r\n"),
            b'X' => body.extend(b"--XX"),
            other => body.push(*other),
        }
    }
    let request = http::Request::post("/")
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(Body::from(body));
    if let Ok(request) = request {
        answer(&APP, request);
    }
});
