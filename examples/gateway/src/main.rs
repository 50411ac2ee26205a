//! Gateway: hands requests on to servers that answer alike, as a small nginx would.
//!
//! `cargo run --release -p gateway -- 8080 http://127.0.0.1:9000 http://127.0.0.1:9001`

use std::{env, process::ExitCode};

use gustnado::{Proxy, prelude::*};

const USAGE: &str = "\
usage: gateway PORT UPSTREAM...

  PORT      the TCP port to listen on, at 127.0.0.1
  UPSTREAM  where requests are handed on to, such as http://127.0.0.1:9000";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((port, upstreams)) = parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match application(upstreams).run(("127.0.0.1", port)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Port and upstreams.
fn parse(arguments: &[String]) -> Option<(u16, &[String])> {
    let (port, upstreams) = arguments.split_first()?;
    let port = port.parse().ok()?;
    (!upstreams.is_empty()).then_some((port, upstreams))
}

fn application(upstreams: &[String]) -> Application {
    Application::new().mount("/", Proxy::among(upstreams))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(Into::into).collect()
    }

    #[test]
    fn a_port_and_an_upstream_are_needed() {
        for wrong in ["", "8080", "http://a", "port http://a"] {
            assert_eq!(parse(&words(wrong)), None, "{wrong:?}");
        }
        let right = words("8080 http://a https://b");
        let (port, upstreams) = parse(&right).unwrap();
        assert_eq!((port, upstreams.len()), (8080, 2));
        assert!(application(upstreams).build().is_ok());
    }

    #[test]
    fn what_is_no_upstream_is_named() {
        let error = application(&words("localhost:9000")).build().unwrap_err();
        assert!(error.to_string().contains("\"localhost:9000\""), "{error}");
    }
}
