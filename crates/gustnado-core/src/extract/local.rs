//! URLs on this site: what a redirect may be sent to although somebody else chose it. It must not
//! know routes.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::{param::FromParam, unreadable::ParamError};
use crate::describe::TextKind;

/// A URL on this site: a path, with a query or fragment where it has one.
///
/// Where to go on after a login comes with the request, and so from anyone who can write a link. A
/// redirect to it sends users to another site under the name of this one. As an input of this type
/// it cannot: what is not on this site is a 400.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{LocalUrl, Redirect};
///
/// assert!(LocalUrl::new("/users?page=2#last").is_some());
/// assert!(LocalUrl::new("https://example.org/").is_none());
/// assert!(LocalUrl::new("//example.org/").is_none());
///
/// /// As `#[query(default = "/")] next: LocalUrl`.
/// async fn post(next: LocalUrl) -> Redirect {
///     Redirect::see_other(next)
/// }
/// ```
///
/// It begins with one `/`, and has neither backslashes, which browsers take for slashes, nor control
/// characters, which they leave out. Spaces and letters beyond ASCII are percent-encoded, so that it
/// can be sent as it is. The default is `/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalUrl(String);

impl LocalUrl {
    /// The URL, if it is on this site.
    #[must_use]
    pub fn new(url: &str) -> Option<Self> {
        let path = url.strip_prefix('/')?;
        let elsewhere =
            path.starts_with('/') || url.contains(|c: char| c == '\\' || c.is_control());
        (!elsewhere).then(|| Self(utf8_percent_encode(url, NOT_IN_URLS).to_string()))
    }

    /// The URL, as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What no part of a URL has (RFC 3986 appendix A), but for `%`, which is taken to be an escape.
const NOT_IN_URLS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl FromParam for LocalUrl {
    fn kind() -> TextKind {
        TextKind::text().pattern("^/([^/]|$)")
    }

    fn from_param(text: &str) -> Result<Self, ParamError> {
        Self::new(text).ok_or_else(|| ParamError::expected("a path on this site, such as `/home`"))
    }
}

impl Default for LocalUrl {
    fn default() -> Self {
        Self("/".into())
    }
}

impl fmt::Display for LocalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<LocalUrl> for String {
    fn from(url: LocalUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let same = |url| (url, Some(url));
        let table = [
            same("/"),
            same("/users/1?page=2&x=%20#last"),
            same("/a//b"),
            same("/https://example.org/"),
            same("/@example.org"),
            same("/.//example.org"),
            ("/caf\u{e9} x", Some("/caf%C3%A9%20x")),
            ("/a\u{202e}b", Some("/a%E2%80%AEb")),
            ("", None),
            ("home", None),
            ("?a=b", None),
            (" /", None),
            ("//example.org", None),
            ("///example.org", None),
            ("/\\example.org", None),
            ("\\\\example.org", None),
            ("/a\\b", None),
            ("/\t/example.org", None),
            ("/\n/example.org", None),
            ("\t//example.org", None),
            ("/a\r\nset-cookie: b=c", None),
            ("/a\0", None),
            ("/a\u{7f}", None),
            ("/a\u{85}", None),
            ("https://example.org", None),
            ("https:/example.org", None),
            ("javascript:alert(1)", None),
        ];
        for (url, expected) in table {
            let local = LocalUrl::new(url);
            assert_eq!(local.as_ref().map(LocalUrl::as_str), expected, "{url:?}");
        }
    }
}
