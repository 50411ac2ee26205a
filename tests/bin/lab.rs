//! A whole program to test workers, processes, signals and listeners with: says its addresses, serves
//! until it is asked to stop. Its arguments are what it listens on, and:
//!
//! - `1000`: how many milliseconds it may drain
//! - `processes=COUNT`: how many worker processes it has
//! - `fail=FILE`: where that file exists, it notes so in `FILE.seen` and ends instead of starting
//! - `stealing`: its workers share one runtime
//! - `frail`: its worker processes end instead of starting
//!
//! With `LAB_CERTIFICATE` and `LAB_KEY`, it speaks HTTPS there.

use std::{io::Write as _, path::Path, process, time::Duration};

use gustnado::{
    Application, BoxFuture, Control, Error, Event, Events, Listen, Mount, Request, RequestHandler,
    Response, Result, RunError, Tls, verbs,
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
                // A worker at a time is to be seen at work.
                std::thread::sleep(Duration::from_millis(5));
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
    gustnado_tests::log();
    let mut on = Vec::new();
    let mut drain = Duration::from_secs(20);
    let mut app = Application::new().workers(3);
    for argument in std::env::args().skip(1) {
        if let Ok(millis) = argument.parse() {
            drain = Duration::from_millis(millis);
        } else if let Some(count) = argument.strip_prefix("processes=") {
            app = app.workers(0).processes(count.parse().unwrap_or(0));
        } else if let Some(file) = argument.strip_prefix("fail=") {
            fail_at(file)?;
        } else if argument == "stealing" {
            app = app.work_stealing();
        } else if argument == "reads" {
            std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
        } else if argument == "frail" {
            fail_as_worker();
        } else {
            on.push(argument);
        }
    }
    if on.is_empty() {
        on.push("127.0.0.1:0".into());
    }
    let app = app.handler::<Quiet>().handler::<Asked>().mount("/", Lab);
    let app = app.limits(move |limits| limits.drain_time = drain);
    let app = app.from_env().build()?;
    let files = std::env::var_os("LAB_CERTIFICATE").zip(std::env::var_os("LAB_KEY"));
    let bound = match files {
        None => app.bind(on)?,
        Some((certificate, key)) => {
            let tls = Tls::pem(certificate, key);
            let secure = |addr: &String| Listen::tcp(addr).tls(tls.clone());
            app.bind(on.iter().map(secure).collect::<Vec<_>>())?
        }
    };
    let addrs: Vec<String> = bound.addrs().iter().map(ToString::to_string).collect();
    println!("{}", addrs.join(" "));
    std::io::stdout().flush()?;
    bound.run()
}

fn fail_at(file: &str) -> std::io::Result<()> {
    if Path::new(file).exists() {
        std::fs::write(format!("{file}.seen"), "")?;
        process::exit(3);
    }
    Ok(())
}

fn fail_as_worker() {
    // As the core tells a process what it was handed.
    let handed = std::env::var("_GUSTNADO_STDIN").unwrap_or_default();
    if handed.contains("worker") {
        process::exit(3);
    }
}
