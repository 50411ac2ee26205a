//! Which answers are offered as dictionaries: `Use-As-Dictionary` (RFC 9842 section 2.1). It must not know
//! files.

use http::{HeaderMap, HeaderName, header};

use crate::directive::OfReply;

/// The field that offers an answer.
pub(crate) const USE_AS_DICTIONARY: HeaderName = HeaderName::from_static("use-as-dictionary");

/// Whether an answer with these fields may be offered: it says how long it is fresh, and is for everyone. A
/// dictionary is good as long as the answer is (section 2.2.1).
pub(crate) fn is_offered(headers: &HeaderMap) -> bool {
    let said = OfReply::of(headers);
    let is_fresh = !said.no_cache && said.max_age.is_some_and(|seconds| seconds > 0);
    is_fresh && !said.no_transform && is_for_everyone(headers)
}

/// Whether an answer with these fields is nobody's own: that would show in the lengths of what is coded by it
/// (section 9.2).
pub(crate) fn is_for_everyone(headers: &HeaderMap) -> bool {
    let said = OfReply::of(headers);
    !said.private && !said.no_store && !headers.contains_key(header::SET_COOKIE)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    // Rules 55 and 57
    #[test]
    fn only_what_is_fresh_for_a_time_and_for_everyone_is_offered() {
        for (lines, offered) in [
            (&["max-age=31536000, immutable"][..], true),
            (&["public", "Max-Age=60"], true),
            (&["max-age=60, stale-while-revalidate=60"], true),
            (&["max-age=\"60\""], true),
            (&[], false),
            (&["immutable"], false),
            (&["max-age=0"], false),
            (&["max-age=soon"], false),
            (&["s-maxage=60"], false),
            (&["no-cache"], false),
            (&["max-age=60, no-cache"], false),
            (&["max-age=60, Private"], false),
            (&["max-age=60", "private=\"set-cookie\""], false),
            (&["no-store, max-age=60"], false),
            (&["max-age=60, no-transform"], false),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::CACHE_CONTROL, HeaderValue::from_static(line));
            }
            assert_eq!(is_offered(&headers), offered, "{lines:?}");
            headers.insert(header::SET_COOKIE, HeaderValue::from_static("a=b"));
            assert!(!is_offered(&headers));
        }
    }
}
