//! Chunks of a body, and the trailers behind them (RFC 9112 section 7.1). Pure; it must not know
//! where the bytes come from. The client reads its answers by it, too.

use std::fmt;

use bytes::{Buf as _, Bytes};
use http::{HeaderMap, HeaderName, HeaderValue};

/// What is known of a body that comes in chunks, up to the bytes that were looked at.
#[derive(Debug)]
pub struct Chunked {
    at: At,
    /// Bytes of this chunk that are still to come.
    left: u64,
    /// Bytes of sizes and extensions that may still come.
    overhead: usize,
    trailers: Vec<u8>,
    /// Bytes, and fields, that the trailers may have.
    most: (usize, usize),
}

/// What the next byte is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// The first digit of a size.
    Size,
    /// Another digit, or what is behind them.
    Digits,
    /// Blanks behind the digits.
    Blanks,
    Extension,
    /// Within quotes of an extension, and behind a backslash there.
    Quoted,
    Escaped,
    /// The end of the line that has the size.
    SizeEnd,
    Data,
    /// The end of the line behind the data.
    DataCr,
    DataLf,
    Trailers,
    End,
}

/// A piece of a body.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    Data(Bytes),
    /// There is no more of it. The trailers, where it has some.
    End(Option<HeaderMap>),
}

/// What is no chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken(&'static str);

impl Chunked {
    /// `overhead`: bytes that all the sizes may have beyond one digit a chunk, with what is said
    /// beside them. `trailers`: bytes and fields of these.
    pub fn new(overhead: usize, trailers: (usize, usize)) -> Self {
        Self {
            at: At::Size,
            left: 0,
            overhead,
            trailers: Vec::new(),
            most: trailers,
        }
    }

    /// Lets so many more bytes stand beside the chunks, but no more than `most` in all.
    pub fn allow(&mut self, bytes: usize, most: usize) {
        self.overhead = self.overhead.saturating_add(bytes).min(most);
    }

    /// Takes the next piece off the bytes; `None` where more are needed.
    ///
    /// # Errors
    /// Where they are no chunks, or say too much beside them.
    pub fn next(&mut self, bytes: &mut Bytes) -> Result<Option<Piece>, Broken> {
        loop {
            match self.at {
                At::End => return Ok(Some(Piece::End(None))),
                At::Data if self.left > 0 => {
                    let here = usize::try_from(self.left).unwrap_or(usize::MAX);
                    let data = bytes.split_to(here.min(bytes.len()));
                    self.left -= data.len() as u64;
                    return Ok((!data.is_empty()).then_some(Piece::Data(data)));
                }
                At::Data => self.at = At::DataCr,
                At::Trailers => return self.trailers(bytes),
                _ => {
                    let Some(byte) = bytes.first().copied() else {
                        return Ok(None);
                    };
                    bytes.advance(1);
                    self.step(byte)?;
                }
            }
        }
    }

    /// A byte outside of the data.
    fn step(&mut self, byte: u8) -> Result<(), Broken> {
        self.at = match (self.at, byte) {
            (At::Size, _) if byte.is_ascii_hexdigit() => {
                self.left = 0;
                self.digit(byte)?
            }
            (At::Digits, _) if byte.is_ascii_hexdigit() => {
                self.spend()?;
                self.digit(byte)?
            }
            (At::Digits | At::Blanks | At::Extension, b'\r') => At::SizeEnd,
            (At::Digits | At::Blanks, b' ' | b'\t') => self.beside(At::Blanks)?,
            (At::Digits | At::Blanks, b';') => self.beside(At::Extension)?,
            (At::Extension, b'"') => self.beside(At::Quoted)?,
            // Whoever takes a line end for quoted sees chunks elsewhere: it has to come behind the quotes.
            (At::Quoted, b'"') => self.beside(At::Extension)?,
            (At::Quoted, b'\\') => self.beside(At::Escaped)?,
            (At::Extension, b'\t' | b' '..=b'~' | 0x80..) => self.beside(At::Extension)?,
            (At::Quoted | At::Escaped, b'\t' | b' '..=b'~' | 0x80..) => self.beside(At::Quoted)?,
            (At::SizeEnd, b'\n') if self.left == 0 => At::Trailers,
            (At::SizeEnd, b'\n') => At::Data,
            (At::DataCr, b'\r') => At::DataLf,
            (At::DataLf, b'\n') => At::Size,
            (At::Size | At::Digits | At::Blanks, _) => return Err(Broken("the size of a chunk")),
            (At::Extension | At::Quoted | At::Escaped, _) => {
                return Err(Broken("the extension of a chunk"));
            }
            _ => return Err(Broken("the end of a chunk")),
        };
        Ok(())
    }

    fn digit(&mut self, digit: u8) -> Result<At, Broken> {
        let value = char::from(digit).to_digit(16).unwrap_or(0);
        let room = self.left.checked_mul(16);
        self.left = room.ok_or(Broken("the size of a chunk"))? + u64::from(value);
        Ok(At::Digits)
    }

    fn beside(&mut self, at: At) -> Result<At, Broken> {
        self.spend()?;
        Ok(at)
    }

