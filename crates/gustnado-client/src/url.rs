//! A URL as the client needs it: where to connect to, what to ask for there, and where a redirect
//! leads (RFC 3986 section 5). It must not know requests.

use std::{
    fmt,
    hash::{BuildHasher as _, Hash, Hasher, RandomState},
    net::IpAddr,
    sync::{Arc, LazyLock},
};

use http::{HeaderValue, uri::PathAndQuery};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::{
    error::{Error, Result},
    limits::URL,
};

/// What browsers encode in a path or a query, if it was not written encoded. What is not ASCII is
/// encoded in any case.
const LOOSE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');
const LOOSE_PATH: &AsciiSet = &LOOSE.add(b'{').add(b'}').add(b'^').add(b'|').add(b'\\');

/// The schemes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scheme {
    Http,
    Https,
}

/// Scheme, host and port: what a connection is for, and what credentials are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Of all that follows. Made once, as each request is looked up by it, twice.
    hash: u64,
    pub(crate) scheme: Scheme,
    /// In lower case, without the brackets of IPv6.
    pub(crate) host: Box<str>,
    pub(crate) port: u16,
}

/// Where many calls go to, read out of a URL once. For gateways.
#[derive(Debug, Clone)]
pub struct Place {
    origin: Arc<Origin>,
    authority: HeaderValue,
}

/// A URL of HTTP, without its fragment.
#[derive(Debug, Clone)]
pub(crate) struct Url {
    pub(crate) origin: Arc<Origin>,
    /// What `Host` says.
    pub(crate) authority: HeaderValue,
    pub(crate) target: PathAndQuery,
    /// Name and password, decoded.
    pub(crate) credentials: Option<(String, String)>,
}

impl Scheme {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    fn parse(text: &str) -> Result<Self> {
        if text.eq_ignore_ascii_case("http") {
            Ok(Self::Http)
        } else if text.eq_ignore_ascii_case("https") {
            Ok(Self::Https)
        } else {
            Err(Error::invalid(format!(
                "`{}:` is no scheme of HTTP: a URL begins with http:// or https://",
                text.escape_debug()
            )))
        }
    }
}

impl Origin {
    pub(crate) fn new(scheme: Scheme, host: Box<str>, port: u16) -> Self {
        // URLs may be chosen by others, so the key is not to be known.
        static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        Self {
            hash: KEY.hash_one((scheme, &host, port)),
            scheme,
            host,
            port,
        }
    }

    /// The host as an address, if it is one.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Host and port as they stand in a URL; the port only if it is not the scheme's, unless `always`.
    pub(crate) fn authority(&self, always: bool) -> String {
        let host = &self.host;
        let (open, close) = if host.contains(':') {
            ("[", "]")
        } else {
            ("", "")
        };
        if always || self.port != self.scheme.port() {
            format!("{open}{host}{close}:{}", self.port)
        } else {
            format!("{open}{host}{close}")
        }
    }
}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority(false))
    }
}

impl Place {
    /// Where a URL leads.
    ///
    /// # Errors
    /// Where it is none of HTTP.
    pub fn of(url: &str) -> Result<Self> {
        let Url {
            origin, authority, ..
        } = Url::parse(url)?;
        Ok(Self { origin, authority })
    }
}

impl Url {
    /// The one of this target there, which is said as it is.
    pub(crate) fn of(place: &Place, target: PathAndQuery) -> Self {
        Self {
            origin: place.origin.clone(),
            authority: place.authority.clone(),
            target,
            credentials: None,
        }
    }

