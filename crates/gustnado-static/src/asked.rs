//! What a request asks for beside a path, in one look over its fields: enough to tell the plain
//! ones, which are nearly all, from those that have to be decided. It must not know files.

use gustnado_core::Glance;

use crate::digest::WANT_REPR_DIGEST;

/// What a request that needs no decision asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Asked<'r> {
    /// `Accept-Encoding`.
    pub(crate) accepts: Option<&'r [u8]>,
    /// `If-None-Match`: the client has these.
    pub(crate) has: Option<&'r [u8]>,
    /// Whether the client has a dictionary: `Available-Dictionary`.
    pub(crate) has_dictionary: bool,
}

impl<'r> Asked<'r> {
    /// Nothing for a request with a range, for a digest, with a precondition other than one line of
    /// `If-None-Match`, or with more than one line of a field. A date is passed over beside a tag
    /// (RFC 9110 section 13.1.3).
    #[inline]
    pub(crate) fn of(head: &Glance<'r>) -> Option<Self> {
        let (mut asked, mut since) = (Self::default(), false);
        head.fields().try_for_each(|(name, value)| {
            let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
            // Their lengths tell most names apart.
            match name.len() {
                15 if is("accept-encoding") => once(&mut asked.accepts, value),
                13 if is("if-none-match") => once(&mut asked.has, value),
                17 if is("if-modified-since") => {
                    since = true;
                    Some(())
                }
                5 if is("range") => None,
                8 if is("if-match") || is("if-range") => None,
                19 if is("if-unmodified-since") => None,
                20 if is("available-dictionary") => {
                    asked.has_dictionary = true;
                    Some(())
                }
                16 if is(WANT_REPR_DIGEST.as_str()) => None,
                _ => Some(()),
            }
        })?;
        (!since || asked.has.is_some()).then_some(asked)
    }
}

fn once<'r>(place: &mut Option<&'r [u8]>, value: &'r [u8]) -> Option<()> {
    place.replace(value).is_none().then_some(())
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
            (&["available-dictionary"], true),
        ] {
            let mut request = http::Request::get("/");
            for name in names {
                request = request.header(*name, "x");
            }
            let request = request.body(gustnado_core::Body::empty()).unwrap().into();
            let asked = Asked::of(&Glance::of(&request));
            assert_eq!(asked.is_some(), plain, "{names:?}");
            let has = asked.and_then(|asked| asked.has).is_some();
            assert_eq!(has, plain && names.contains(&"if-none-match"));
            let accepts = asked.and_then(|asked| asked.accepts).is_some();
            assert_eq!(accepts, plain && names.contains(&"accept-encoding"));
            let has = asked.is_some_and(|asked| asked.has_dictionary);
            assert_eq!(has, names.contains(&"available-dictionary"));
        }
    }
}
