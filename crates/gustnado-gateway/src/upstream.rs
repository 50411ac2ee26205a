//! Where requests are handed on to: a URL as it was given, and the ones below it. It must not know
//! requests.

use gustnado_client::Place;
use http::{Uri, uri::PathAndQuery};

/// A server that requests are handed on to.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// What URLs begin with: scheme, host, port and the path without a slash at its end.
    base: Box<str>,
    /// Where the path begins in it.
    path: usize,
    /// Host and port; the port only if it is not the scheme's.
    authority: Box<str>,
    place: Place,
}

impl Upstream {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("the upstream {text:?} {why}"));
        let Ok(uri) = text.parse::<Uri>() else {
            return wrong("is no URL");
        };
        let (scheme, port) = match uri.scheme_str() {
            Some("http") => ("http", 80),
            Some("https") => ("https", 443),
            _ => return wrong("has to begin with http:// or https://"),
        };
        let Some(authority) = uri.authority().filter(|there| !there.host().is_empty()) else {
            return wrong("has no host");
        };
        if authority.as_str().contains('@') {
            return wrong("has a password; let the application add the `Authorization` it needs");
        }
        if text.contains(['?', '#']) {
            return wrong("has a query or a fragment; those are the request's");
        }
        if climbs(uri.path()) {
            return wrong("has a path with `.` or `..` in it");
        }
        let origin = format!("{scheme}://{authority}");
        let path = origin.len();
        let Ok(place) = Place::of(&origin) else {
            return wrong("has no host that can be asked");
        };
        Ok(Self {
            place,
            base: (origin + uri.path().trim_end_matches('/')).into(),
            path,
            authority: without_port(authority.as_str(), port).into(),
        })
    }

    /// What a request is for here, of whose target what is behind `prefix` bytes is its own: the rest of a
    /// path, empty or with a slash at its start, and perhaps a query.
    ///
    /// `None` where together they are too long.
    pub(crate) fn target(&self, whole: PathAndQuery, prefix: usize) -> Option<PathAndQuery> {
        // As it came, so it goes on.
        if self.path().is_empty() && prefix == 0 && whole.as_str().starts_with('/') {
            return Some(whole);
        }
        let below = below(&whole, prefix);
        let path = self.path();
        let slash = if path.is_empty() && !below.starts_with('/') {
            "/"
        } else {
            ""
        };
        let target = [path, slash, below].concat();
        PathAndQuery::from_maybe_shared(bytes::Bytes::from(target)).ok()
    }

    /// Where its connections lead.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Its own path, empty or with a slash at its start and none at its end.
    pub(crate) fn path(&self) -> &str {
        &self.base[self.path..]
    }

    /// Host and port, as they stand in URLs that name it.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Scheme, host, port and path, for the log.
    pub(crate) fn name(&self) -> &str {
        &self.base
    }
}

/// What of a target is the upstream's to see.
pub(crate) fn below(target: &PathAndQuery, prefix: usize) -> &str {
    target.as_str().get(prefix..).unwrap_or_default()
}

/// An authority without the port that its scheme has anyway.
pub(crate) fn without_port(authority: &str, port: u16) -> &str {
    let rest = authority.rsplit_once(':');
    let same = rest.filter(|(_, digits)| digits.parse() == Ok(port));
    same.map_or(authority, |(host, _)| host)
}

/// Whether a path has segments that lead out of where it begins, or may for a server that decodes it
/// before it looks for them: `..`, `%2e.`, `..%2f`, `..\`.
pub(crate) fn climbs(path: &str) -> bool {
    // Nearly every path has neither.
    if !path.contains("/.") && !path.contains(['%', '\\']) {
        return false;
    }
    let path = path.to_ascii_lowercase();
    let path = path.replace("%2e", ".").replace("%2f", "/");
    let path = path.replace("%5c", "\\");
    path.split(['/', '\\'])
        .any(|segment| matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_joined() {
        let table = [
            ("http://a", "", "/"),
            ("http://a/", "", "/"),
            ("http://a:80", "/x/y%20z?q=1", "/x/y%20z?q=1"),
            ("http://a", "?q", "/?q"),
            ("https://[::1]:8443", "//evil/", "//evil/"),
            ("http://a/base", "", "/base"),
            ("http://a/base/", "/", "/base/"),
            ("http://a/b/c", "/d?e", "/b/c/d?e"),
            ("http://a/b", "?e", "/b?e"),
        ];
        for (base, below, expected) in table {
            let upstream = Upstream::parse(base).unwrap();
            let prefixed = format!("/api{below}").parse().unwrap();
            let target = upstream.target(prefixed, 4).unwrap();
            assert_eq!(target, expected, "{base} {below}");
            if below.starts_with('/') {
                let target = upstream.target(below.parse().unwrap(), 0);
                assert_eq!(target.unwrap(), expected, "{base}");
            }
        }
        let long: PathAndQuery = format!("/{}", "x".repeat(65_530)).parse().unwrap();
        let upstream = |base| Upstream::parse(base).unwrap();
        assert!(upstream("http://a").target(long.clone(), 0).is_some());
        assert!(upstream("http://a/long").target(long, 0).is_none());
    }

    #[test]
    fn the_port_of_the_scheme_is_no_part_of_the_name() {
        let table = [
            ("http://a:80", "a"),
            ("http://a:443", "a:443"),
            ("https://a:443/x", "a"),
            ("http://[::1]:80", "[::1]"),
            ("http://[::1]", "[::1]"),
        ];
        for (base, expected) in table {
            assert_eq!(Upstream::parse(base).unwrap().authority(), expected);
        }
    }

    #[test]
    fn bad_upstreams_are_named() {
        let table = [
            ("", "is no URL"),
            ("127.0.0.1:9000", "has to begin with"),
            ("localhost", "has to begin with"),
            ("/path", "has to begin with"),
            ("ftp://a/", "has to begin with"),
            ("http://u:p@a/", "has a password"),
            ("http://a/?x", "has a query"),
            ("http://a/#x", "has a query"),
            ("http://a/b/../c", "has a path with"),
        ];
        for (text, expected) in table {
            let why = Upstream::parse(text).unwrap_err();
            assert!(why.contains(expected), "{text}: {why}");
            assert!(why.contains(&format!("{text:?}")), "{why}");
        }
    }

    #[test]
    fn climbing_is_seen_in_every_spelling() {
        for path in [
            "/..",
            "/../x",
            "/x/..",
            "/./x",
            "/%2e%2E/x",
            "/.%2e",
            "/..%2fx",
            "/x%2F..%2Fy",
            "/..\\x",
            "/x%5c..%5Cy",
            "/x\\..",
        ] {
            assert!(climbs(path), "{path}");
        }
        for path in [
            "",
            "/",
            "/...",
            "/.well-known/x",
            "/a..b",
            "/x..",
            "/%2fx",
            "/a%20b",
            "/x.%2ey",
        ] {
            assert!(!climbs(path), "{path}");
        }
    }
}