    /// Parses one that is whole.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (place, target) = split(text)?;
        // It is there, or there would be no place.
        let (scheme, authority) = place.split_once("://").unwrap_or(("", place));
        let scheme = Scheme::parse(scheme)?;
        let (credentials, host_port) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(credentials(user)?), host),
            None => (None, authority),
        };
        let (host, port) = host_port_of(host_port, scheme)?;
        let origin = Origin::new(scheme, host, port);
        let authority = HeaderValue::from_maybe_shared(bytes::Bytes::from(origin.authority(false)))
            .map_err(|_| Error::invalid("the URL has no host"))?;
        Ok(Self {
            origin: Arc::new(origin),
            authority,
            target: path_and_query(target)?,
            credentials,
        })
    }

    /// The one of this target there.
    pub(crate) fn at(origin: Arc<Origin>, authority: HeaderValue, target: &str) -> Result<Self> {
        Ok(Self {
            origin,
            authority,
            target: path_and_query(target)?,
            credentials: None,
        })
    }

    /// What `location` means where this is the URL that answered with it (RFC 3986 section 5.2;
    /// a backslash is a slash, as for browsers).
    pub(crate) fn resolve(&self, location: &str) -> Result<Self> {
        let location = location.split('#').next().unwrap_or_default().trim();
        let query = location.find('?').unwrap_or(location.len());
        let location = location[..query].replace('\\', "/") + &location[query..];
        if let Some(scheme) = scheme_of(&location) {
            let rest = &location[scheme.len() + 1..];
            // `http:/x` and `http:x` are too odd to guess at.
            Scheme::parse(scheme)?;
            if !rest.starts_with("//") {
                return Err(Error::invalid("the URL has no host"));
            }
            return Self::parse(&location).map(Self::without_dots);
        }
        if location.starts_with("//") {
            let scheme = self.origin.scheme.as_str();
            return Self::parse(&format!("{scheme}:{location}")).map(Self::without_dots);
        }
        let base = self.target.path();
        let target = match location.as_bytes().first() {
            None => self.target.as_str().to_owned(),
            Some(b'/') => location,
            Some(b'?') => format!("{base}{location}"),
            Some(_) => {
                let folder = base.rfind('/').map_or("/", |slash| &base[..=slash]);
                format!("{folder}{location}")
            }
        };
        let target = path_and_query(&target)?;
        let credentials = None;
        let same = Self {
            target,
            credentials,
            ..self.clone()
        };
        Ok(same.without_dots())
    }

    /// Its path without `.` and `..` (RFC 3986 section 5.2.4).
    fn without_dots(mut self) -> Self {
        let path = self.target.path();
        if path.split('/').any(|segment| dots(segment) > 0) {
            let query = self.target.query();
            let mut plain = remove_dots(path);
            if let Some(query) = query {
                plain.push('?');
                plain.push_str(query);
            }
            if let Ok(target) = plain.parse() {
                self.target = target;
            }
        }
        self
    }

    /// Adds pairs to the query.
    pub(crate) fn add_query(&mut self, pairs: &str) -> Result<()> {
        if pairs.is_empty() {
            return Ok(());
        }
        let target = self.target.as_str();
        let gap = match self.target.query() {
            None => "?",
            Some("") => "",
            Some(_) => "&",
        };
        self.target = path_and_query(&format!("{target}{gap}{pairs}"))?;
        Ok(())
    }
}

/// Without query and credentials, as it may stand in a log.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.target.path())
    }
}

/// A URL's scheme and authority, and what is behind them.
pub(crate) fn split(text: &str) -> Result<(&str, &str)> {
    if text.len() > URL {
        return Err(Error::invalid(format!("a URL has at most {URL} bytes")));
    }
    let Some(scheme) = text.find("://") else {
        return Err(Error::invalid(
            "the URL has no scheme: it begins with http:// or https://",
        ));
    };
    let start = scheme + 3;
    let end = text.as_bytes()[start..]
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    Ok(text.split_at(end.map_or(text.len(), |end| start + end)))
}

/// The scheme of a reference, if it has one.
fn scheme_of(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let mut bytes = scheme.bytes();
    let first = bytes.next()?;
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    (first.is_ascii_alphabetic() && bytes.all(rest)).then_some(scheme)
}

/// 1 for a segment that is `.`, 2 for `..`, also where they are written encoded.
fn dots(segment: &str) -> usize {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    match &*plain {
        "." => 1,
        ".." => 2,
        _ => 0,
    }
}

fn remove_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let last = segments.len().saturating_sub(1);
    for (index, segment) in segments.into_iter().enumerate() {
        match dots(segment) {
            0 => kept.push(segment),
            up => {
                if up == 2 {
                    kept.pop();
                }
                if index == last {
                    kept.push("");
                }
            }
        }
    }
    format!("/{}", kept.join("/"))
}

fn credentials(user: &str) -> Result<(String, String)> {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let decode = |text| {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded.map(std::borrow::Cow::into_owned)
    };
    match (decode(name), decode(password)) {
        (Ok(name), Ok(password)) => Ok((name, password)),
        _ => Err(Error::invalid("name and password in the URL are not UTF-8")),
    }
}

fn host_port_of(text: &str, scheme: Scheme) -> Result<(Box<str>, u16)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(v6) => {
            let (host, port) = v6.split_once(']').unwrap_or(("", v6));
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err(Error::invalid(
                    "the URL has a host in brackets that is no IPv6 address",
                ));
            }
            (host, port.strip_prefix(':').unwrap_or(port))
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let port = match port {
        "" => scheme.port(),
        port => match port.parse() {
            Ok(number) if number > 0 && port.bytes().all(|byte| byte.is_ascii_digit()) => number,
            _ => {
                return Err(Error::invalid(
                    "the URL has a port that is no number from 1 to 65535",
                ));
            }
        },
    };
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
    if host.is_empty() {
        return Err(Error::invalid("the URL has no host"));
    }
    if !host.bytes().all(plain) {
        return Err(Error::invalid(
            "the URL has a host that is no name: write one that is not ASCII as `xn--…`",
        ));
    }
    Ok((host.to_ascii_lowercase().into(), port))
}

