//! Entity tags: made of bytes, and compared with what a client sent (RFC 9110 section 8.8.3). It
//! must not know which precondition asks. Static files compare theirs here too.

use http::HeaderValue;

/// A strong tag of these bytes. It is the same on every host.
pub(crate) fn of(bytes: &[u8]) -> Option<HeaderValue> {
    let hash = xxhash_rust::xxh3::xxh3_128(bytes);
    HeaderValue::try_from(format!("\"{hash:032x}\"")).ok()
}

/// Whether a line of `If-None-Match` has this tag, weak or not, or is `*`.
#[must_use]
pub fn matches_weakly(tag: &HeaderValue, line: impl AsRef<[u8]>) -> bool {
    let (tag, line) = (tag.as_bytes(), line.as_ref());
    // What a browser sends back is the tag itself.
    if line == tag || is_star(line) {
        return true;
    }
    let opaque = tag.strip_prefix(b"W/").unwrap_or(tag);
    listed(line).any(|listed| listed.opaque == opaque)
}

/// Whether a line of `If-Match` has this tag and both are strong, or is `*`.
#[must_use]
pub fn matches_strongly(tag: &HeaderValue, line: impl AsRef<[u8]>) -> bool {
    let (tag, line) = (tag.as_bytes(), line.as_ref());
    // A weak tag begins with `W`, what is opaque with a quote.
    is_star(line) || listed(line).any(|listed| !listed.weak && listed.opaque == tag)
}

/// The first tag in a line of `If-None-Match` that is one of those looked for, without the mark of a weak
/// one. What is asked about has its quotes.
pub fn find(line: &[u8], mut is_one: impl FnMut(&[u8]) -> bool) -> Option<&[u8]> {
    let mut tags = listed(line).map(|listed| listed.opaque);
    tags.find(|tag| is_one(tag))
}

fn is_star(line: &[u8]) -> bool {
    line.trim_ascii() == b"*"
}

/// A tag as a client wrote it; `opaque` has its quotes.
struct Listed<'a> {
    weak: bool,
    opaque: &'a [u8],
}

/// The tags of a list. An element that is not well-formed is skipped.
fn listed(line: &[u8]) -> impl Iterator<Item = Listed<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_ascii_start();
            let (first, after) = rest.split_first()?;
            if *first == b',' {
                rest = after;
                continue;
            }
            let weak = rest.starts_with(b"W/");
            let tag = if weak { &rest[2..] } else { rest };
            let end = tag
                .strip_prefix(b"\"")
                .and_then(|inner| inner.iter().position(|byte| *byte == b'"'));
            let Some(end) = end else {
                // Not a tag: on to the next element.
                let comma = rest.iter().position(|byte| *byte == b',')?;
                rest = &rest[comma..];
                continue;
            };
            let (opaque, after) = tag.split_at(end + 2);
            let next = after.trim_ascii_start();
            if !next.is_empty() && next[0] != b',' {
                let comma = next.iter().position(|byte| *byte == b',')?;
                rest = &next[comma..];
                continue;
            }
            rest = after;
            return Some(Listed { weak, opaque });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> HeaderValue {
        HeaderValue::from_str(text).unwrap()
    }

    #[test]
    fn comparing() {
        let ours = value("\"abc\"");
        for (text, weakly, strongly) in [
            ("\"abc\"", true, true),
            ("W/\"abc\"", true, false),
            ("*", true, true),
            (" * ", true, true),
            ("\"x\", \"abc\"", true, true),
            ("\"x\",W/\"y\",  \"abc\"  ,", true, true),
            ("\"a,b\", \"abc\"", true, true),
            ("\"x, \\\"abc\", \"y\"", false, false),
            ("\"ab\"", false, false),
            ("\"abcd\"", false, false),
            ("\"abc", false, false),
            ("abc", false, false),
            ("abc, \"abc\"", true, true),
            ("w/\"abc\"", false, false),
            ("\"abc\"x", false, false),
            ("\"x\"\"abc\"", false, false),
            ("*, \"x\"", false, false),
            ("", false, false),
            ("\"abc-br\"", false, false),
        ] {
            let line = value(text);
            assert_eq!(matches_weakly(&ours, &line), weakly, "weak: {text}");
            assert_eq!(matches_strongly(&ours, &line), strongly, "strong: {text}");
        }
    }

    #[test]
    fn the_first_of_those_looked_for_is_found() {
        let begins = |tag: &[u8]| tag.starts_with(b"\"a");
        for (line, expected) in [
            ("\"abc\"", Some("\"abc\"")),
            ("W/\"abc\"", Some("\"abc\"")),
            ("\"x\", \"a,b\", \"abc\"", Some("\"a,b\"")),
            ("\"x\"", None),
            ("\"abc", None),
            ("\"abc\"x", None),
            ("*", None),
            ("", None),
        ] {
            let found = find(line.as_bytes(), begins);
            assert_eq!(found, expected.map(str::as_bytes), "{line}");
        }
    }

    #[test]
    fn a_weak_tag_of_ours_is_never_strong() {
        let ours = value("W/\"abc\"");
        for text in ["\"abc\"", "W/\"abc\"", "\"x\", W/\"abc\""] {
            assert!(matches_weakly(&ours, value(text)), "{text}");
            assert!(!matches_strongly(&ours, value(text)), "{text}");
        }
    }

    #[test]
    fn other_bytes_have_another_tag() {
        assert_eq!(of(b"one"), of(b"one"));
        assert_ne!(of(b"one"), of(b"two"));
        assert_eq!(of(b"").unwrap().len(), 34);
    }
}
