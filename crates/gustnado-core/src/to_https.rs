//! Plain HTTP that only says where HTTPS is. It must not know sockets or certificates.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use http::{
    HeaderValue,
    header::{CONTENT_TYPE, LOCATION},
};

use crate::{
    application::{App, Application, BuildError},
    error::{Error, OrError as _, Result},
    extract::BoxFuture,
    limits::{ACME_CHALLENGE, Limits},
    mount::Mount,
    request::Request,
    response::Response,
    trust::asked_for,
};

/// Sends whoever asks over plain HTTP to the same URL by HTTPS: 308 (RFC 9110 section 15.4.9), which
/// keeps method and body.
///
/// As a listener beside that of HTTPS:
///
/// ```no_run
/// # use gustnado_core as gustnado;
/// use gustnado::{Application, HttpsRedirect, Listen};
///
/// # fn https() -> Listen { Listen::tcp("[::]:443") }
/// let http = Listen::tcp("[::]:80").redirect(HttpsRedirect::new().hosts(["example.com"]));
/// Application::new().run([https(), http])?;
/// # Ok::<(), gustnado_core::RunError>(())
/// ```
///
/// It is a [`Mount`], too, for an application that does nothing else. The host is the one that was
/// asked for, which is the client's to choose; [`hosts`](Self::hosts) says which there are.
#[derive(Debug, Clone)]
#[must_use = "it sends nobody anywhere until it is given to a listener or mounted"]
pub struct HttpsRedirect {
    port: u16,
    hosts: Vec<String>,
    challenges: Option<PathBuf>,
}

impl Default for HttpsRedirect {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpsRedirect {
    /// To port 443 of any host.
    pub fn new() -> Self {
        Self {
            port: 443,
            hosts: Vec::new(),
            challenges: None,
        }
    }

    /// To another port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// To these hosts only; who asks for another gets 421 (RFC 9110 section 15.5.20). So nothing that
    /// caches answers learns of a host that is not ours.
    pub fn hosts<T: Into<String>>(mut self, hosts: impl IntoIterator<Item = T>) -> Self {
        let hosts = hosts.into_iter().map(|host| {
            let mut host: String = host.into();
            host.make_ascii_lowercase();
            host
        });
        self.hosts.extend(hosts);
        self
    }

    /// Answers `/.well-known/acme-challenge/{token}` with the file of that name in a folder, for an
    /// authority that looks there before it signs a certificate (RFC 8555 section 8.3): where
    /// certbot's `--webroot` writes, the folder is `{webroot}/.well-known/acme-challenge`.
    pub fn acme_challenges(mut self, folder: impl Into<PathBuf>) -> Self {
        self.challenges = Some(folder.into());
        self
    }

    /// An application that does this and nothing else.
    pub(crate) fn application(&self, limits: &Limits) -> Result<App, BuildError> {
        let limits = limits.clone();
        let app = Application::new().mount("/", self.clone());
        app.limits(move |own| *own = limits.clone()).build()
    }

    fn location(&self, request: &Request) -> Result<Response> {
        let host = asked_for(request.head()).or_error(400, "there is no Host to go to")?;
        let host = host_of(host).or_error(400, "the Host is none to go to")?;
        let known = |own: &String| own.eq_ignore_ascii_case(host);
        if !self.hosts.is_empty() && !self.hosts.iter().any(known) {
            return Err(Error::new(421, "this host is not here"));
        }
        let target = request
            .uri()
            .path_and_query()
            .map(http::uri::PathAndQuery::as_str);
        let target = target.unwrap_or("/");
        let location = match self.port {
            443 => format!("https://{host}{target}"),
            port => format!("https://{host}:{port}{target}"),
        };
        let location =
            HeaderValue::try_from(location).map_err(|_| Error::new(400, "bad target"))?;
        Ok(Response::new(308).with_header(LOCATION, location))
    }
}

impl Mount for HttpsRedirect {
    fn call<'a>(&'a self, _prefix: &'a str, request: Request) -> BoxFuture<'a, Result<Response>> {
        Box::pin(async move {
            let token = request.path().strip_prefix("/.well-known/acme-challenge/");
            if let (Some(folder), Some(token)) = (&self.challenges, token) {
                return challenge(folder, token).await;
            }
            self.location(&request)
        })
    }
}

/// The name or address of an authority, without its port: what may stand in a URL as it is.
fn host_of(authority: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let address = |byte: u8| byte.is_ascii_hexdigit() || b":.".contains(&byte);
    let (host, port) = match authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((inner, port)) if inner.bytes().all(address) => (&authority[..inner.len() + 2], port),
        _ => {
            let end = authority.find(':').unwrap_or(authority.len());
            let (host, port) = authority.split_at(end);
            (Some(host).filter(|host| host.bytes().all(plain))?, port)
        }
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    let number = port.bytes().all(|byte| byte.is_ascii_digit());
    (!host.is_empty() && number).then_some(host)
}

/// What a file says that an authority asks for.
async fn challenge(folder: &Path, token: &str) -> Result<Response> {
    let unknown = || Error::absent(404, "there is no such challenge");
    // The letters of tokens (RFC 8555 section 8.3): none of them leads out of the folder.
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if token.is_empty() || !token.bytes().all(letter) {
        return Err(unknown());
    }
    let path = folder.join(token);
    let read = move || -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        File::open(path)?
            .take(ACME_CHALLENGE)
            .read_to_end(&mut text)?;
        Ok(text)
    };
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(text)) => {
            let kind = HeaderValue::from_static("application/octet-stream");
            let response = Response::new(200).with_body(text);
            Ok(response.with_header(CONTENT_TYPE, kind))
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => Err(unknown()),
        Ok(Err(error)) => Err(Error::internal(error)),
        Err(error) => Err(Error::internal(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses() {
        let table = [
            ("example.com", Some("example.com")),
            ("example.com:80", Some("example.com")),
            ("example.com:", Some("example.com")),
            ("127.0.0.1:8080", Some("127.0.0.1")),
            ("[::1]", Some("[::1]")),
            ("[::1]:80", Some("[::1]")),
            ("", None),
            (":80", None),
            ("a@b", None),
            ("a/b", None),
            ("a:b", None),
            ("a:80:80", None),
            ("[::1", None),
            ("[a b]", None),
            ("[::1]x", None),
            ("a\\b", None),
        ];
        for (authority, host) in table {
            assert_eq!(host_of(authority), host, "{authority}");
        }
    }
}
