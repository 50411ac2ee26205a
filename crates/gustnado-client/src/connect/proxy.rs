//! Which proxy stands before a host, if any: by what a client was told, or by the environment. It must
//! not know how a proxy is spoken to.

use std::net::IpAddr;

use http::HeaderValue;

use crate::{
    auth::basic,
    error::{Error, Result},
    url::{Origin, Scheme, Url},
};

/// The proxies of a client, and the hosts that have none.
#[derive(Debug, Default)]
pub(crate) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    except: Vec<Except>,
}

/// A proxy, by its URL.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    pub(crate) kind: Kind,
    /// Where it is; the scheme is of no meaning.
    pub(crate) origin: Origin,
    /// Name and password.
    pub(crate) credentials: Option<(String, String)>,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// By HTTP (RFC 9110 section 9.3.6 for HTTPS).
    Http,
    /// By SOCKS5 (RFC 1928). It looks up names.
    Socks,
}

/// Hosts that are reached directly.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Except {
    All,
    /// The name and all below it, on any port or on one.
    Name(String, Option<u16>),
    /// Addresses of a network.
    Net(IpAddr, u32),
}

impl Proxies {
    /// One for all hosts.
    pub(crate) fn all(&mut self, url: &str) -> Result<()> {
        let proxy = Proxy::parse(url)?;
        self.http = Some(proxy.clone());
        self.https = Some(proxy);
        Ok(())
    }

    /// Adds hosts that have none, as `NO_PROXY` names them.
    pub(crate) fn except(&mut self, list: &str) {
        let entries = list.split([',', ' ']).filter(|entry| !entry.is_empty());
        self.except.extend(entries.map(Except::parse));
    }

    /// Those of the environment. `var` gives a variable by its name.
    pub(crate) fn environment(&mut self, var: impl Fn(&str) -> Option<String>) -> Result<()> {
        let get = |name: &str| {
            let found = var(name).or_else(|| {
                // A client can make a server of CGI set this one, by a field named `Proxy`.
                let made_up = name == "http_proxy" && var("REQUEST_METHOD").is_some();
                var(&name.to_ascii_uppercase()).filter(|_| !made_up)
            });
            found.filter(|value| !value.is_empty())
        };
        let all = get("all_proxy");
        for (name, place) in [
            ("http_proxy", &mut self.http),
            ("https_proxy", &mut self.https),
        ] {
            if let Some(url) = get(name).or_else(|| all.clone()) {
                *place = Some(Proxy::parse(&url)?);
            }
        }
        if let Some(list) = get("no_proxy") {
            self.except(&list);
        }
        Ok(())
    }

    /// The one before a host.
    pub(crate) fn of(&self, origin: &Origin) -> Option<&Proxy> {
        let proxy = match origin.scheme {
            Scheme::Http => self.http.as_ref(),
            Scheme::Https => self.https.as_ref(),
        };
        proxy.filter(|_| !self.except.iter().any(|except| except.has(origin)))
    }
}

impl Proxy {
    fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let (kind, port) = match &*scheme.to_ascii_lowercase() {
            "http" => (Kind::Http, 80),
            "socks5" | "socks5h" => (Kind::Socks, 1080),
            _ => {
                return Err(Error::invalid(
                    "the URL of a proxy begins with http://, socks5:// or socks5h://",
                ));
            }
        };
        let url = Url::parse(&format!("http://{rest}"))?;
        let mut origin = Origin::clone(&url.origin);
        // 80 is what is not said.
        if origin.port == 80 && !rest.contains(":80") {
            origin = Origin::new(origin.scheme, origin.host, port);
        }
        let credentials = url.credentials;
        Ok(Self {
            kind,
            origin,
            credentials,
        })
    }

    /// What it is told of who asks.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        let (name, password) = self.credentials.as_ref()?;
        Some(basic(name, password))
    }
}

