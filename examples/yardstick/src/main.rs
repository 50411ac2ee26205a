//! The program that is measured, written as any user would write it: a text, JSON, typed inputs, a
//! JSON body and a folder of files, also with less looking at the disk; and the text from a cache.
//!
//! `cargo run --release -p yardstick -- PORT DIR [WORKERS]`
//!
//! With the feature `tls` it speaks HTTPS, with the files that `YARDSTICK_CERTIFICATE` and
//! `YARDSTICK_KEY` name.

use std::{env, path::Path, process::ExitCode, time::Duration};

use gustnado::{Coherence, ResponseCache, prelude::*};
use serde::{Deserialize, Serialize};

#[cfg(test)]
mod tests;

const USAGE: &str = "\
usage: yardstick PORT DIR [WORKERS]

  PORT     the TCP port to listen on, at 127.0.0.1
  DIR      the folder to serve under /static/
  WORKERS  how many workers; 0, the default, is one per core; or `stealing`:
           one per core, and they take work from one another";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (port, dir, workers) = match parse(&arguments) {
        Ok(parsed) => parsed,
        Err(wrong) => {
            eprintln!("yardstick: {wrong}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let application = match workers {
        Workers::Apart(count) => application(dir).workers(count),
        Workers::Stealing => application(dir).work_stealing(),
    };
    match application.run(listen(port)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("yardstick: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(not(feature = "tls"))]
fn listen(port: u16) -> (&'static str, u16) {
    ("127.0.0.1", port)
}

#[cfg(feature = "tls")]
fn listen(port: u16) -> gustnado::Listen {
    let file = |name| env::var_os(name).unwrap_or_default();
    let tls = gustnado::Tls::pem(file("YARDSTICK_CERTIFICATE"), file("YARDSTICK_KEY"));
    gustnado::Listen::tcp(format!("127.0.0.1:{port}")).tls(tls)
}

#[derive(Debug, PartialEq)]
enum Workers {
    Apart(usize),
    Stealing,
}

/// Port, folder and workers, or what is wrong with them.
fn parse(arguments: &[String]) -> Result<(u16, &str, Workers), String> {
    let (port, dir, workers) = match arguments {
        [port, dir] => (port, dir, "0"),
        [port, dir, workers] => (port, dir, workers.as_str()),
        other => return Err(format!("two or three arguments, not {}", other.len())),
    };
    let port = port
        .parse()
        .map_err(|_| format!("PORT is a number up to 65535, not {port:?}"))?;
    let workers = match workers {
        "stealing" => Workers::Stealing,
        count => Workers::Apart(
            count
                .parse()
                .map_err(|_| format!("WORKERS is a number or `stealing`, not {count:?}"))?,
        ),
    };
    if !Path::new(dir).is_dir() {
        return Err(format!("DIR is a folder, and {dir:?} is none"));
    }
    Ok((port, dir, workers))
}

fn application(dir: &str) -> Application {
    Application::new()
        .handler::<Plaintext>()
        .handler::<Greeting>()
        .handler::<OneUser>()
        .handler::<Echo>()
        .mount("/static", StaticFiles::new(dir))
        .mount(
            "/watched",
            StaticFiles::new(dir).coherence(Coherence::Watch),
        )
        .mount(
            "/frozen",
            StaticFiles::new(dir).coherence(Coherence::Frozen),
        )
        .group(kept())
}

/// The same text, from a cache of replies.
fn kept() -> Group {
    let hour = Duration::from_secs(3600);
    let cache = ResponseCache::new().default_time(hour);
    Group::new("/kept").layer(cache).handler::<Plaintext>()
}

/// A text, as short as it gets.
#[derive(RequestHandler)]
#[route("/plaintext")]
struct Plaintext {}

#[verbs]
impl Plaintext {
    async fn get(self) -> &'static str {
        "Hello, World!"
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Message {
    message: String,
}

/// A small JSON object.
#[derive(RequestHandler)]
#[route("/json")]
struct Greeting {}

#[verbs]
impl Greeting {
    async fn get(self) -> Json<Message> {
        let message = "Hello, World!".into();
        Json(Message { message })
    }
}

#[derive(Debug, Serialize)]
struct User {
    id: u64,
    verbose: bool,
}

/// A typed path value and a typed query parameter.
#[derive(RequestHandler)]
#[route("/users/{id}")]
struct OneUser {
    id: u64,
}

#[verbs]
impl OneUser {
    async fn get(self, #[query(default)] verbose: bool) -> Json<User> {
        Json(User {
            id: self.id,
            verbose,
        })
    }
}

/// A JSON body, there and back.
#[derive(RequestHandler)]
#[route("/echo")]
struct Echo {}

#[verbs]
impl Echo {
    async fn post(self, Json(message): Json<Message>) -> Json<Message> {
        Json(message)
    }
}
