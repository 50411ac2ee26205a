//! URL path → relative path of a file, or nothing: decoded once, and refused unless it can only
//! name something below the root. It must not know the disk.

use std::{borrow::Cow, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::limits;

/// A path that is safe to look for below the root.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Resolved<'a> {
    /// Decoded, relative, its segments divided by `/`, with none at either end. Empty: the root.
    pub(crate) path: Cow<'a, str>,
    /// Whether the URL ended in `/`.
    pub(crate) slash: bool,
}

/// Whose rules for names apply beside those of every system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Unix,
    Windows,
}

impl Names {
    /// Those of the system that this was built for.
    pub(crate) const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else {
        Self::Unix
    };
}

/// Reads what follows the mount's prefix in a request's path: empty, or beginning with `/`.
///
/// Nothing for a path with an empty segment, `.` or `..`, a name that begins with a dot (but
/// `.well-known`, RFC 8615), a name that is too long, a control character, a backslash, a slash
/// that was encoded (no file's name has one), or bytes that are no UTF-8.
pub(crate) fn resolve(tail: &str, names: Names) -> Option<Resolved<'_>> {
    if tail.is_empty() {
        let path = Cow::Borrowed("");
        return Some(Resolved { path, slash: false });
    }
    if !tail.contains('%') {
        let (path, slash) = trimmed(tail)?;
        let path = Cow::Borrowed(path);
        return safe(&path, names).then_some(Resolved { path, slash });
    }
    let decoded = percent_decode_str(tail).decode_utf8().ok()?;
    let slashes = |text: &str| text.bytes().filter(|byte| *byte == b'/').count();
    if slashes(&decoded) != slashes(tail) {
        return None;
    }
    let (path, slash) = trimmed(&decoded)?;
    let path = Cow::Owned(path.to_owned());
    safe(&path, names).then_some(Resolved { path, slash })
}

/// The path without the slashes at its ends, and whether there was one at the second.
fn trimmed(path: &str) -> Option<(&str, bool)> {
    let path = path.strip_prefix('/')?;
    if path.is_empty() {
        return Some(("", true));
    }
    Some(match path.strip_suffix('/') {
        Some("") => return None,
        Some(path) => (path, true),
        None => (path, false),
    })
}

/// Whether a path, decoded and relative, is one that [`resolve`] could give for a file.
pub(crate) fn is_file_path(path: &str, names: Names) -> bool {
    !path.is_empty() && safe(path, names)
}

fn safe(path: &str, names: Names) -> bool {
    path.is_empty() || path.split('/').all(|name| safe_name(name, names))
}

/// Whether a name can be asked for.
pub(crate) fn safe_name(name: &str, names: Names) -> bool {
    if name.is_empty() || name.len() > limits::NAME {
        return false;
    }
    if name.starts_with('.') && name != ".well-known" {
        return false;
    }
    if name
        .bytes()
        .any(|byte| byte < b' ' || byte == 0x7f || byte == b'\\')
    {
        return false;
    }
    names == Names::Unix || safe_on_windows(name)
}

/// Whether Windows takes the name for a file of that name: no device, no stream of another file,
/// no character that it drops or forbids, no short name of another file.
fn safe_on_windows(name: &str) -> bool {
    if name.ends_with(['.', ' ']) || name.contains([':', '<', '>', '"', '|', '?', '*']) {
        return false;
    }
    if name
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b'~' && pair[1].is_ascii_digit())
    {
        return false;
    }
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let is = |device: &&str| stem.eq_ignore_ascii_case(device);
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
        .iter()
        .any(is)
    {
        return false;
    }
    let mut characters = stem.chars();
    let port: String = characters.by_ref().take(3).collect();
    let numbered = port.eq_ignore_ascii_case("COM") || port.eq_ignore_ascii_case("LPT");
    let digit = matches!(characters.next(), Some('0'..='9' | '¹' | '²' | '³'));
    !(numbered && digit && characters.next().is_none())
}

