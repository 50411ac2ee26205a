//! A whole program to attack: says its address, then a line for each request that it takes for one.
//! Its answers say the same, and what the body was. Its arguments are limits, as `name=number`;
//! times are in milliseconds.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use gustnado::{
    Application, BoxFuture, Limits, Mount, Request, RequestHandler, Response, Result, RunError,
    verbs,
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

fn set(limits: &mut Limits, name: &str, number: u64) {
    let time = Duration::from_millis(number);
    let count = usize::try_from(number).unwrap_or(usize::MAX);
    match name {
        "head_time" => limits.head_time = time,
        "idle_time" => limits.idle_time = time,
        "write_time" => limits.write_time = time,
        "linger_time" => limits.linger_time = time,
        "head_bytes" => limits.head_bytes = count,
        "headers" => limits.headers = count,
        "target" => limits.target = count,
        "body" => limits.body = count,
        _ => eprintln!("no such limit here: {name}"),
    }
}

fn main() -> Result<(), RunError> {
    let app = Application::new().handler::<Name>().mount("/", Witness);
    let app = app.workers(1).limits(|limits| {
        for argument in std::env::args().skip(1) {
            if let Some((name, number)) = argument.split_once('=') {
                set(limits, name, number.parse().unwrap_or(0));
            }
        }
    });
    let bound = app.build()?.bind("127.0.0.1:0")?;
    say(&bound.local_addr().to_string());
    bound.run()
}
