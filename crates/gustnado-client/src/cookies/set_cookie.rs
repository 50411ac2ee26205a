//! A `Set-Cookie` field as the server at a URL means it (RFC 6265 section 5.2 and 5.3): a cookie, or
//! nothing. It must not know which other cookies there are.

use crate::{
    cookies::date,
    limits::{COOKIE, COOKIE_AGE, COOKIE_ATTRIBUTE},
    url::{Origin, Scheme, Url},
};

/// A cookie, and where it goes.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Cookie {
    pub(super) name: Box<[u8]>,
    pub(super) value: Box<[u8]>,
    /// In lower case.
    pub(super) domain: Box<str>,
    /// Whether it goes to that host alone, and to none below it.
    pub(super) host_only: bool,
    pub(super) path: Box<str>,
    /// Only by HTTPS.
    pub(super) secure: bool,
    /// In seconds since 1970; `None`: it stays as long as the jar.
    pub(super) expires: Option<i64>,
}

/// What was said beside name and value; of each the last counts.
#[derive(Default)]
struct Attributes<'a> {
    domain: Option<&'a [u8]>,
    path: Option<&'a [u8]>,
    expires: Option<i64>,
    max_age: Option<i64>,
    secure: bool,
}

/// Reads a field that came from a URL. `None` where it is none, or where that server may not set it.
pub(super) fn read(
    field: &[u8],
    url: &Url,
    now: i64,
    is_public_suffix: &dyn Fn(&str) -> bool,
) -> Option<Cookie> {
    let mut parts = field.split(|byte| *byte == b';');
    let (name, value) = pair(parts.next()?);
    let value = value?;
    if name.is_empty() || name.len() + value.len() > COOKIE || has_controls(field) {
        return None;
    }
    let attributes = attributes(parts, now);
    let (domain, host_only) = scope(attributes.domain, &url.origin, is_public_suffix)?;
    let path = attributes
        .path
        .and_then(|path| std::str::from_utf8(path).ok());
    let path = path.filter(|path| path.starts_with('/'));
    let cookie = Cookie {
        name: name.into(),
        value: value.into(),
        domain,
        host_only,
        path: path.unwrap_or_else(|| folder(url.target.path())).into(),
        secure: attributes.secure,
        expires: attributes.max_age.or(attributes.expires),
    };
    let by_tls = url.origin.scheme == Scheme::Https;
    // Who listens on a line without TLS must not set what is for one with it (RFC 6265bis section 5.7).
    let may = (by_tls || !cookie.secure) && keeps_its_word(&cookie, attributes.path == Some(b"/"));
    may.then_some(cookie)
}

fn attributes<'a>(parts: impl Iterator<Item = &'a [u8]>, now: i64) -> Attributes<'a> {
    let latest = now.saturating_add(COOKIE_AGE);
    let mut found = Attributes::default();
    for part in parts {
        let (name, value) = pair(part);
        let value = value.unwrap_or_default();
        if value.len() > COOKIE_ATTRIBUTE {
            continue;
        }
        if name.eq_ignore_ascii_case(b"secure") {
            found.secure = true;
        } else if name.eq_ignore_ascii_case(b"path") {
            found.path = Some(value);
        } else if name.eq_ignore_ascii_case(b"domain") {
            found.domain = Some(value.strip_prefix(b".").unwrap_or(value));
        } else if name.eq_ignore_ascii_case(b"expires") {
            found.expires = date::parse(value)
                .map(|at| at.min(latest))
                .or(found.expires);
        } else if name.eq_ignore_ascii_case(b"max-age") {
            let ends = seconds(value).map(|age| match age {
                ..=0 => i64::MIN,
                age => now.saturating_add(age).min(latest),
            });
            found.max_age = ends.or(found.max_age);
        }
    }
    found
}

/// Name and value, if there is one, without space around them.
fn pair(part: &[u8]) -> (&[u8], Option<&[u8]>) {
    match part.iter().position(|byte| *byte == b'=') {
        Some(at) => (part[..at].trim_ascii(), Some(part[at + 1..].trim_ascii())),
        None => (part.trim_ascii(), None),
    }
}

fn has_controls(field: &[u8]) -> bool {
    let control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    field.iter().any(control)
}

/// A number of seconds; more than can be counted is as many as can be.
fn seconds(value: &[u8]) -> Option<i64> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let most = if digits.len() < value.len() {
        i64::MIN
    } else {
        i64::MAX
    };
    let text = std::str::from_utf8(value).ok()?;
    Some(text.parse().unwrap_or(most))
}

