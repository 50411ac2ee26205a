//! A whole program to test workers, processes and signals with: says its address, serves until it is
//! asked to stop. Its arguments are:
//!
//! - `drain=MILLIS`: how long it may drain
//! - `processes=COUNT`: how many worker processes it has
//! - `fail=FILE`: where that file exists, it notes so in `FILE.seen` and ends instead of starting
//! - `frail`: its worker processes end instead of starting

use std::{io::Write as _, path::Path, process, time::Duration};

use gustnado::{
    Application, BoxFuture, Control, Error, Event, Events, Mount, Request, RequestHandler,
    Response, Result, RunError, verbs,
};

struct Lab;

impl Mount for Lab {
    fn call<'a>(&'a self, _prefix: &'a str, request: Request) -> BoxFuture<'a, Result<Response>> {
        Box::pin(async move {
            if request.path() == "/slow" {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            if request.path() == "/never" {
                std::future::pending::<()>().await;
            }
            if request.path() == "/blocking" {
                let long = || std::thread::sleep(Duration::from_secs(60));
                let _ = tokio::task::spawn_blocking(long).await;
            }
            if request.path() == "/pid" {
                return Ok(Response::new(200).with_text(process::id().to_string()));
            }
            let thread = std::thread::current();
            Ok(Response::new(200).with_text(thread.name().unwrap_or("none").to_owned()))
        })
    }
}

/// Asks the program from within.
#[derive(RequestHandler)]
#[route("/control/{what}")]
struct Asked {
    what: String,
}

#[verbs]
impl Asked {
    async fn post(self, control: Control) -> Result<()> {
        match &*self.what {
            "stop" => control.stop(),
            "restart" => control.restart(),
            _ => return Err(Error::new(404, "not to be asked")),
        }
        Ok(())
    }
}

/// One event, and then nothing for ever.
#[derive(RequestHandler)]
#[route("/events")]
struct Quiet {}

#[verbs]
impl Quiet {
    async fn get(self) -> Events {
        let (sender, events) = Events::channel(1);
        tokio::spawn(async move {
            let _ = sender.send(Event::data("hello")).await;
            sender.gone().await;
        });
        events
    }
}

fn main() -> Result<(), RunError> {
    let drain = argument("drain").and_then(|millis| millis.parse().ok());
    let drain = Duration::from_millis(drain.unwrap_or(20_000));
    if let Some(file) = argument("fail")
        && Path::new(&file).exists()
    {
        std::fs::write(format!("{file}.seen"), "")?;
        process::exit(3);
    }
    if argument("frail").is_some() && std::env::var_os("GUSTNADO_ROLE").is_some() {
        process::exit(3);
    }
    let app = Application::new().handler::<Quiet>().handler::<Asked>();
    let app = app.mount("/", Lab);
    let mut app = app.limits(move |limits| limits.drain_time = drain);
    app = match argument("processes").and_then(|count| count.parse().ok()) {
        Some(count) => app.processes(count),
        None => app.workers(3),
    };
    let bound = app.build()?.bind("127.0.0.1:0")?;
    println!("{}", bound.local_addr());
    std::io::stdout().flush()?;
    bound.run()
}

/// The value of an argument `name=value`; empty where it is the name alone.
fn argument(name: &str) -> Option<String> {
    std::env::args().skip(1).find_map(|argument| {
        let value = argument.strip_prefix(name)?;
        Some(value.strip_prefix('=').unwrap_or(value).to_owned())
    })
}
