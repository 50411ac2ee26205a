//! Tags of coded answers (RFC 9110 section 8.8.3.3): `"abc"` coded by brotli is `"abc+br"`, and a
//! request that names that is one that names `"abc"` to whoever made it. It must not know bodies.

use gustnado_core::tag;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{self, Entry},
};

use super::limits::TAGS;
use crate::coding::Coding;

/// The tag of the same bytes in a coding. A weak one stays, as it says nothing of bytes.
pub(super) fn coded(tag: &HeaderValue, coding: Coding) -> HeaderValue {
    let Some(opaque) = strong(tag.as_bytes()) else {
        return tag.clone();
    };
    let suffix = suffix(coding);
    let value = [b"\"", opaque, suffix.as_bytes(), b"\""].concat();
    HeaderValue::from_bytes(&value).unwrap_or_else(|_| tag.clone())
}

/// The weak form of a tag: for bytes that are not the same each time, as those of a stream.
pub(super) fn weak(tag: &HeaderValue) -> HeaderValue {
    if strong(tag.as_bytes()).is_none() {
        return tag.clone();
    }
    let value = [b"W/", tag.as_bytes()].concat();
    HeaderValue::from_bytes(&value).unwrap_or_else(|_| tag.clone())
}

/// The preconditions of a request as they came.
#[derive(Debug, Default)]
pub(super) struct Asked {
    none_match: Vec<HeaderValue>,
}

/// Has a request that names tags in this coding name those that they were made of.
pub(super) fn translate(headers: &mut HeaderMap, coding: Coding) -> Asked {
    let lines = headers.get_all(header::IF_NONE_MATCH);
    let asked = Asked {
        none_match: lines.iter().cloned().collect(),
    };
    if coding != Coding::Identity {
        for name in [header::IF_NONE_MATCH, header::IF_MATCH] {
            translate_field(headers, &name, coding);
        }
    }
    asked
}

fn translate_field(headers: &mut HeaderMap, name: &HeaderName, coding: Coding) {
    let end = [suffix(coding).as_bytes(), b"\""].concat();
    let plain = |tag: &[u8]| {
        // A tag with a comma in it is none of those that we made.
        let opaque = tag.trim_ascii().strip_prefix(b"\"")?.strip_suffix(&*end)?;
        Some([b"\"", opaque, b"\""].concat())
    };
    let Entry::Occupied(mut lines) = headers.entry(name) else {
        return;
    };
    for line in lines.iter_mut() {
        let tags = line.as_bytes().split(|byte| *byte == b',');
        if tags.clone().count() > TAGS || !tags.clone().any(|tag| plain(tag).is_some()) {
            continue;
        }
        let tags: Vec<_> = tags
            .map(|tag| plain(tag).unwrap_or_else(|| tag.to_vec()))
            .collect();
        if let Ok(value) = HeaderValue::from_bytes(&tags.join(&b","[..])) {
            *line = value;
        }
    }
}

impl Asked {
    /// The tag of a 304 as the client has it, for one that was compared with what it was made of.
    pub(super) fn as_named(&self, tag: &HeaderValue, coding: Coding) -> HeaderValue {
        let lists = |wanted: &HeaderValue| {
            let mut lines = self.none_match.iter();
            // `If-Match` compares strongly, as is wanted here; `*` is no tag.
            lines.any(|line| line != "*" && tag::matches_strongly(wanted, line))
        };
        let other = coded(tag, coding);
        if lists(tag) || strong(tag.as_bytes()).is_none() {
            tag.clone()
        } else if lists(&other) {
            other
        } else if self.none_match.iter().any(|line| line == "*") {
            tag.clone()
        } else {
            weak(tag)
        }
    }
}

/// What is between the quotes of a strong tag.
fn strong(tag: &[u8]) -> Option<&[u8]> {
    tag.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// Another than files have, which are tagged by whoever serves them.
fn suffix(coding: Coding) -> &'static str {
    match coding {
        Coding::Identity => "",
        Coding::Brotli => "+br",
        Coding::Zstd => "+zstd",
        Coding::Gzip => "+gzip",
        Coding::Dcb => "+dcb",
        Coding::Dcz => "+dcz",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> HeaderValue {
        HeaderValue::from_str(text).unwrap()
    }

    #[test]
    fn no_two_codings_share_a_strong_tag() {
        for (tag, by_brotli, weakened) in [
            ("\"abc\"", "\"abc+br\"", "W/\"abc\""),
            ("\"\"", "\"+br\"", "W/\"\""),
            ("W/\"abc\"", "W/\"abc\"", "W/\"abc\""),
            // Not a tag; it is not ours to mend.
            ("abc", "abc", "abc"),
        ] {
            assert_eq!(coded(&value(tag), Coding::Brotli), by_brotli);
            assert_eq!(coded(&value(tag), Coding::Identity), tag);
            assert_eq!(weak(&value(tag)), weakened);
        }
    }

    #[test]
    fn a_request_for_a_coded_tag_names_what_it_was_made_of() {
        for (line, expected) in [
            ("\"abc+br\"", "\"abc\""),
            ("\"abc+gzip\"", "\"abc+gzip\""),
            (
                "\"x\", \"abc+br\" , W/\"y+br\"",
                "\"x\",\"abc\", W/\"y+br\"",
            ),
            ("*", "*"),
            ("\"abc+br", "\"abc+br"),
        ] {
            for name in [header::IF_NONE_MATCH, header::IF_MATCH] {
                let mut headers = HeaderMap::new();
                headers.append(&name, value(line));
                translate(&mut headers, Coding::Brotli);
                let left = headers.get_all(&name).iter();
                let left: Vec<_> = left.map(|line| line.to_str().unwrap()).collect();
                assert_eq!(left.join("|"), expected, "{name}");
            }
        }
    }

    #[test]
    fn a_304_has_the_tag_that_the_client_has() {
        for (line, expected) in [
            ("\"abc+br\"", "\"abc+br\""),
            ("\"abc\"", "\"abc\""),
            ("\"abc\", \"abc+br\"", "\"abc\""),
            ("W/\"abc\"", "W/\"abc\""),
            ("*", "\"abc\""),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(header::IF_NONE_MATCH, value(line));
            let asked = translate(&mut headers, Coding::Brotli);
            assert_eq!(
                asked.as_named(&value("\"abc\""), Coding::Brotli),
                expected,
                "{line}"
            );
        }
    }
}