/// Domain of a cookie, and whether it is that host's alone; `None` where the host may not speak for it.
fn scope(
    domain: Option<&[u8]>,
    origin: &Origin,
    is_public_suffix: &dyn Fn(&str) -> bool,
) -> Option<(Box<str>, bool)> {
    let host = &origin.host;
    let domain = domain.filter(|domain| !domain.is_empty());
    let Some(domain) = domain else {
        return Some((host.clone(), true));
    };
    let domain = std::str::from_utf8(domain).ok()?.to_ascii_lowercase();
    if *domain == **host {
        // Where nothing could be below it, it is said of the host alone (section 5.3, step 5).
        let alone = origin.ip().is_some() || is_public_suffix(&domain);
        return Some((domain.into(), alone));
    }
    let below = host.strip_suffix(&*domain);
    let below = below.is_some_and(|rest| rest.ends_with('.')) && origin.ip().is_none();
    (below && !is_public_suffix(&domain)).then(|| (domain.into(), false))
}

/// Whether a cookie is what its name promises (RFC 6265bis section 4.1.3).
fn keeps_its_word(cookie: &Cookie, says_root: bool) -> bool {
    let begins = |with: &[u8]| {
        let start = cookie.name.get(..with.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    if begins(b"__Host-") {
        return cookie.secure && cookie.host_only && says_root;
    }
    !begins(b"__Secure-") || cookie.secure
}

/// Where a cookie goes that does not say it: what is beside the page that set it (section 5.1.4).
fn folder(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(slash) => &path[..slash],
    }
}

/// Whether nobody but a registry is likely to own what is below a domain: it is one label, or two of
/// which the last stands for a country and the first for a kind, as in `co.uk` and `com.au`.
pub(super) fn looks_public(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    match domain.rsplit_once('.') {
        None => true,
        Some((kind, country)) => country.len() == 2 && kind.len() <= 3 && !kind.contains('.'),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(url: &str, field: &str) -> Option<String> {
        let url = Url::parse(url).unwrap();
        let cookie = read(field.as_bytes(), &url, 1_000, &looks_public)?;
        let text = |bytes: &[u8]| String::from_utf8(bytes.into()).unwrap();
        let host = if cookie.host_only { "=" } else { "." };
        let (secure, ends) = (cookie.secure, cookie.expires);
        Some(format!(
            "{}={} {host}{}{}{}{}",
            text(&cookie.name),
            text(&cookie.value),
            cookie.domain,
            cookie.path,
            if secure { " secure" } else { "" },
            ends.map(|at| format!(" {at}")).unwrap_or_default()
        ))
    }

    #[test]
    fn what_a_server_says_becomes_a_cookie() {
        let table = [
            ("a=b", "a=b =x.a.test/p"),
            (" a = b c ; Path=/ ", "a=b c =x.a.test/"),
            ("a=\"b\"", "a=\"b\" =x.a.test/p"),
            ("a=", "a= =x.a.test/p"),
            ("a=b=c", "a=b=c =x.a.test/p"),
            ("a=b; path=q", "a=b =x.a.test/p"),
            ("a=b; PATH=/q/r; path=", "a=b =x.a.test/p"),
            ("a=b; Domain=x.a.test", "a=b .x.a.test/p"),
            ("a=b; Domain=.A.Test; Path=/", "a=b .a.test/"),
            ("a=b; Domain=; Path=/", "a=b =x.a.test/"),
            (
                "a=b; Secure; HttpOnly; SameSite=Lax",
                "a=b =x.a.test/p secure",
            ),
            ("a=b; Max-Age=60", "a=b =x.a.test/p 1060"),
            (
                "a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:01 GMT",
                "a=b =x.a.test/p 1060",
            ),
            (
                "a=b; Expires=Thu, 01 Jan 1970 00:00:01 GMT",
                "a=b =x.a.test/p 1",
            ),
            ("a=b; Expires=soon", "a=b =x.a.test/p"),
            ("a=b; Max-Age=1.5", "a=b =x.a.test/p"),
            ("a=b; Max-Age=0", "a=b =x.a.test/p -9223372036854775808"),
            (
                "a=b; Max-Age=-99999999999999999999",
                "a=b =x.a.test/p -9223372036854775808",
            ),
            // 400 days at most.
            (
                "a=b; Max-Age=99999999999999999999",
                "a=b =x.a.test/p 34561000",
            ),
            (
                "a=b; Expires=Fri, 31-Dec-9999 23:59:59 GMT",
                "a=b =x.a.test/p 34561000",
            ),
            ("__Host-a=b; Secure; Path=/", "__Host-a=b =x.a.test/ secure"),
            (
                "__Secure-a=b; Secure; Domain=a.test",
                "__Secure-a=b .a.test/p secure",
            ),
        ];
        for (field, expected) in table {
            let found = set("https://x.a.test/p/page?q", field);
            assert_eq!(found.as_deref(), Some(expected), "{field}");
        }
    }

    #[test]
    fn what_it_may_not_say_is_dropped() {
        let table = [
            ("https://x.a.test/", ""),
            ("https://x.a.test/", "a"),
            ("https://x.a.test/", "=b"),
            ("https://x.a.test/", "a=b\x01c"),
            ("https://x.a.test/", "a=b; Domain=b.test"),
            ("https://x.a.test/", "a=b; Domain=y.x.a.test"),
            ("https://x.a.test/", "a=b; Domain=.test"),
            ("https://x.a.test/", "a=b; Domain=a.test."),
            ("https://xa.test/", "a=b; Domain=a.test"),
            ("https://x.co.uk/", "a=b; Domain=co.uk"),
            ("https://x.com.au/", "a=b; Domain=com.au"),
            ("https://a.com./", "a=b; Domain=com."),
            ("https://127.0.0.1/", "a=b; Domain=0.0.1"),
            ("https://[::1]/", "a=b; Domain=1"),
            ("http://x.a.test/", "a=b; Secure"),
            ("http://x.a.test/", "__Secure-a=b"),
            ("https://x.a.test/", "__secure-a=b"),
            ("https://x.a.test/", "__Host-a=b; Path=/"),
            ("https://x.a.test/", "__Host-a=b; Secure"),
            (
                "https://x.a.test/",
                "__Host-a=b; Secure; Path=/; Domain=x.a.test",
            ),
        ];
        for (url, field) in table {
            assert_eq!(set(url, field), None, "{url} {field}");
        }
        let long = "a".repeat(COOKIE);
        assert_eq!(set("http://a.test/", &format!("a={long}")), None);
        let path = format!("a=b; Path=/{long}");
        assert_eq!(
            set("http://a.test/", &path).as_deref(),
            Some("a=b =a.test/")
        );
    }

    #[test]
    fn a_host_that_may_own_nothing_below_it_has_it_alone() {
        let table = [
            (
                "http://localhost/",
                "a=b; Domain=localhost",
                "a=b =localhost/",
            ),
            (
                "http://127.0.0.1/",
                "a=b; Domain=127.0.0.1",
                "a=b =127.0.0.1/",
            ),
            ("http://t.co/", "a=b; Domain=t.co", "a=b =t.co/"),
            ("http://a.test/", "a=b; Domain=a.test", "a=b .a.test/"),
            (
                "http://a.example.uk/",
                "a=b; Domain=example.uk",
                "a=b .example.uk/",
            ),
        ];
        for (url, field, expected) in table {
            assert_eq!(set(url, field).as_deref(), Some(expected), "{url} {field}");
        }
    }

    #[test]
    fn without_a_path_it_goes_to_what_is_beside_the_page() {
        let table = [("/", "/"), ("/a", "/"), ("/a/", "/a"), ("/a/b?c/d", "/a")];
        for (target, expected) in table {
            let found = set(&format!("http://a.test{target}"), "a=b").unwrap();
            assert_eq!(found, format!("a=b =a.test{expected}"), "{target}");
        }
    }

    proptest! {
        /// Whatever a server says, it speaks for itself or for what is above it, and never for all.
        #[test]
        fn nobody_speaks_for_others(host in "[a-c]{1,2}(\\.[a-c]{1,4}){0,3}", field in "a=b; ?domain=\\.?[a-c.]{0,8}") {
            let url = Url::parse(&format!("http://{host}/")).unwrap();
            if let Some(cookie) = read(field.as_bytes(), &url, 0, &looks_public) {
                let domain = &*cookie.domain;
                let above = format!(".{domain}");
                prop_assert!(domain == host || host.ends_with(&above));
                prop_assert!(cookie.host_only || !looks_public(domain));
            }
        }
    }
}
