//! A line of configuration to what it says to listen on. Pure: it must not know whether that can
//! be had.

use std::{net::SocketAddr, path::PathBuf};

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// One address.
    Addr(SocketAddr),
    /// Every address of a name.
    Host(String, u16),
    Unix(PathBuf),
    /// A passed socket, by its number.
    Fd(u32),
    /// Passed sockets, of a name or all.
    Inherited(Option<String>),
}

const FORM: &str = "an address is host:port, such as 127.0.0.1:8888";

/// Reads any of the forms that [`Listen`](super::Listen) has.
pub(super) fn read(text: &str) -> Result<Said, String> {
    let text = text.trim();
    if text == "systemd" {
        return Ok(Said::Inherited(None));
    }
    match text.split_once(':') {
        Some(("unix", "")) => Err("a Unix socket has a path, such as unix:/run/app.sock".into()),
        Some(("unix", path)) => Ok(Said::Unix(path.into())),
        Some(("systemd", "")) => Err("a name is missing; all sockets are `systemd`".into()),
        Some(("systemd", name)) => Ok(Said::Inherited(Some(name.into()))),
        Some(("fd", number)) => {
            let number = number.parse().map(Said::Fd);
            number.map_err(|_| "a descriptor is a number, such as fd:3".into())
        }
        _ => read_tcp(text),
    }
}

/// Reads `host:port`.
pub(super) fn read_tcp(text: &str) -> Result<Said, String> {
    if let Ok(addr) = text.parse() {
        return Ok(Said::Addr(addr));
    }
    if let Some((_, rest)) = text.split_once("://") {
        let rest = rest.trim_end_matches('/');
        return Err(format!("{FORM}, without a scheme: {rest}"));
    }
    if text.contains('/') {
        return Err(format!("{FORM}; a Unix socket is unix:{text}"));
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(if text.parse::<u16>().is_ok() {
            format!("{FORM}; this port on every address is [::]:{text}")
        } else {
            format!("{FORM}; it has no port")
        });
    };
    let Ok(port) = port.parse() else {
        return Err(format!("{FORM}; {port:?} is no port"));
    };
    match host {
        "" | "*" => Err(format!("{FORM}; on every address it is [::]:{port}")),
        host if host.contains(':') || host.starts_with('[') => Err(format!(
            "{FORM}; an address of IPv6 stands in brackets: [::1]:{port}"
        )),
        host => Ok(Said::Host(host.into(), port)),
    }
}

/// A host and a port, as text.
pub(super) fn pair(host: &str, port: u16) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_read() {
        let addr = |text: &str| Said::Addr(text.parse().unwrap());
        let table = [
            ("127.0.0.1:8888", addr("127.0.0.1:8888")),
            (" 0.0.0.0:0 ", addr("0.0.0.0:0")),
            ("[::]:80", addr("[::]:80")),
            ("[fe80::1%2]:80", addr("[fe80::1%2]:80")),
            ("localhost:80", Said::Host("localhost".into(), 80)),
            ("unix:/run/a b.sock", Said::Unix("/run/a b.sock".into())),
            ("unix:app:1.sock", Said::Unix("app:1.sock".into())),
            ("fd:3", Said::Fd(3)),
            ("systemd", Said::Inherited(None)),
            ("systemd:http", Said::Inherited(Some("http".into()))),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_none_says_what_to_write() {
        let table = [
            ("", "127.0.0.1:8888"),
            ("localhost", "it has no port"),
            (":80", "[::]:80"),
            ("*:80", "[::]:80"),
            ("8888", "[::]:8888"),
            ("::1:80", "in brackets: [::1]:80"),
            ("[::1:80", "in brackets: [::1]:80"),
            ("localhost:http", "\"http\" is no port"),
            ("localhost:65536", "\"65536\" is no port"),
            ("http://localhost:80/", "without a scheme: localhost:80"),
            ("/run/app.sock", "unix:/run/app.sock"),
            ("unix:", "unix:/run/app.sock"),
            ("fd:", "fd:3"),
            ("fd:-1", "fd:3"),
            ("systemd:", "all sockets are `systemd`"),
        ];
        for (text, expected) in table {
            let told = read(text).expect_err(text);
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    #[test]
    fn pairs_are_read_again() {
        for (host, port) in [("::1", 80), ("[::1]", 80), ("127.0.0.1", 1), ("a.b", 2)] {
            assert!(read(&pair(host, port)).is_ok(), "{host}");
        }
    }
}