fn path_and_query(text: &str) -> Result<PathAndQuery> {
    let refused = |error| Error::invalid("the URL cannot be sent").with_source(error);
    if text == "/" || text.is_empty() {
        return Ok(PathAndQuery::from_static("/"));
    }
    // Most are sent as they are.
    if text.starts_with('/') && text.bytes().all(is_plain) {
        return PathAndQuery::try_from(text).map_err(refused);
    }
    let text = text.split('#').next().unwrap_or_default();
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let mut target = utf8_percent_encode(path, LOOSE_PATH).to_string();
    if !target.starts_with('/') {
        target.insert(0, '/');
    }
    if let Some(query) = query {
        target.push('?');
        target.extend(utf8_percent_encode(query, LOOSE));
    }
    let parsed = PathAndQuery::from_maybe_shared(bytes::Bytes::from(target));
    parsed.map_err(refused)
}

/// Whether a byte is sent as it is in a path and in a query.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'^' | b'|' | b'\\' | b'#'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(url: &Url) -> String {
        format!("{}{}", url.origin, url.target)
    }

    #[test]
    fn urls_become_what_is_sent() {
        let table = [
            ("http://a", "http://a/"),
            ("HTTP://A.Test:80/x", "http://a.test/x"),
            ("https://a:443", "https://a/"),
            ("https://a:8443/x?y#z", "https://a:8443/x?y"),
            ("http://a?q=1", "http://a/?q=1"),
            ("http://[::1]:80/", "http://[::1]/"),
            ("http://[::1]:81", "http://[::1]:81/"),
            ("http://u:p@a/", "http://a/"),
            (
                "http://a/b c/ä?q=ü \"",
                "http://a/b%20c/%C3%A4?q=%C3%BC%20%22",
            ),
            ("http://a/%41%2F", "http://a/%41%2F"),
            ("http://a/{b}", "http://a/%7Bb%7D"),
        ];
        for (text, expected) in table {
            let url = Url::parse(text).map(|url| shown(&url));
            assert_eq!(url.ok().as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_url_says_why() {
        let table = [
            ("a/b", "no scheme"),
            ("ftp://a", "`ftp:` is no scheme of HTTP"),
            ("http://", "no host"),
            ("http:///x", "no host"),
            ("http://a:0", "a port that is no number"),
            ("http://a:99999", "a port that is no number"),
            ("http://a:+80", "a port that is no number"),
            ("http://[::g]/", "no IPv6 address"),
            ("http://bücher.test/", "no name"),
            ("http://a b/", "no name"),
            ("http://a\r\nx/", "no name"),
            ("http://a\r\nx: y/", "a port that is no number"),
        ];
        for (text, expected) in table {
            let error = Url::parse(text).map(|url| shown(&url)).unwrap_err();
            assert!(error.to_string().contains(expected), "{text}: {error}");
        }
    }

    /// The examples of RFC 3986 section 5.4 that have a path.
    #[test]
    fn references_are_resolved() {
        let base = Url::parse("http://a/b/c/d;p?q").unwrap();
        let table = [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("https://b:8/x/../y", "https://b:8/y"),
            ("/%2e%2E/g", "http://a/g"),
            ("/\\g/x", "http://g/x"),
            ("/a b", "http://a/a%20b"),
        ];
        for (reference, expected) in table {
            let url = base.resolve(reference).map(|url| shown(&url));
            assert_eq!(url.ok().as_deref(), Some(expected), "{reference}");
        }
        for reference in ["mailto:a@b", "javascript:x", "http:g", "file:///etc/passwd"] {
            assert!(base.resolve(reference).is_err(), "{reference}");
        }
    }

    #[test]
    fn queries_are_added() {
        let table = [
            ("http://a", "/?x=1"),
            ("http://a/b?", "/b?x=1"),
            ("http://a/b?y", "/b?y&x=1"),
        ];
        for (text, expected) in table {
            let mut url = Url::parse(text).unwrap();
            url.add_query("x=1").unwrap();
            assert_eq!(url.target, expected, "{text}");
        }
    }

    proptest! {
        /// Whatever is parsed can be sent as it is: no byte of it ends the line or the field.
        #[test]
        fn nothing_bends_a_request(text in "https?://[^/]{0,8}(/.{0,24})?", to in ".{0,24}") {
            if let Ok(url) = Url::parse(&text) {
                let plain = |text: &str| text.bytes().all(|byte| byte > b' ' && byte < 0x7f);
                prop_assert!(plain(url.target.as_str()));
                prop_assert!(plain(url.authority.to_str().unwrap()));
                if let Ok(url) = url.resolve(&to) {
                    prop_assert!(plain(url.target.as_str()));
                    prop_assert!(plain(url.authority.to_str().unwrap()));
                }
            }
        }
    }
}
