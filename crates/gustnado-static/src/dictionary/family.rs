//! Which files are versions of one another, by their names: the pattern that matches the URLs of all of
//! them. It must not know contents.

use std::{fmt::Write as _, ops::Range};

use http::HeaderValue;

use crate::resolve::encoded;

/// A file and its versions: those at the same path, and those whose name differs by a hash of the content
/// alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Family {
    /// Tells it from others.
    number: u128,
    /// The value of `Use-As-Dictionary`.
    offer: HeaderValue,
}

impl Family {
    /// That of the file at a path below a prefix. Nothing where the prefix cannot be written in a field.
    pub(crate) fn of(prefix: &str, path: &str) -> Option<Self> {
        let pattern = pattern(prefix, path)?;
        let mut offer = String::with_capacity(pattern.len() + 10);
        offer.push_str("match=\"");
        for c in pattern.chars() {
            // RFC 9651 section 3.3.3.
            if matches!(c, '"' | '\\') {
                offer.push('\\');
            }
            offer.push(c);
        }
        offer.push('"');
        Some(Self {
            number: xxhash_rust::xxh3::xxh3_128(pattern.as_bytes()),
            offer: HeaderValue::try_from(offer).ok()?,
        })
    }

    pub(crate) fn number(&self) -> u128 {
        self.number
    }

    /// The value of `Use-As-Dictionary` (RFC 9842 section 2.1): which URLs it is a dictionary for. There is
    /// no `id`: the hash says all.
    pub(crate) fn offer(&self) -> &HeaderValue {
        &self.offer
    }

    /// About how many bytes of memory it takes beside its own.
    pub(crate) fn weight(&self) -> usize {
        self.offer.len()
    }
}

