//! A cookie to be set, and the one line it becomes (RFC 6265bis). What would split or spoil that
//! line is an error. It must not know what cookies mean to an application.

use std::{borrow::Cow, fmt::Write as _, time::Duration};

use http::{HeaderValue, header::SET_COOKIE};

use crate::{error::Error, limits::COOKIE, response::Response};

/// A cookie for the client to keep; see [`IntoResponse::with_cookie`](super::IntoResponse::with_cookie).
///
/// It holds for the whole site (`Path=/`), scripts cannot read it (`HttpOnly`), requests begun by
/// other sites do not carry it but for links that are followed (`SameSite=Lax`), and it ends with
/// the browser's session. Set [`secure`](Self::secure) where the site is served by HTTPS alone.
///
/// ```
/// # use gustnado_core as gustnado;
/// use std::time::Duration;
/// use gustnado::{IntoResponse, SetCookie};
///
/// let week = Duration::from_secs(7 * 24 * 60 * 60);
/// let reply = "hello".with_cookie(SetCookie::new("theme", "dark").max_age(week));
/// let response = reply.into_response()?;
/// assert_eq!(
///     response.headers()["set-cookie"],
///     "theme=dark; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"
/// );
/// # Ok::<(), gustnado::Error>(())
/// ```
///
/// # Names and values
///
/// A name is a token, a value has no spaces, quotes, commas, semicolons, backslashes or letters
/// beyond ASCII (section 4.1.1): write other text in hexadecimal, Base64 or percent-encoded. What
/// cannot be written makes the answer a 500 whose cause is logged. So does a cookie above 4,096
/// bytes, which browsers ignore without a word.
///
/// A name that begins with `__Secure-` or `__Host-` is kept by browsers only with what it promises,
/// so the cookie gets it whatever was asked for: `Secure`, and for `__Host-` also `Path=/` and no
/// `Domain`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a cookie is set by `with_cookie`"]
pub struct SetCookie {
    name: Cow<'static, str>,
    value: Cow<'static, str>,
    max_age: Option<Duration>,
    domain: Option<Cow<'static, str>>,
    path: Cow<'static, str>,
    secure: bool,
    http_only: bool,
    same_site: SameSite,
}

/// Which requests that other sites begin carry a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SameSite {
    /// None of them.
    Strict,
    /// Links that are followed, with GET.
    #[default]
    Lax,
    /// All of them. Browsers want such a cookie to be `Secure`, so it is.
    None,
}

impl SetCookie {
    /// A cookie with this name and value.
    pub fn new(name: impl Into<Cow<'static, str>>, value: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            max_age: None,
            domain: None,
            path: "/".into(),
            secure: false,
            http_only: true,
            same_site: SameSite::Lax,
        }
    }

    /// Makes the client forget a cookie. Path and domain must be those it was set with.
    pub fn remove(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(name, "").max_age(Duration::ZERO)
    }

    /// For how long the client keeps it, in whole seconds. Browsers take 400 days at most.
    pub fn max_age(mut self, time: Duration) -> Self {
        self.max_age = Some(time);
        self
    }

    /// Ends it with the browser's session, as without [`max_age`](Self::max_age).
    pub fn session(mut self) -> Self {
        self.max_age = None;
        self
    }

    /// Sends it to this host and all below it. Without, it goes to the host that set it alone.
    pub fn domain(mut self, domain: impl Into<Cow<'static, str>>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sends it with requests for this path and those below it; `/` unless set.
    pub fn path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = path.into();
        self
    }

    /// Whether it is sent by HTTPS alone; not unless set.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Whether scripts in a page cannot read it; they cannot unless set.
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Which requests that other sites begin carry it; [`SameSite::Lax`] unless set.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// The value of `Set-Cookie` (section 4.1).
    fn line(&self) -> Result<HeaderValue, Error> {
        self.check().map_err(|why| {
            Error::internal(format!("the cookie {:?} cannot be set: {why}", self.name))
        })?;
        let host = has_prefix(&self.name, "__Host-");
        let secure = host
            || self.secure
            || self.same_site == SameSite::None
            || has_prefix(&self.name, "__Secure-");
        let mut line = format!("{}={}; Path=", self.name, self.value);
        line.push_str(if host { "/" } else { &self.path });
        if let Some(domain) = self.domain.as_ref().filter(|_| !host) {
            let _ = write!(line, "; Domain={domain}");
        }
        if let Some(time) = self.max_age {
            let _ = write!(line, "; Max-Age={}", time.as_secs());
        }
        if secure {
            line.push_str("; Secure");
        }
        if self.http_only {
            line.push_str("; HttpOnly");
        }
        line.push_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        });
        HeaderValue::try_from(line).map_err(Error::internal)
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.name.is_empty() || !self.name.bytes().all(is_token) {
            return Err("its name is no token (RFC 6265bis section 4.1.1)");
        }
        if !unquoted(&self.value).bytes().all(is_octet) {
            return Err("its value has bytes that a cookie cannot have; encode it");
        }
        if self.name.len() + self.value.len() > COOKIE {
            return Err("it is too large, and browsers would ignore it");
        }
        if !self.path.starts_with('/') || !self.path.bytes().all(is_of_path) {
            return Err("its path does not begin with `/`, or cannot be written");
        }
        if !self.domain.as_deref().is_none_or(is_domain) {
            return Err("its domain is no host name");
        }
        Ok(())
    }
}

