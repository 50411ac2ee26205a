//! What `Cache-Control` says, of a request and of a reply (RFC 9111 section 5.2). It must not know
//! what follows from it.

use http::{HeaderMap, header};

use crate::limits::LONGEST;

/// What a request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OfRequest {
    pub(crate) no_store: bool,
    pub(crate) only_if_cached: bool,
    /// `no-cache`, `max-age=0`, or `Pragma: no-cache` where there is no `Cache-Control`.
    pub(crate) reload: bool,
}

/// What a reply says. Times are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OfReply {
    pub(crate) no_store: bool,
    pub(crate) no_cache: bool,
    pub(crate) private: bool,
    pub(crate) public: bool,
    pub(crate) no_transform: bool,
    /// `must-revalidate` or `proxy-revalidate`: nothing stale.
    pub(crate) must_revalidate: bool,
    pub(crate) max_age: Option<u64>,
    pub(crate) s_maxage: Option<u64>,
    pub(crate) stale_while_revalidate: Option<u64>,
    pub(crate) stale_if_error: Option<u64>,
}

impl OfRequest {
    /// Reads every line.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut said = Self::default();
        each(headers, |name, value| match name {
            "no-store" => said.no_store = true,
            "only-if-cached" => said.only_if_cached = true,
            "no-cache" => said.reload = true,
            "max-age" => said.reload |= seconds(value) == 0,
            _ => {}
        });
        if !headers.contains_key(header::CACHE_CONTROL) {
            let pragma = headers.get(header::PRAGMA);
            said.reload = pragma.is_some_and(|value| value.as_bytes() == b"no-cache");
        }
        said
    }
}

impl OfReply {
    /// Reads every line. Of two times the shorter counts, and one that is none is 0 (section 4.2.1).
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut said = Self::default();
        let shorter = |time: &mut Option<u64>, value: &str| {
            let other = time.unwrap_or(u64::MAX);
            *time = Some(seconds(value).min(other));
        };
        each(headers, |name, value| match name {
            "no-store" => said.no_store = true,
            // Some name fields; it is safe to take them for all of it.
            "no-cache" => said.no_cache = true,
            "private" => said.private = true,
            "public" => said.public = true,
            "no-transform" => said.no_transform = true,
            "must-revalidate" | "proxy-revalidate" => said.must_revalidate = true,
            "max-age" => shorter(&mut said.max_age, value),
            "s-maxage" => shorter(&mut said.s_maxage, value),
            "stale-while-revalidate" => shorter(&mut said.stale_while_revalidate, value),
            "stale-if-error" => shorter(&mut said.stale_if_error, value),
            _ => {}
        });
        said
    }
}

/// Calls `note` with each directive, its name in lower case.
fn each(headers: &HeaderMap, mut note: impl FnMut(&str, &str)) {
    for line in headers.get_all(header::CACHE_CONTROL) {
        // A line that is no text says nothing that we know, but it may have been to forbid.
        let line = line.to_str().unwrap_or("no-store");
        for directive in elements(line) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let name = name.trim().to_ascii_lowercase();
            note(&name, value.trim().trim_matches('"'));
        }
    }
}

/// The elements of a list, whose quoted strings may have commas.
pub(crate) fn elements(line: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    line.split(move |c: char| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted => escaped = true,
            ',' => return !quoted,
            _ => {}
        }
        false
    })
    .map(str::trim)
    .filter(|element| !element.is_empty())
}

/// Section 1.2.2.
fn seconds(value: &str) -> u64 {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    value.parse().unwrap_or(LONGEST).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().map(|line| {
            let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            (header::CACHE_CONTROL, line)
        });
        lines.collect()
    }

    #[test]
    fn of_replies() {
        let nothing = OfReply::default();
        let aged = |max_age| OfReply {
            max_age: Some(max_age),
            ..nothing
        };
        for (lines, expected) in [
            (&[][..], nothing),
            (&["max-age=60"], aged(60)),
            (&["Max-Age = 60"], aged(60)),
            (&["max-age=\"60\""], aged(60)),
            (&["max-age=60, max-age=30"], aged(30)),
            (&["max-age=60", "max-age=70"], aged(60)),
            (&["max-age"], aged(0)),
            (&["max-age=-1"], aged(0)),
            (&["max-age=1.5"], aged(0)),
            (&["max-age=99999999999999999999999"], aged(LONGEST)),
            (&["x=\"no-store, private\", max-age=1"], aged(1)),
            (&["x=\"a\\\", no-store\", max-age=1"], aged(1)),
            (&[",, ,max-age=1,,"], aged(1)),
            (
                &["private=\"x-secret\""],
                OfReply {
                    private: true,
                    ..nothing
                },
            ),
            (
                &["No-Cache=\"set-cookie\""],
                OfReply {
                    no_cache: true,
                    ..nothing
                },
            ),
            (
                &["\u{e9}"],
                OfReply {
                    no_store: true,
                    ..nothing
                },
            ),
            (
                &[
                    "public, s-maxage=9, stale-while-revalidate=8, stale-if-error=7, proxy-revalidate",
                ],
                OfReply {
                    public: true,
                    s_maxage: Some(9),
                    stale_while_revalidate: Some(8),
                    stale_if_error: Some(7),
                    must_revalidate: true,
                    ..nothing
                },
            ),
        ] {
            assert_eq!(OfReply::of(&headers(lines)), expected, "{lines:?}");
        }
    }

    #[test]
    fn of_requests() {
        let nothing = OfRequest::default();
        let reload = OfRequest {
            reload: true,
            ..nothing
        };
        for (lines, expected) in [
            (&[][..], nothing),
            (&["no-cache"], reload),
            (&["max-age=0"], reload),
            (&["max-age=5"], nothing),
            (
                &["no-store"],
                OfRequest {
                    no_store: true,
                    ..nothing
                },
            ),
            (
                &["only-if-cached"],
                OfRequest {
                    only_if_cached: true,
                    ..nothing
                },
            ),
        ] {
            assert_eq!(OfRequest::of(&headers(lines)), expected, "{lines:?}");
        }
        let pragma = |lines| {
            let mut headers = headers(lines);
            headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
            OfRequest::of(&headers).reload
        };
        assert!(pragma(&[]));
        assert!(!pragma(&["max-age=5"]));
    }

    proptest! {
        #[test]
        fn any_line_is_read_without_a_panic(line in "[ -~]{0,60}") {
            let headers = headers(&[&line]);
            let _ = (OfReply::of(&headers), OfRequest::of(&headers));
        }
    }
}