/// The URL pattern: a path, whatever the query, with a wildcard for the hash in its name. It has no groups,
/// and as it begins with a slash it is of the same origin.
fn pattern(prefix: &str, path: &str) -> Option<String> {
    let mut pattern = String::with_capacity(prefix.len() + path.len() + 8);
    for c in prefix.chars() {
        match c {
            ' '..='~' => {}
            _ => return None,
        }
        // What means something in a pattern, and may stand in a path.
        if matches!(c, '*' | '+' | '?' | ':' | '(' | ')' | '{' | '}' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let hash = hash(&path[name..]).map(|hash| name + hash.start..name + hash.end);
    // What is encoded has no character that means something.
    let written = match hash {
        None => write!(pattern, "/{}", encoded(path)),
        Some(hash) => {
            let (before, after) = (encoded(&path[..hash.start]), encoded(&path[hash.end..]));
            write!(pattern, "/{before}*{after}")
        }
    };
    written.is_ok().then_some(pattern)
}

/// Where in a file's name a bundler has put a hash: `app-B3YUk8Pz.js`, `app.3f2a91c0d4.min.css`. The last
/// part of the name that looks like one counts, but for the extension.
fn hash(name: &str) -> Option<Range<usize>> {
    let end = name.rfind('.')?;
    let mut parts = Vec::new();
    let mut start = 0;
    for part in name[..end].split('.') {
        parts.push(start..start + part.len());
        start += part.len() + 1;
    }
    for (place, part) in parts.iter().enumerate().rev() {
        let text = &name[part.clone()];
        // The name itself is none, but what it ends in may be.
        let whole = (place > 0).then_some(0);
        let tails = text.match_indices(['-', '_']).map(|(at, _)| at + 1);
        let tail = whole.into_iter().chain(tails);
        if let Some(from) = tail.into_iter().find(|from| is_hash(&text[*from..])) {
            return Some(part.start + from..part.end);
        }
    }
    None
}

/// Whether it looks like a hash: 8 characters or more of hexadecimal, base 32 or base 64, and none that
/// looks like a word. What is taken for one wrongly costs bytes, as a browser then knows one file by the
/// name of another, and nothing else.
fn is_hash(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !(8..=64).contains(&bytes.len()) {
        return false;
    }
    let any = |is: fn(&u8) -> bool| bytes.iter().any(is);
    if any(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_')) {
        return false;
    }
    // In base 64 these two are digits, and words are put together by them: only what has the usual length.
    if any(|byte| matches!(byte, b'-' | b'_')) && bytes.len() != 8 {
        return false;
    }
    let is_capitalised = bytes.iter().skip(1).all(u8::is_ascii_lowercase);
    let is_mixed = bytes.len() == 8 && any(u8::is_ascii_uppercase) && !is_capitalised;
    any(u8::is_ascii_digit) || is_mixed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hashes_of_bundlers_are_found_and_words_are_not() {
        for (path, expected) in [
            // Vite and Rollup, which write base 64.
            ("assets/index-D4pPU6pR.css", "assets/index-*.css"),
            ("assets/index.C-0VwI5j.entry.js", "assets/index.*.entry.js"),
            ("assets/ka-GE-y3_CnkOS.js", "assets/ka-GE-*.js"),
            (
                "assets/shader-background-B3YUk8Pz.js",
                "assets/shader-background-*.js",
            ),
            ("assets/dist-BcgPhpnd.js", "assets/dist-*.js"),
            // webpack and Parcel, hexadecimal.
            ("main.3f2a91c0d4e5f6a7b8c9.js", "main.*.js"),
            ("main.abcdef12.chunk.js", "main.*.chunk.js"),
            // esbuild and Angular, base 32.
            ("main-5QNGP2XM.js", "main-*.js"),
            ("main-ABCDEFGH.js", "main-*.js"),
            // The last that looks like one.
            ("a-12345678.b-87654321.js", "a-12345678.b-*.js"),
            ("a_deadbeef1.js", "a_*.js"),
            // Names.
            ("app.js", "app.js"),
            ("js/app.min.js", "js/app.min.js"),
            ("shader-background.js", "shader-background.js"),
            ("Dashboard-Settings.js", "Dashboard-Settings.js"),
            ("my-long-name2.js", "my-long-name2.js"),
            ("3f2a91c0d4.js", "3f2a91c0d4.js"),
            ("3f2a91c0/app.js", "3f2a91c0/app.js"),
            ("archive.20260101", "archive.20260101"),
            ("LICENSE", "LICENSE"),
            ("a b-12345678.js", "a%20b-*.js"),
            ("é(1).js", "%C3%A9%281%29.js"),
        ] {
            let expected = format!("/s/{expected}");
            assert_eq!(pattern("/s", path), Some(expected), "{path}");
        }
    }

    // Rule 55
    #[test]
    fn a_prefix_stands_in_the_pattern_as_it_is_written() {
        for (prefix, expected) in [
            ("", "match=\"/app.js\""),
            ("/static", "match=\"/static/app.js\""),
            ("/a:b(c)", "match=\"/a\\\\:b\\\\(c\\\\)/app.js\""),
            ("/\"", "match=\"/\\\"/app.js\""),
        ] {
            let family = Family::of(prefix, "app.js").unwrap();
            assert_eq!(family.offer(), expected);
        }
        assert_eq!(Family::of("/é", "app.js"), None);
    }

    #[test]
    fn versions_are_of_one_family_and_others_of_another() {
        let number = |prefix, path| Family::of(prefix, path).unwrap().number();
        let one = number("/s", "app-12345678.js");
        assert_eq!(one, number("/s", "app-87654321.js"));
        for (prefix, path) in [
            ("/s", "app-12345678.css"),
            ("/s", "app.js"),
            ("", "app-12345678.js"),
        ] {
            assert_ne!(one, number(prefix, path));
        }
    }

    proptest! {
        // Rule 55
        #[test]
        fn no_pattern_has_a_group_or_another_origin(prefix in "(/[ -~&&[^/]]{1,8}){0,2}", path in "[^/\0]{1,12}(/[^/\0]{1,12}){0,2}") {
            let Some(pattern) = pattern(&prefix, &path) else { return Ok(()); };
            prop_assert!(pattern.starts_with('/') && !pattern.starts_with("//"));
            let (mut chars, mut wildcards) = (pattern.chars(), 0);
            while let Some(c) = chars.next() {
                match c {
                    '\\' => prop_assert!(chars.next().is_some()),
                    '*' => wildcards += 1,
                    other => prop_assert!(!":(){}+?".contains(other), "{}", pattern),
                }
            }
            prop_assert!(wildcards <= 1);
            // As text in a field: nothing in it ends the text.
            let family = Family::of(&prefix, &path).unwrap();
            let offer = family.offer().to_str().unwrap();
            let text = offer.strip_prefix("match=\"").unwrap().strip_suffix('"').unwrap();
            let mut read = String::new();
            let mut chars = text.chars();
            while let Some(c) = chars.next() {
                prop_assert_ne!(c, '"');
                read.push(if c == '\\' { chars.next().unwrap() } else { c });
            }
            prop_assert_eq!(read, pattern);
        }
    }
}
