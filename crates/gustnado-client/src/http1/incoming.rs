//! The body of an answer, out of the bytes that come. Pure; it must not know where they come from.

use bytes::Bytes;
use gustnado_core::chunked::{Chunked, Piece};
use http_body::{Frame, SizeHint};

use super::{fault::Fault, length::Framing};
use crate::limits::{CHUNK_OVERHEAD, FIELDS, HEAD};

/// What is still to come of a body.
#[derive(Debug)]
pub(super) enum Incoming {
    Sized(u64),
    Chunked(Box<Chunked>),
    UntilEnd,
    Ended,
}

/// What the bytes that are here are.
#[derive(Debug)]
pub(super) enum Next {
    Frame(Frame<Bytes>),
    /// The body is whole.
    End,
    /// More are needed.
    More,
}

impl Incoming {
    pub(super) fn new(framing: Framing) -> Self {
        match framing {
            Framing::Sized(0) => Self::Ended,
            Framing::Sized(length) => Self::Sized(length),
            Framing::Chunked => {
                Self::Chunked(Box::new(Chunked::new(CHUNK_OVERHEAD, (HEAD, FIELDS))))
            }
            Framing::UntilEnd => Self::UntilEnd,
        }
    }

    /// Takes what is next off the bytes.
    pub(super) fn next(&mut self, bytes: &mut Bytes) -> Result<Next, Fault> {
        match self {
            Self::Ended => Ok(Next::End),
            Self::UntilEnd if bytes.is_empty() => Ok(Next::More),
            Self::UntilEnd => Ok(Next::Frame(Frame::data(std::mem::take(bytes)))),
            Self::Sized(_) if bytes.is_empty() => Ok(Next::More),
            Self::Sized(left) => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX);
                let data = bytes.split_to(here.min(bytes.len()));
                *left -= data.len() as u64;
                if *left == 0 {
                    *self = Self::Ended;
                }
                Ok(Next::Frame(Frame::data(data)))
            }
            Self::Chunked(chunked) => match chunked.next(bytes) {
                Ok(None) => Ok(Next::More),
                Ok(Some(Piece::Data(data))) => {
                    // However long it is, as much may stand beside the chunks as is in them.
                    chunked.allow(data.len(), CHUNK_OVERHEAD);
                    Ok(Next::Frame(Frame::data(data)))
                }
                Ok(Some(Piece::End(trailers))) => {
                    *self = Self::Ended;
                    Ok(trailers
                        .map_or(Next::End, |trailers| Next::Frame(Frame::trailers(trailers))))
                }
                Err(_) => Err(Fault::Broken("invalid chunks")),
            },
        }
    }

    /// All of it, if its length is known and so much is here.
    pub(super) fn whole(&mut self, bytes: &mut Bytes) -> Option<Bytes> {
        let whole = match self {
            Self::Ended => Bytes::new(),
            Self::Sized(left) if *left <= bytes.len() as u64 => {
                bytes.split_to(usize::try_from(*left).ok()?)
            }
            _ => return None,
        };
        *self = Self::Ended;
        Some(whole)
    }

    /// The other side has said all.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        match self {
            Self::UntilEnd | Self::Ended => {
                *self = Self::Ended;
                Ok(())
            }
            Self::Sized(_) | Self::Chunked(_) => Err(Fault::Cut(None)),
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self, Self::Ended)
    }

    pub(super) fn size_hint(&self) -> SizeHint {
        match self {
            Self::Ended => SizeHint::with_exact(0),
            Self::Sized(left) => SizeHint::with_exact(*left),
            Self::Chunked(_) | Self::UntilEnd => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The data that comes of this text, and whether it is whole.
    fn read(framing: Framing, text: &str) -> (String, Option<bool>) {
        let (mut incoming, mut bytes) = (Incoming::new(framing), Bytes::from(text.to_owned()));
        let mut all = String::new();
        loop {
            match incoming.next(&mut bytes) {
                Ok(Next::Frame(frame)) => {
                    let data = frame.into_data().unwrap_or_default();
                    all += std::str::from_utf8(&data).unwrap();
                }
                Ok(Next::End) => return (all, Some(true)),
                Ok(Next::More) => return (all, Some(incoming.end().is_ok())),
                Err(_) => return (all, None),
            }
        }
    }

    #[test]
    fn bodies_end_where_they_say() {
        let table = [
            (Framing::Sized(0), "HTTP", ("", Some(true))),
            (Framing::Sized(2), "hiHTTP", ("hi", Some(true))),
            (Framing::Sized(3), "hi", ("hi", Some(false))),
            (Framing::UntilEnd, "hi", ("hi", Some(true))),
            (
                Framing::Chunked,
                "2\r\nhi\r\n0\r\n\r\nHTTP",
                ("hi", Some(true)),
            ),
            (
                Framing::Chunked,
                "2\r\nhi\r\n0\r\nx: y\r\n\r\n",
                ("hi", Some(true)),
            ),
            (Framing::Chunked, "2\r\nhi\r\n", ("hi", Some(false))),
            (Framing::Chunked, "2\r\nhix", ("hi", None)),
        ];
        for (framing, text, (data, whole)) in table {
            assert_eq!(read(framing, text), (data.to_owned(), whole), "{text}");
        }
    }

    #[test]
    fn a_long_body_may_say_as_many_sizes_as_it_needs() {
        let chunk = format!("{:x}\r\n{}\r\n", 0x1000, "x".repeat(0x1000));
        let mut incoming = Incoming::new(Framing::Chunked);
        for _ in 0..3 * CHUNK_OVERHEAD {
            let mut bytes = Bytes::from(chunk.clone());
            while !matches!(incoming.next(&mut bytes).unwrap(), Next::More) {}
        }
        // Beside nothing, only so much.
        let mut beside = Bytes::from(format!("1;{}", "x".repeat(2 * CHUNK_OVERHEAD)));
        assert!(incoming.next(&mut beside).is_err());
    }

    #[test]
    fn what_is_whole_can_be_had_at_once() {
        let mut bytes = Bytes::from_static(b"hi!");
        assert_eq!(Incoming::new(Framing::Sized(4)).whole(&mut bytes), None);
        assert_eq!(
            Incoming::new(Framing::Sized(2)).whole(&mut bytes).unwrap(),
            "hi"
        );
        assert_eq!(bytes, "!");
        assert_eq!(Incoming::new(Framing::UntilEnd).whole(&mut bytes), None);
    }
}
