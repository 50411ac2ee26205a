//! A whole program to attack: says its address, then a line for each request that it takes for one.
//! Its answers say the same, and what the body was. Its limits are set by the environment.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use gustnado::{
    Application, BoxFuture, Mount, Request, RequestHandler, Response, Result, RunError, verbs,
};

struct Witness;

impl Mount for Witness {
    fn call<'a>(&'a self, _prefix: &'a str, request: Request) -> BoxFuture<'a, Result<Response>> {
        Box::pin(answer(request))
    }
}

async fn answer(mut request: Request) -> Result<Response> {
    let seen = format!("{} {}", request.method(), request.uri());
    say(&seen);
    let number: Option<usize> = request.query().and_then(|query| query.parse().ok());
    match request.path() {
        "/zeros" => return Ok(Response::new(200).with_body(vec![0; number.unwrap_or(0)])),
        // Nothing else goes on in the worker for so many milliseconds.
        "/block" => std::thread::sleep(Duration::from_millis(number.unwrap_or(0) as u64)),
        "/unread" => return Ok(Response::new(200).with_text(seen)),
        _ => {}
    }
    let body = request.body_mut().collect().await?;
    let body = body.escape_ascii();
    Ok(Response::new(200).with_text(format!("{seen} [{body}]")))
}

/// Decodes a segment of its path.
#[derive(RequestHandler)]
#[route("/name/{name}")]
struct Name {
    name: String,
}

#[verbs]
impl Name {
    async fn get(self) -> String {
        say("GET /name");
        self.name
    }
}

fn say(line: &str) {
    let mut out = io::stdout().lock();
    // Whoever started this may have stopped listening.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn main() -> Result<(), RunError> {
    let app = Application::new().handler::<Name>().mount("/", Witness);
    let bound = app.workers(1).from_env().build()?.bind("127.0.0.1:0")?;
    say(&bound.addrs()[0].to_string());
    bound.run()
}
