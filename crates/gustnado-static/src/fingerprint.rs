//! The number in a URL that stands for a file's content: `?v=…`. It must not know files, nor what is
//! decided by it.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

/// What stands for one content of a file in its URLs, the same on every host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

/// How many digits it is written in. Other values of `v` are somebody else's.
const DIGITS: usize = 16;

impl Fingerprint {
    /// That of these bytes, by their hash.
    pub(crate) fn of_content(hash: u128) -> Self {
        Self((hash >> 64) as u64)
    }

    /// That of a file that is too large to be read for it, by its length and the time of its last
    /// change.
    pub(crate) fn of_file(length: u64, (seconds, nanoseconds): (i64, u32)) -> Self {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        bytes[8..16].copy_from_slice(&seconds.to_le_bytes());
        bytes[16..].copy_from_slice(&nanoseconds.to_le_bytes());
        Self(xxh3_64(&bytes))
    }

    /// The one in a query string, if there is one.
    pub(crate) fn in_query(query: &str) -> Option<Self> {
        query.split('&').find_map(|pair| {
            let text = pair.strip_prefix("v=")?;
            let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            // `from_str_radix` takes signs, and capitals would be a second name for the same.
            let own = text.len() == DIGITS && text.bytes().all(is_digit);
            own.then(|| u64::from_str_radix(text, 16).ok().map(Self))?
        })
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0DIGITS$x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Fingerprint;

    #[test]
    fn only_its_own_form_is_one() {
        let one = Some(Fingerprint(0xab));
        for (query, expected) in [
            ("v=00000000000000ab", one),
            ("a=1&v=00000000000000ab&b", one),
            ("v=1&v=00000000000000ab", one),
            ("v=00000000000000AB", None),
            ("v=+0000000000000ab", None),
            ("v=0000000000000ab", None),
            ("v=00000000000000abc", None),
            ("xv=00000000000000ab", None),
            ("v=2024", None),
            ("v", None),
            ("", None),
        ] {
            assert_eq!(Fingerprint::in_query(query), expected, "{query}");
        }
    }

    #[test]
    fn large_files_differ_by_length_and_by_time() {
        let one = Fingerprint::of_file(1, (2, 3));
        for other in [(2, (2, 3)), (1, (3, 3)), (1, (2, 4))] {
            assert_ne!(Fingerprint::of_file(other.0, other.1), one);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number in any::<u64>()) {
            let query = format!("v={}", Fingerprint(number));
            prop_assert_eq!(Fingerprint::in_query(&query), Some(Fingerprint(number)));
        }
    }
}
