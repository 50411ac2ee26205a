//! Static site: serves a folder, as one would with `python -m http.server`, or with a small nginx.
//!
//! `cargo run --release -p static-site -- 8080 site`, then open <http://127.0.0.1:8080>. `--help` tells
//! the options.

mod options;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use gustnado::prelude::*;
use options::{Options, USAGE};

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match serve(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &Options) -> Result<(), RunError> {
    let host = if options.public { "[::]" } else { "127.0.0.1" };
    let bound = application(options)
        .build()?
        .bind(format!("{host}:{}", options.port))?;
    println!("Open http://{}/; Ctrl-C stops it.", bound.local_addr());
    bound.run()
}

/// The files, with what a careful operator would say of them.
fn application(options: &Options) -> Application {
    let mut files = StaticFiles::new(&options.folder).coherence(Coherence::Watch);
    if let Some(folder) = &options.keep {
        files = files.compressed_at(folder);
    }
    if options.list {
        files = files.listing();
    }
    if options.spa {
        files = files.fallback("index.html");
    }
    for pattern in &options.immutable {
        // Who has the former version of one of them is sent what has changed.
        files = files
            .cache_control(pattern, CacheControl::Immutable)
            .dictionaries(pattern);
    }
    Application::new().mount("/", files)
}
