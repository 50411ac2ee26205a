//! What a request asks for beside a path, in one look over its fields: enough to tell the plain
//! ones, which are nearly all, from those that have to be decided. It must not know files.

use http::{HeaderMap, HeaderValue, header};

use crate::digest::WANT_REPR_DIGEST;

/// What a request that needs no decision asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked<'r> {
    /// `Accept-Encoding`.
    pub(crate) accepts: Option<&'r HeaderValue>,
    /// `If-None-Match`: the client has these.
    pub(crate) has: Option<&'r HeaderValue>,
}

impl<'r> Asked<'r> {
    /// Nothing for a request with a range, for a digest, with a precondition other than one line of
    /// `If-None-Match`, or with more than one line of a field. A date is passed over beside a tag
    /// (RFC 9110 section 13.1.3).
    #[inline]
    pub(crate) fn of(headers: &'r HeaderMap) -> Option<Self> {
        let (mut accepts, mut has, mut since) = (None, None, false);
        for (name, value) in headers {
            match *name {
                header::ACCEPT_ENCODING if accepts.is_none() => accepts = Some(value),
                header::IF_NONE_MATCH if has.is_none() => has = Some(value),
                header::IF_MODIFIED_SINCE => since = true,
                header::ACCEPT_ENCODING
                | header::IF_NONE_MATCH
                | header::IF_MATCH
                | header::IF_UNMODIFIED_SINCE
                | header::IF_RANGE
                | header::RANGE => return None,
                _ if *name == WANT_REPR_DIGEST => return None,
                _ => {}
            }
        }
        (!since || has.is_some()).then_some(Self { accepts, has })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_to_be_decided_is_told_from_what_has_not() {
        for (names, plain) in [
            (&[][..], true),
            (&["host", "accept-encoding", "user-agent"], true),
            (&["accept-encoding", "accept-encoding"], false),
            (&["if-none-match"], true),
            (&["if-none-match", "if-none-match"], false),
            (&["if-none-match", "if-modified-since"], true),
            (&["if-modified-since", "if-none-match"], true),
            (&["if-modified-since"], false),
            (&["if-match"], false),
            (&["if-unmodified-since"], false),
            (&["range"], false),
            (&["if-range", "range"], false),
            (&["want-repr-digest"], false),
        ] {
            let mut headers = HeaderMap::new();
            for name in names {
                headers.append(*name, HeaderValue::from_static("x"));
            }
            let asked = Asked::of(&headers);
            assert_eq!(asked.is_some(), plain, "{names:?}");
            let has = asked.and_then(|asked| asked.has).is_some();
            assert_eq!(has, plain && headers.contains_key("if-none-match"));
        }
    }
}
