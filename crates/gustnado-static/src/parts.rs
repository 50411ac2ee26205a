//! Several ranges as one body: `multipart/byteranges` (RFC 9110 section 14.6). It must not know why
//! these, nor where the bytes are.

use std::{
    fmt::Write,
    hash::{BuildHasher, RandomState},
};

use bytes::Bytes;
use http::HeaderValue;

use crate::decide::Slice;

/// What a body is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// What stands between slices.
    Text(Bytes),
    /// Bytes of the file.
    Slice(Slice),
}

impl Piece {
    pub(crate) fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Slice(slice) => slice.length(),
        }
    }
}

/// A body of several parts.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) content_type: HeaderValue,
    pub(crate) pieces: Vec<Piece>,
}

impl Parts {
    /// These slices of `length` bytes, which are of a type.
    pub(crate) fn new(slices: &[Slice], length: u64, content_type: Option<&HeaderValue>) -> Self {
        Self::with(&boundary(), slices, length, content_type)
    }

    fn with(
        boundary: &str,
        slices: &[Slice],
        length: u64,
        content_type: Option<&HeaderValue>,
    ) -> Self {
        let mut pieces = Vec::with_capacity(2 * slices.len() + 1);
        for slice in slices {
            let Slice { first, last } = *slice;
            let mut head = Vec::new();
            head.extend_from_slice(b"\r\n--");
            head.extend_from_slice(boundary.as_bytes());
            if let Some(content_type) = content_type {
                head.extend_from_slice(b"\r\ncontent-type: ");
                head.extend_from_slice(content_type.as_bytes());
            }
            let range = format!("\r\ncontent-range: bytes {first}-{last}/{length}\r\n\r\n");
            head.extend_from_slice(range.as_bytes());
            pieces.push(Piece::Text(head.into()));
            pieces.push(Piece::Slice(*slice));
        }
        pieces.push(Piece::Text(format!("\r\n--{boundary}--\r\n").into()));
        let content_type = format!("multipart/byteranges; boundary={boundary}");
        Self {
            // Letters and digits are always a header value.
            content_type: HeaderValue::try_from(content_type)
                .unwrap_or_else(|_| HeaderValue::from_static("multipart/byteranges")),
            pieces,
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.pieces.iter().map(Piece::length).sum()
    }
}

/// 128 bits that nobody can guess, so that no file can have been made to hold them: a keyed hash
/// whose keys the system chose.
fn boundary() -> String {
    let keys = RandomState::new();
    let mut text = String::with_capacity(32);
    for number in 0..2 {
        let _ = write!(text, "{:016x}", keys.hash_one(number));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::PART_HEAD;

    #[test]
    fn the_form_is_that_of_the_standard() {
        let slices = [Slice { first: 0, last: 1 }, Slice { first: 7, last: 9 }];
        let html = HeaderValue::from_static("text/html");
        let parts = Parts::with("b", &slices, 10, Some(&html));
        assert_eq!(parts.content_type, "multipart/byteranges; boundary=b");
        let bytes = b"0123456789";
        let mut body = Vec::new();
        for piece in &parts.pieces {
            match piece {
                Piece::Text(text) => body.extend_from_slice(text),
                Piece::Slice(slice) => {
                    body.extend_from_slice(&bytes[slice.first as usize..=slice.last as usize]);
                }
            }
        }
        let expected = "\r\n--b\r\ncontent-type: text/html\r\ncontent-range: bytes 0-1/10\r\n\r\n01\
                        \r\n--b\r\ncontent-type: text/html\r\ncontent-range: bytes 7-9/10\r\n\r\n789\
                        \r\n--b--\r\n";
        assert_eq!(body, expected.as_bytes());
        assert_eq!(parts.length(), expected.len() as u64);
    }

    // Rule 26
    #[test]
    fn boundaries_are_long_and_never_the_same() {
        let all: Vec<_> = (0..100).map(|_| boundary()).collect();
        for (place, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 32);
            assert!(all[place + 1..].iter().all(|other| other != one));
        }
    }

    #[test]
    fn a_head_is_never_larger_than_is_reckoned_with() {
        let last = u64::MAX - 1;
        let slices = [Slice { first: last, last }; 2];
        let html = HeaderValue::from_static("text/html");
        let parts = Parts::new(&slices, u64::MAX, Some(&html));
        let all = 2 + 3 * (PART_HEAD + html.len() as u64);
        assert!(parts.length() <= all, "{} of {all}", parts.length());
    }
}
