//! How long an answer may be kept by whoever receives it: the values of `Cache-Control`. It must
//! not know which files they are for.

use std::time::Duration;

use http::HeaderValue;

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
            Self::MaxAge(age) => {
                HeaderValue::try_from(format!("max-age={}", age.as_secs())).unwrap_or_else(|_| {
                    // Digits are always a header value.
                    HeaderValue::from_static("no-cache")
                })
            }
        }
    }
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

    use http::HeaderValue;

    use super::{CacheControl, forbids_coding};

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
            (CacheControl::NoStore, "no-store"),
            (
                CacheControl::Custom(custom),
                "max-age=1, stale-while-revalidate=60",
            ),
        ] {
            assert_eq!(policy.into_header(), expected);
        }
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
