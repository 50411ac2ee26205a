//! How long an answer may be kept by whoever receives it: the values of `Cache-Control`. It must
//! not know which files they are for.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};

/// How long browsers and proxies may keep a file: the value of `Cache-Control` (RFC 9111).
///
/// ```
/// use std::time::Duration;
/// # use gustnado_static as gustnado;
/// use gustnado::{CacheControl, StaticFiles};
///
/// StaticFiles::new("static")
///     .cache_control("**", CacheControl::MaxAge(Duration::from_secs(60)))
///     .cache_control("assets/**", CacheControl::Immutable);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheControl {
    /// `no-cache`: kept, and asked for again each time; an unchanged file costs a 304. The
    /// default.
    #[default]
    NoCache,
    /// `max-age=…` in whole seconds: used so long without asking.
    MaxAge(Duration),
    /// `max-age=…, stale-while-revalidate=…` in whole seconds: used so long without asking, and so
    /// long after that while the browser or proxy asks for a new one behind the user's back (RFC
    /// 5861).
    StaleWhileRevalidate {
        /// How long it is fresh.
        max_age: Duration,
        /// How long after that it may still be used.
        stale: Duration,
    },
    /// `max-age=31536000, immutable`: never asked for again. Only for files whose name changes
    /// with their content.
    Immutable,
    /// `no-store`: not kept.
    NoStore,
    /// Any other value, sent as it is.
    Custom(HeaderValue),
}

impl CacheControl {
    /// The value of the header field.
    pub(crate) fn into_header(self) -> HeaderValue {
        match self {
            Self::NoCache => HeaderValue::from_static("no-cache"),
            Self::Immutable => HeaderValue::from_static("max-age=31536000, immutable"),
            Self::NoStore => HeaderValue::from_static("no-store"),
            Self::Custom(value) => value,
            Self::MaxAge(age) => ascii(&format!("max-age={}", age.as_secs())),
            Self::StaleWhileRevalidate { max_age, stale } => {
                let (fresh, stale) = (max_age.as_secs(), stale.as_secs());
                ascii(&format!("max-age={fresh}, stale-while-revalidate={stale}"))
            }
        }
    }
}

/// Words and digits, which are always a header value.
fn ascii(text: &str) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("no-cache"))
}

/// The policy of an answer whose URL names a content, in place of the file's own: for ever if it is
/// the content that is sent. If not, the URL is that of an older or newer version, and what is
/// sent must not stay under it.
pub(crate) fn by_url(headers: &mut HeaderMap, is_that: bool) {
    if has_directive(headers, &["no-store", "private"]) {
        return;
    }
    let policy = if is_that {
        CacheControl::Immutable
    } else {
        CacheControl::NoCache
    };
    headers.insert(header::CACHE_CONTROL, policy.into_header());
}

/// The policy of an answer that is for one client alone, unless the file's own keeps it from shared
/// caches (RFC 9111 section 5.2.2.7).
pub(crate) fn for_one(headers: &mut HeaderMap) {
    if !has_directive(headers, &["no-store", "private"]) {
        let value = HeaderValue::from_static("private, no-cache");
        headers.insert(header::CACHE_CONTROL, value);
    }
}

/// Whether a `Cache-Control` has one of these directives.
fn has_directive(headers: &HeaderMap, names: &[&str]) -> bool {
    let lines = headers.get_all(header::CACHE_CONTROL).iter();
    let texts = lines.filter_map(|line| line.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|directive| {
        // `private="set-cookie"` hides one field, not the answer.
        names
            .iter()
            .any(|name| directive.trim().eq_ignore_ascii_case(name))
    })
}

/// Whether a `Cache-Control` forbids changing the bytes on their way (section 5.2.2.6).
pub(crate) fn forbids_coding(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|value| {
        value
            .split(',')
            .any(|directive| directive.trim().eq_ignore_ascii_case("no-transform"))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue, header};

    use super::{CacheControl, by_url, for_one, forbids_coding};

    #[test]
    fn values() {
        let custom = HeaderValue::from_static("max-age=1, stale-while-revalidate=60");
        for (policy, expected) in [
            (CacheControl::default(), "no-cache"),
            (CacheControl::MaxAge(Duration::ZERO), "max-age=0"),
            (
                CacheControl::MaxAge(Duration::from_millis(61_900)),
                "max-age=61",
            ),
            (CacheControl::Immutable, "max-age=31536000, immutable"),
            (
                CacheControl::StaleWhileRevalidate {
                    max_age: Duration::from_secs(60),
                    stale: Duration::from_secs(3600),
                },
                "max-age=60, stale-while-revalidate=3600",
            ),
            (CacheControl::NoStore, "no-store"),
            (
                CacheControl::Custom(custom),
                "max-age=1, stale-while-revalidate=60",
            ),
        ] {
            assert_eq!(policy.into_header(), expected);
        }
    }

    fn changed(before: &'static str, change: impl FnOnce(&mut HeaderMap)) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(before));
        change(&mut headers);
        headers
    }

    #[test]
    fn a_url_that_names_a_content_decides() {
        for (before, right, wrong) in [
            ("no-cache", "max-age=31536000, immutable", "no-cache"),
            (
                "public, max-age=60",
                "max-age=31536000, immutable",
                "no-cache",
            ),
            ("no-store", "no-store", "no-store"),
            (
                "max-age=1, Private",
                "max-age=1, Private",
                "max-age=1, Private",
            ),
        ] {
            for (is_that, expected) in [(true, right), (false, wrong)] {
                let headers = changed(before, |headers| by_url(headers, is_that));
                assert_eq!(
                    headers[header::CACHE_CONTROL],
                    expected,
                    "{before} {is_that}"
                );
            }
        }
    }

    #[test]
    fn what_is_for_one_is_kept_from_shared_caches() {
        for (before, expected) in [
            ("max-age=31536000, immutable", "private, no-cache"),
            ("public, max-age=60", "private, no-cache"),
            ("private=\"set-cookie\"", "private, no-cache"),
            ("private, max-age=60", "private, max-age=60"),
            ("no-store", "no-store"),
        ] {
            let headers = changed(before, for_one);
            assert_eq!(headers[header::CACHE_CONTROL], expected, "{before}");
        }
        let mut none = HeaderMap::new();
        for_one(&mut none);
        assert_eq!(none[header::CACHE_CONTROL], "private, no-cache");
    }

    #[test]
    fn no_transform_is_a_directive_not_a_part_of_one() {
        let forbids = |text| forbids_coding(&HeaderValue::from_static(text));
        assert!(forbids("no-transform"));
        assert!(forbids("max-age=1, No-Transform"));
        assert!(!forbids("max-age=1"));
        assert!(!forbids("x-no-transform-y"));
    }
}
