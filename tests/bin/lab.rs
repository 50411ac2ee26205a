//! A whole program to test workers, signals and listeners with: says its addresses, serves until it
//! is asked to stop. Its arguments are the milliseconds it may take to drain, and what it listens on.

use std::{io::Write as _, time::Duration};

use gustnado::{
    Application, BoxFuture, Event, Events, Mount, Request, RequestHandler, Response, Result,
    RunError, verbs,
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
            let thread = std::thread::current();
            Ok(Response::new(200).with_text(thread.name().unwrap_or("none").to_owned()))
        })
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
    let mut arguments = std::env::args().skip(1);
    let drain = arguments.next().and_then(|millis| millis.parse().ok());
    let drain = Duration::from_millis(drain.unwrap_or(20_000));
    let mut on: Vec<String> = arguments.collect();
    if on.is_empty() {
        on.push("127.0.0.1:0".into());
    }
    let app = Application::new().handler::<Quiet>().mount("/", Lab);
    let app = app
        .workers(3)
        .limits(move |limits| limits.drain_time = drain);
    let bound = app.from_env().build()?.bind(on)?;
    let addrs: Vec<String> = bound.addrs().iter().map(ToString::to_string).collect();
    println!("{}", addrs.join(" "));
    std::io::stdout().flush()?;
    bound.run()
}