    fn spend(&mut self) -> Result<(), Broken> {
        let left = self.overhead.checked_sub(1);
        self.overhead = left.ok_or(Broken("too much beside the chunks"))?;
        Ok(())
    }

    /// Behind the last chunk: the trailers, and an empty line.
    fn trailers(&mut self, bytes: &mut Bytes) -> Result<Option<Piece>, Broken> {
        while let Some(byte) = bytes.first().copied() {
            bytes.advance(1);
            self.trailers.push(byte);
            let is_bare = byte == b'\n' && !self.trailers.ends_with(b"\r\n");
            if is_bare || self.trailers.len() > self.most.0 {
                return Err(Broken("the trailers"));
            }
            if self.trailers == b"\r\n" || self.trailers.ends_with(b"\r\n\r\n") {
                self.at = At::End;
                let trailers = fields(&self.trailers, self.most.1)?;
                return Ok(Some(Piece::End(trailers)));
            }
        }
        Ok(None)
    }
}

/// Reads lines of fields, the empty one at their end included.
fn fields(lines: &[u8], most: usize) -> Result<Option<HeaderMap>, Broken> {
    const BROKEN: Broken = Broken("the trailers");
    if lines == b"\r\n" {
        return Ok(None);
    }
    let mut fields = vec![httparse::EMPTY_HEADER; most];
    let httparse::Status::Complete((_, fields)) =
        httparse::parse_headers(lines, &mut fields).map_err(|_| BROKEN)?
    else {
        return Err(BROKEN);
    };
    let mut map = HeaderMap::new();
    for field in fields {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| BROKEN)?;
        let value = HeaderValue::from_bytes(field.value).map_err(|_| BROKEN)?;
        map.append(name, value);
    }
    Ok(Some(map))
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be read", self.0)
    }
}

impl std::error::Error for Broken {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What comes of bytes that come in pieces of this size: the data and the number of trailers;
    /// `None` where they are not whole.
    fn decode(bytes: &[u8], size: usize) -> Result<Option<(Vec<u8>, usize, usize)>, Broken> {
        let mut chunked = Chunked::new(16, (64, 2));
        let (mut data, mut used) = (Vec::new(), 0);
        for piece in bytes.chunks(size) {
            let mut piece = Bytes::copy_from_slice(piece);
            let before = piece.len();
            loop {
                match chunked.next(&mut piece)? {
                    None => break,
                    Some(Piece::Data(more)) => data.extend_from_slice(&more),
                    Some(Piece::End(trailers)) => {
                        used += before - piece.len();
                        let trailers = trailers.map_or(0, |trailers| trailers.len());
                        return Ok(Some((data, trailers, used)));
                    }
                }
            }
            used += before;
        }
        Ok(None)
    }

    #[test]
    fn good_bodies() {
        let table = [
            ("0\r\n\r\n", "", 0),
            ("1\r\na\r\n0\r\n\r\n", "a", 0),
            ("A\r\n0123456789\r\n00\r\n\r\n", "0123456789", 0),
            ("1;a=\"b\"\r\na\r\n1 \t;c\r\nb\r\n0\r\n\r\n", "ab", 0),
            ("1;a=\"\\\"b;\";c\r\na\r\n0\r\n\r\n", "a", 0),
            ("1\r\na\r\n0\r\nx: y\r\nz:\r\n\r\n", "a", 2),
        ];
        for (text, expected, trailers) in table {
            for size in 1..=text.len() {
                let text = text.to_owned() + "GET";
                let whole = Some((expected.into(), trailers, text.len() - 3));
                assert_eq!(decode(text.as_bytes(), size), Ok(whole), "{text:?} {size}");
            }
        }
    }

    #[test]
    fn bad_bodies() {
        for text in [
            "\r\n\r\n",
            "-1\r\na\r\n0\r\n\r\n",
            "0x1\r\na\r\n0\r\n\r\n",
            "1\na\r\n0\r\n\r\n",
            "1\ra\r\n0\r\n\r\n",
            "1\r\na\n0\r\n\r\n",
            "1\r\nab\r\n0\r\n\r\n",
            "10000000000000000\r\n",
            "00000000000000000000000001\r\n",
            "1;0123456789abcdefg\r\n",
            "1;\0\r\n",
            "1;a\nb\r\na\r\n0\r\n\r\n",
            "1;a=\"\r\na\r\n0\r\n\r\n",
            "1;a=\"\\\"\r\na\r\n0\r\n\r\n",
            "1;a=\"\\\r\n\"\r\na\r\n0\r\n\r\n",
            "0\r\n\n",
            "0\r\nx\r\n\r\n",
            "0\r\nx : y\r\n\r\n",
            "0\r\nx: y\nz: a\r\n\r\n",
            "0\r\nx: y\r\n z\r\n\r\n",
            "0\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n",
            "0\r\na: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n\r\n",
        ] {
            assert!(decode(text.as_bytes(), 7).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(bytes in "[0-2a;\r\n x:]{0,40}", size in 1..9_usize) {
            let whole = decode(bytes.as_bytes(), bytes.len().max(1));
            prop_assert_eq!(decode(bytes.as_bytes(), size), whole);
        }
    }
}