/// All but the unreserved characters (RFC 3986 section 2.3) and the `/` between segments.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The path of a file as it stands in a URL.
pub(crate) fn encoded(path: &str) -> impl fmt::Display {
    utf8_percent_encode(path, PATH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(tail: &str) -> Option<(String, bool)> {
        resolve(tail, Names::Unix).map(|found| (found.path.into_owned(), found.slash))
    }

    // Rule 69
    #[test]
    fn what_it_reads() {
        for (tail, expected, slash) in [
            ("", "", false),
            ("/", "", true),
            ("/a.js", "a.js", false),
            ("/a/b/c.css", "a/b/c.css", false),
            ("/dir/", "dir", true),
            ("/with%20space.txt", "with space.txt", false),
            ("/100%25.txt", "100%.txt", false),
            ("/a+b.txt", "a+b.txt", false),
            ("/gr%C3%BC%C3%9Fe.txt", "grüße.txt", false),
            (
                "/.well-known/security.txt",
                ".well-known/security.txt",
                false,
            ),
            ("/a..b", "a..b", false),
            ("/%61.js", "a.js", false),
            // Decoded once: this is a file with a percent sign in its name.
            ("/%252e%252e/x", "%2e%2e/x", false),
            ("/aux.js", "aux.js", false),
        ] {
            assert_eq!(path(tail), Some((expected.to_owned(), slash)), "{tail}");
        }
    }

    #[test]
    fn a_plain_path_is_borrowed() {
        let found = resolve("/a/b.js", Names::Unix).unwrap();
        assert!(matches!(found.path, Cow::Borrowed("a/b.js")));
    }

    // Rules 61, 63, 66
    #[test]
    fn what_it_refuses() {
        let long = format!("/{}", "n".repeat(256));
        for tail in [
            "x",
            "//",
            "//host",
            "//..//",
            "/a//b",
            "/a//",
            "/..",
            "/../x",
            "/a/../b",
            "/a/..",
            "/.",
            "/./a",
            "/%2e%2e/x",
            "/%2E%2e%2fx",
            "/.%2e/x",
            "/a%2fb",
            "/%2f%2fhost",
            "/..%5cx",
            "/a\\b",
            "/%5c%5chost",
            "/a%00.js",
            "/%00",
            "/a%0d%0ab",
            "/%ff",
            "/%c0%ae%c0%ae/x",
            "/%c0%af",
            "/.git/config",
            "/a/.env",
            "/a/.git/b",
            "/.well-known/.hidden",
            "/.well-known2/x",
            long.as_str(),
        ] {
            assert_eq!(path(tail), None, "{tail}");
        }
    }

    // Rule 64
    #[test]
    fn windows_refuses_more() {
        for tail in [
            "/nul",
            "/NUL.txt",
            "/con",
            "/a/aux.js",
            "/com1",
            "/LPT9.log",
            "/com¹",
            "/conin$",
            "/file.txt.",
            "/file.txt%20",
            "/file.txt::$DATA",
            "/c:x",
            "/PROGRA~1",
            "/a%3fb",
        ] {
            assert_eq!(resolve(tail, Names::Windows), None, "{tail}");
        }
        for tail in ["/console.js", "/com10", "/lpt", "/a~b.txt", "/nullable.js"] {
            assert!(resolve(tail, Names::Windows).is_some(), "{tail}");
        }
    }

    proptest! {
        #[test]
        fn what_is_resolved_stays_below_the_root(tail in "(/|\\.|%2e|%2f|%5c|%00|%ff|\\\\|[a-c]|%25|:){0,24}") {
            if let Some(found) = resolve(&tail, Names::Unix) {
                prop_assert!(!found.path.starts_with('/') && !found.path.contains("//"));
                prop_assert!(!found.path.contains('\\') && !found.path.contains('\0'));
                for name in found.path.split('/').filter(|_| !found.path.is_empty()) {
                    prop_assert!(!name.is_empty() && !name.starts_with('.'));
                }
            }
        }

        #[test]
        fn anything_is_read_without_a_panic(tail in ".{0,64}") {
            let _ = resolve(&tail, Names::Unix);
            let _ = resolve(&tail, Names::Windows);
        }

        #[test]
        fn encoding_does_not_change_what_is_named(name in "[a-zA-Z0-9 üß+&=;,@-]{1,20}") {
            let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(path(&format!("/{encoded}")), Some((name, false)));
        }
    }
}
