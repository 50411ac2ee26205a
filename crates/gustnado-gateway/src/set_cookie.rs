//! Where cookies of an upstream belong, said anew: `Path` and `Domain` of `Set-Cookie` (RFC 6265 section
//! 4.1.2). It must not know answers, nor which upstream it was.

use http::{HeaderMap, HeaderValue, header::SET_COOKIE};

/// What is said in the place of what.
#[derive(Debug, Default)]
pub(crate) struct Cookies {
    paths: Vec<(Box<str>, Box<str>)>,
    domains: Vec<(Box<str>, Box<str>)>,
}

impl Cookies {
    /// Has paths at or below `from` be below `to`.
    ///
    /// # Errors
    /// What is wrong with them, in a sentence.
    pub(crate) fn add_path(&mut self, from: &str, to: &str) -> Result<(), String> {
        for path in [from, to] {
            let plain = |byte: u8| byte.is_ascii_graphic() && byte != b';';
            if !path.starts_with('/') || !path.bytes().all(plain) {
                return Err(format!("{path:?} is no path for cookies: begin with `/`"));
            }
        }
        let (from, to) = (from.trim_end_matches('/'), to.trim_end_matches('/'));
        self.paths.push((from.into(), to.into()));
        Ok(())
    }

    /// Has the domain `from` be `to`; if that is empty, none.
    ///
    /// # Errors
    /// What is wrong with them, in a sentence.
    pub(crate) fn add_domain(&mut self, from: &str, to: &str) -> Result<(), String> {
        let (from, to) = (from.trim_start_matches('.'), to.trim_start_matches('.'));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        for (domain, empty) in [(from, false), (to, true)] {
            if domain.is_empty() && !empty || !domain.bytes().all(plain) {
                return Err(format!(
                    "{domain:?} is no domain for cookies: use a name of a host"
                ));
            }
        }
        self.domains.push((from.into(), to.into()));
        Ok(())
    }

    /// Whether nothing is said in the place of anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.domains.is_empty()
    }

    /// Says it in all lines of a head.
    pub(crate) fn say(&self, headers: &mut HeaderMap) {
        if self.is_empty() {
            return;
        }
        if let http::header::Entry::Occupied(mut lines) = headers.entry(SET_COOKIE) {
            for line in lines.iter_mut() {
                let said = self.said(line.as_bytes());
                if let Some(said) = said.and_then(|said| HeaderValue::from_maybe_shared(said).ok())
                {
                    *line = said;
                }
            }
        }
    }

    /// The line anew; `None` where it stays as it is.
    fn said(&self, line: &[u8]) -> Option<bytes::Bytes> {
        let mut parts = line.split(|byte| *byte == b';');
        let pair = parts.next()?;
        // Such a cookie is for `/` of one host and no other, or no browser takes it (RFC 6265bis section
        // 4.1.3.2).
        const HOST: &[u8] = b"__host-";
        if pair.trim_ascii_start().len() >= HOST.len()
            && pair.trim_ascii_start()[..HOST.len()].eq_ignore_ascii_case(HOST)
        {
            return None;
        }
        let (mut said, mut changed) = (pair.to_vec(), false);
        for part in parts {
            let (name, value) = attribute(part);
            let new = match (name, value) {
                (Some(Name::Path), path) => self.path(path),
                (Some(Name::Domain), domain) => self.domain(domain),
                (None, _) => None,
            };
            changed |= new.is_some();
            match new {
                None => {
                    said.push(b';');
                    said.extend_from_slice(part);
                }
                // Without a domain, it is for the host that is seen.
                Some((_, value)) if value.is_empty() => {}
                Some((name, value)) => {
                    said.extend_from_slice(name);
                    said.extend_from_slice(&value);
                }
            }
        }
        changed.then(|| said.into())
    }

    fn path(&self, path: &[u8]) -> Option<(&'static [u8], Vec<u8>)> {
        let below = |from: &str| {
            let rest = path.strip_prefix(from.as_bytes())?;
            (rest.is_empty() || rest[0] == b'/').then_some(rest)
        };
        let found = self.paths.iter().find_map(|(from, to)| {
            let rest = below(from).filter(|_| path.starts_with(b"/"))?;
            // `/api` is for what is below it, too, and `/api/` not for itself.
            let rest = if rest == b"/" { b"" } else { rest };
            Some([to.as_bytes(), rest].concat())
        })?;
        let found = if found.is_empty() {
            b"/".to_vec()
        } else {
            found
        };
        Some((b"; Path=", found))
    }

    fn domain(&self, domain: &[u8]) -> Option<(&'static [u8], Vec<u8>)> {
        let domain = domain.strip_prefix(b".").unwrap_or(domain);
        let mut domains = self.domains.iter();
        let (_, to) = domains.find(|(from, _)| from.as_bytes().eq_ignore_ascii_case(domain))?;
        Some((b"; Domain=", to.as_bytes().to_vec()))
    }
}

