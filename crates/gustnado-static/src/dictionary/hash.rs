//! The SHA-256 of a dictionary, which names it on the wire (RFC 9842 section 2.2). It must not know what
//! is coded by it.

use std::fmt;

#[cfg(feature = "dictionaries")]
use base64::{Engine, engine::general_purpose::STANDARD_PAD_INDIFFERENT};
#[cfg(feature = "dictionaries")]
use sha2::{Digest, Sha256};

/// How many bytes it has.
const BYTES: usize = 32;

/// The SHA-256 of a dictionary.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct DictionaryHash([u8; BYTES]);

impl DictionaryHash {
    /// That of these bytes; it takes milliseconds for a megabyte.
    #[cfg(feature = "dictionaries")]
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self(Sha256::digest(bytes).into()))
    }

    /// None can be made.
    #[cfg(not(feature = "dictionaries"))]
    pub(crate) fn of(_bytes: &[u8]) -> Option<Self> {
        None
    }

    /// Reads the value of `Available-Dictionary`: a byte sequence (RFC 9651 section 4.2.7), whose parameters
    /// mean nothing. Nothing where it is none, or no hash.
    #[cfg(feature = "dictionaries")]
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        let text = line.trim_ascii().strip_prefix(b":")?;
        let end = text.iter().position(|byte| *byte == b':')?;
        let behind = text.get(end + 1..)?;
        if !behind.is_empty() && !behind.starts_with(b";") {
            return None;
        }
        // What is longer does not fit, and is an error.
        let mut hash = [0; BYTES + 4];
        let read = STANDARD_PAD_INDIFFERENT.decode_slice(text.get(..end)?, &mut hash);
        let hash = hash.get(..read.ok()?)?;
        hash.try_into().ok().map(Self)
    }

    /// Nobody has one that is known.
    #[cfg(not(feature = "dictionaries"))]
    pub(crate) fn read(_line: &[u8]) -> Option<Self> {
        None
    }

    /// Reads what [`Display`](fmt::Display) writes.
    pub(crate) fn from_digits(digits: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != 2 * BYTES || !digits.bytes().all(is_digit) {
            return None;
        }
        let mut hash = [0; BYTES];
        for (place, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
        }
        Some(Self(hash))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A number that tells it from the few others that are known.
    pub(crate) fn short(&self) -> u64 {
        self.0
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl fmt::Display for DictionaryHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DictionaryHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DictionaryHash({self})")
    }
}

#[cfg(feature = "dictionaries")]
#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    const HASH: &str = "pZGm1Av0IEBKARczz7exkNYsZb8LzaMrV7J32a2fFG4=";

    // Rules 52 and 56
    #[test]
    fn only_a_byte_sequence_of_a_hash_is_read() {
        let bare = HASH.trim_end_matches('=');
        for (line, good) in [
            (format!(":{HASH}:"), true),
            (format!(" :{HASH}: "), true),
            (format!(":{HASH}:;a=1;b"), true),
            // RFC 9651 section 4.2.7: without padding it is read all the same.
            (format!(":{bare}:"), true),
            (HASH.to_owned(), false),
            (format!(":{HASH}"), false),
            (format!("{HASH}:"), false),
            (format!("\"{HASH}\""), false),
            (format!(":{HASH}: x"), false),
            (format!(":{HASH}:, :{HASH}:"), false),
            (format!(":{}:", &HASH[..20]), false),
            (format!(":{HASH}{HASH}:"), false),
            (format!(":{}:", HASH.replace('p', "-")), false),
            (format!(": {HASH}:"), false),
            ("::".to_owned(), false),
            (":".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(
                DictionaryHash::read(line.as_bytes()).is_some(),
                good,
                "{line}"
            );
        }
    }

    #[test]
    fn a_hash_is_that_of_the_standard() {
        let empty = DictionaryHash::of(b"").unwrap();
        let digits = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(empty.to_string(), digits);
        assert_eq!(DictionaryHash::from_digits(digits), Some(empty));
        assert_eq!(empty.short(), 0xe3b0_c442_98fc_1c14);
        for wrong in [
            &digits[1..],
            &digits.to_uppercase(),
            "",
            &digits.replace('e', "é"),
        ] {
            assert_eq!(DictionaryHash::from_digits(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_a_client_says_of_bytes_is_read_as_their_hash(bytes: Vec<u8>) {
            let hash = DictionaryHash::of(&bytes).unwrap();
            let line = format!(":{}:", STANDARD.encode(hash.bytes()));
            prop_assert_eq!(DictionaryHash::read(line.as_bytes()), Some(hash));
            prop_assert_eq!(DictionaryHash::from_digits(&hash.to_string()), Some(hash));
        }

        #[test]
        fn any_line_is_read_without_a_panic(line in "[:;=a-zA-Z0-9+/ ]{0,60}", bytes: Vec<u8>) {
            let _ = (DictionaryHash::read(line.as_bytes()), DictionaryHash::read(&bytes));
        }
    }
}