impl Response {
    /// Sets a cookie, in place of one of the same name.
    ///
    /// # Errors
    /// 500 when the cookie cannot be written; see [`SetCookie`].
    pub fn set_cookie(&mut self, cookie: &SetCookie) -> Result<(), Error> {
        let line = cookie.line()?;
        let headers = self.headers_mut();
        let is_other = |line: &HeaderValue| name_of(line) != cookie.name.as_bytes();
        if headers.contains_key(SET_COOKIE) {
            let before = headers.get_all(SET_COOKIE).iter();
            let others: Vec<_> = before.filter(|line| is_other(line)).cloned().collect();
            headers.remove(SET_COOKIE);
            for other in others {
                headers.append(SET_COOKIE, other);
            }
        }
        headers.append(SET_COOKIE, line);
        Ok(())
    }
}

fn name_of(line: &HeaderValue) -> &[u8] {
    let line = line.as_bytes();
    let end = line.iter().position(|byte| matches!(byte, b'=' | b';'));
    line[..end.unwrap_or(line.len())].trim_ascii()
}

/// Browsers compare them without regard to case (section 5.7).
fn has_prefix(name: &str, prefix: &str) -> bool {
    let start = name.as_bytes().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// A character of a token (RFC 9110 section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The value without the quotes that it may stand in.
fn unquoted(value: &str) -> &str {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(value)
}

/// `cookie-octet` (RFC 6265bis section 4.1.1).
fn is_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

fn is_of_path(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b';'
}

fn is_domain(domain: &str) -> bool {
    let byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    !domain.is_empty() && domain.bytes().all(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cookie: &SetCookie) -> String {
        cookie.line().unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn lines() {
        let new = || SetCookie::new("a", "b");
        let table = [
            (new(), "a=b; Path=/; HttpOnly; SameSite=Lax"),
            (new().http_only(false), "a=b; Path=/; SameSite=Lax"),
            (new().path("/x y"), "a=b; Path=/x y; HttpOnly; SameSite=Lax"),
            (
                new().domain("example.org").secure(true),
                "a=b; Path=/; Domain=example.org; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                new()
                    .same_site(SameSite::Strict)
                    .max_age(Duration::from_millis(2900)),
                "a=b; Path=/; Max-Age=2; HttpOnly; SameSite=Strict",
            ),
            (
                new().max_age(Duration::MAX).session(),
                "a=b; Path=/; HttpOnly; SameSite=Lax",
            ),
            (
                new().same_site(SameSite::None).secure(false),
                "a=b; Path=/; Secure; HttpOnly; SameSite=None",
            ),
            (
                SetCookie::remove("a").path("/x"),
                "a=; Path=/x; Max-Age=0; HttpOnly; SameSite=Lax",
            ),
            (
                SetCookie::new("__Secure-a", "b").path("/x").secure(false),
                "__Secure-a=b; Path=/x; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                SetCookie::new("__host-a", "b")
                    .path("/x")
                    .domain("example.org"),
                "__host-a=b; Path=/; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                SetCookie::new("a", "\"b\""),
                "a=\"b\"; Path=/; HttpOnly; SameSite=Lax",
            ),
        ];
        for (cookie, expected) in table {
            assert_eq!(line(&cookie), expected);
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let new = || SetCookie::new("a", "b");
        let table = [
            SetCookie::new("", "b"),
            SetCookie::new("a b", "b"),
            SetCookie::new("a=b", "b"),
            SetCookie::new("a;", "b"),
            SetCookie::new("a\r\nx: y", "b"),
            SetCookie::new("ä", "b"),
            SetCookie::new("a", "b; Domain=example.org"),
            SetCookie::new("a", "b\r\nx: y"),
            SetCookie::new("a", "b c"),
            SetCookie::new("a", "b,c"),
            SetCookie::new("a", "b\\c"),
            SetCookie::new("a", "\"b"),
            SetCookie::new("a", "\""),
            SetCookie::new("a", "b\0"),
            SetCookie::new("a", "ä"),
            SetCookie::new("a", "b".repeat(4096)),
            new().path("x"),
            new().path(""),
            new().path("/x; Secure"),
            new().path("/x\r\nx: y"),
            new().path("/ä"),
            new().domain(""),
            new().domain("a; Secure"),
            new().domain("a\r\nx: y"),
        ];
        for cookie in table {
            let error = cookie.line().expect_err(&format!("{cookie:?}"));
            assert_eq!(error.status(), 500);
            assert!(
                error
                    .source()
                    .unwrap()
                    .to_string()
                    .contains("cannot be set")
            );
        }
        assert!(SetCookie::new("a", "b".repeat(4095)).line().is_ok());
    }

    #[test]
    fn the_last_of_a_name_is_set() {
        let mut response = Response::new(200);
        for (name, value) in [("a", "1"), ("b", "2"), ("a", "3"), ("c", "4"), ("b", "5")] {
            response.set_cookie(&SetCookie::new(name, value)).unwrap();
        }
        let lines = response.headers().get_all(SET_COOKIE).iter();
        let pairs: Vec<_> = lines
            .map(|line| line.to_str().unwrap().split(';').next().unwrap())
            .collect();
        assert_eq!(pairs, ["a=3", "c=4", "b=5"]);
    }
}