/// The attributes that are said anew.
enum Name {
    Path,
    Domain,
}

/// Name and value of an attribute (RFC 6265 section 5.2).
fn attribute(part: &[u8]) -> (Option<Name>, &[u8]) {
    let equals = part.iter().position(|byte| *byte == b'=');
    let (name, value) = match equals {
        Some(equals) => (&part[..equals], part[equals + 1..].trim_ascii()),
        None => (part, &b""[..]),
    };
    let name = name.trim_ascii();
    let name = if name.eq_ignore_ascii_case(b"path") {
        Some(Name::Path)
    } else if name.eq_ignore_ascii_case(b"domain") {
        Some(Name::Domain)
    } else {
        None
    };
    (name, value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cookies() -> Cookies {
        let mut cookies = Cookies::default();
        cookies.add_path("/app", "/api").unwrap();
        cookies.add_path("/other/", "/").unwrap();
        cookies.add_domain("up.internal", "shop.example").unwrap();
        cookies.add_domain(".old.internal", "").unwrap();
        cookies
    }

    #[test]
    fn what_is_named_is_said_anew_and_all_else_stays() {
        let table = [
            ("a=1; Path=/app", "a=1; Path=/api"),
            ("a=1;path = /app/ ;HttpOnly", "a=1; Path=/api;HttpOnly"),
            ("a=1; PATH=/app/x; Secure", "a=1; Path=/api/x; Secure"),
            ("a=1; Path=/other", "a=1; Path=/"),
            ("a=1; Path=/other/x", "a=1; Path=/x"),
            (
                "a=1; Domain=UP.internal; Max-Age=9",
                "a=1; Domain=shop.example; Max-Age=9",
            ),
            ("a=1; Domain=.up.internal", "a=1; Domain=shop.example"),
            (
                "a=1; Secure; Domain=old.internal; Path=/app",
                "a=1; Secure; Path=/api",
            ),
            // The value of a cookie is nobody's business.
            ("path=/app; x", "path=/app; x"),
            ("a=\"; Path=/app", "a=\"; Path=/api"),
        ];
        for (line, expected) in table {
            let said = cookies().said(line.as_bytes());
            let said = said.as_deref().unwrap_or(line.as_bytes());
            assert_eq!(String::from_utf8_lossy(said), expected, "{line}");
        }
        for line in [
            "a=1",
            "",
            "a=1; Path=/",
            "a=1; Path=/apple",
            "a=1; Path=app",
            "a=1; Path",
            "a=1; Domain=x.up.internal",
            "a=1; Domain=",
            "__Host-a=1; Path=/app",
            " __host-a=1; Path=/app",
        ] {
            assert_eq!(cookies().said(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn everything_can_be_below_the_mount() {
        let mut cookies = Cookies::default();
        cookies.add_path("/", "/api").unwrap();
        for (path, expected) in [("/", "/api"), ("/x", "/api/x"), ("/x/", "/api/x/")] {
            let said = cookies
                .said(format!("a=1; Path={path}").as_bytes())
                .unwrap();
            assert_eq!(said, format!("a=1; Path={expected}"));
        }
    }

    #[test]
    fn what_is_no_path_or_domain_is_named() {
        let mut cookies = Cookies::default();
        for (from, to) in [("app", "/x"), ("/app", ""), ("/a;b", "/"), ("/a b", "/")] {
            assert!(cookies.add_path(from, to).is_err(), "{from} {to}");
        }
        for (from, to) in [("", "a"), ("a", "b;c"), ("a/b", "c"), (".", "")] {
            assert!(cookies.add_domain(from, to).is_err(), "{from} {to}");
        }
    }

    proptest! {
        /// Whatever an upstream says: name and value of the cookie stay.
        #[test]
        fn the_cookie_itself_is_not_touched(
            pair in "[ -:<-~]{0,12}",
            rest in "(; ?(path|domain|x)(=(/app|/other|up[.]internal|old[.]internal|/x)?)?){0,4}",
        ) {
            let line = format!("{pair}{rest}");
            if let Some(said) = cookies().said(line.as_bytes()) {
                let said = String::from_utf8(said.to_vec()).unwrap();
                prop_assert_eq!(said.split(';').next(), Some(&*pair));
                prop_assert!(HeaderValue::from_str(&said).is_ok());
            }
        }
    }
}