impl Except {
    fn parse(entry: &str) -> Self {
        if entry == "*" {
            return Self::All;
        }
        let bare = entry.trim_matches(['[', ']']);
        let (ip, prefix) = match bare.split_once('/') {
            Some((ip, prefix)) => (ip, prefix.parse().ok()),
            None => (bare, Some(128)),
        };
        if let (Ok(ip), Some(prefix)) = (ip.parse(), prefix) {
            return Self::Net(ip, prefix);
        }
        let (name, port) = match entry.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().ok()),
            None => (entry, None),
        };
        Self::Name(
            name.trim_start_matches(['*', '.']).to_ascii_lowercase(),
            port,
        )
    }

    fn has(&self, origin: &Origin) -> bool {
        match self {
            Self::All => true,
            Self::Name(name, port) => {
                let below = origin.host.strip_suffix(name.as_str());
                let below = below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
                below && port.is_none_or(|port| port == origin.port)
            }
            Self::Net(net, prefix) => match (net, origin.ip()) {
                (IpAddr::V4(net), Some(IpAddr::V4(ip))) => {
                    let shift = 32_u32.saturating_sub((*prefix).min(32));
                    (u64::from(net.to_bits()) >> shift) == (u64::from(ip.to_bits()) >> shift)
                }
                (IpAddr::V6(net), Some(IpAddr::V6(ip))) => {
                    let shift = 128_u32.saturating_sub((*prefix).min(128));
                    let high = |ip: u128| ip.checked_shr(shift).unwrap_or(0);
                    high(net.to_bits()) == high(ip.to_bits())
                }
                _ => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Origin {
        Origin::clone(&Url::parse(url).unwrap().origin)
    }

    #[test]
    fn exceptions_are_those_of_other_clients() {
        let table = [
            ("*", "http://a.test/", true),
            ("a.test", "http://a.test/", true),
            ("a.test", "http://b.a.test/", true),
            (".a.test", "http://b.a.test/", true),
            ("*.a.test", "http://b.a.test/", true),
            ("a.test", "http://ba.test/", false),
            ("A.Test", "http://a.test/", true),
            ("a.test:81", "http://a.test:81/", true),
            ("a.test:81", "http://a.test/", false),
            ("x, localhost", "http://localhost:8080/", true),
            ("10.0.0.0/8", "http://10.1.2.3/", true),
            ("10.0.0.0/8", "http://11.1.2.3/", false),
            ("0.0.0.0/0", "http://11.1.2.3/", true),
            ("127.0.0.1", "http://127.0.0.1:9/", true),
            ("::1", "http://[::1]/", true),
            ("fd00::/8", "http://[fdff::1]/", true),
            ("::/0", "http://[fdff::1]/", true),
            ("fd00::/8", "http://[fe80::1]/", false),
            ("10.0.0.0/8", "http://[::1]/", false),
            ("", "http://a.test/", false),
        ];
        for (list, url, direct) in table {
            let mut proxies = Proxies::default();
            proxies.all("http://proxy.test:3128").unwrap();
            proxies.except(list);
            assert_eq!(proxies.of(&origin(url)).is_none(), direct, "{list} {url}");
        }
    }

    #[test]
    fn the_environment_is_read_as_other_clients_read_it() {
        let of = |vars: &[(&str, &str)], url: &str| {
            let mut proxies = Proxies::default();
            let get = |name: &str| {
                let found = vars.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            proxies.environment(get).unwrap();
            proxies
                .of(&origin(url))
                .map(|proxy| proxy.origin.authority(true))
        };
        type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, Option<&'a str>);
        let table: [Row<'_>; 8] = [
            (&[], "http://a.test/", None),
            (&[("http_proxy", "p:1")], "http://a.test/", Some("p:1")),
            (&[("http_proxy", "p:1")], "https://a.test/", None),
            (
                &[("HTTPS_PROXY", "http://p")],
                "https://a.test/",
                Some("p:80"),
            ),
            (
                &[("ALL_PROXY", "socks5://p")],
                "https://a.test/",
                Some("p:1080"),
            ),
            (
                &[("http_proxy", "p:1"), ("NO_PROXY", "a.test")],
                "http://a.test/",
                None,
            ),
            (
                &[("HTTP_PROXY", "p:1"), ("REQUEST_METHOD", "GET")],
                "http://a.test/",
                None,
            ),
            (
                &[("http_proxy", ""), ("all_proxy", "p:2")],
                "http://a.test/",
                Some("p:2"),
            ),
        ];
        for (vars, url, expected) in table {
            assert_eq!(of(vars, url).as_deref(), expected, "{vars:?} {url}");
        }
        let mut proxies = Proxies::default();
        let error = proxies.all("https://p").unwrap_err();
        assert!(
            error.to_string().contains("begins with http://, socks5://"),
            "{error}"
        );
    }
}
