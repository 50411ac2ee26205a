//! Bytes coded piece by piece. It must not know what they are, nor on which thread it runs.

use std::{fmt, io};

use flate2::{Compress as Deflate, Compression, FlushCompress, Status};
#[cfg(feature = "zstd")]
use zstd::{
    stream::raw::{CParameter, Operation},
    zstd_safe::{InBuffer, OutBuffer},
};

use super::limits::{PIECE, STREAM_WINDOW, WHOLE_WINDOW};
use crate::{
    brotli_encoder::BrotliEncoder,
    coding::{Coding, Codings},
};

/// What an encoder is set up for. One that was used for a kind can be used for it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) coding: Coding,
    pub(super) level: i32,
    pub(super) shape: Shape,
}

/// What is to be coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A body that is all there.
    Whole,
    /// One that comes piece by piece, for long perhaps.
    Stream,
}

/// The codings that there are encoders for.
pub(super) const MADE: Codings = {
    let made = Codings::NONE.with(Coding::Brotli).with(Coding::Gzip);
    if cfg!(feature = "zstd") {
        made.with(Coding::Zstd)
    } else {
        made
    }
};

/// Codes bytes piece by piece.
pub(super) enum Encoder {
    Brotli(Box<BrotliEncoder>),
    #[cfg(feature = "zstd")]
    Zstd(zstd::stream::raw::Encoder<'static>),
    Gzip(Deflate),
}

impl Encoder {
    /// A new one. `length`: how many bytes are expected.
    ///
    /// # Errors
    /// When there is no memory for it, or no such coding.
    pub(super) fn new(kind: Kind, length: usize) -> io::Result<Self> {
        let Kind { coding, level, .. } = kind;
        Ok(match coding {
            #[cfg(not(feature = "zstd"))]
            Coding::Zstd => return Err(io::ErrorKind::Unsupported.into()),
            Coding::Identity | Coding::Dcb | Coding::Dcz => {
                return Err(io::ErrorKind::Unsupported.into());
            }
            Coding::Brotli => Self::Brotli(Box::new(brotli(kind, length))),
            #[cfg(feature = "zstd")]
            Coding::Zstd => {
                let mut encoder = zstd::stream::raw::Encoder::new(level)?;
                if kind.shape == Shape::Stream {
                    encoder.set_parameter(CParameter::WindowLog(STREAM_WINDOW))?;
                    encoder.set_parameter(CParameter::HashLog(STREAM_WINDOW - 2))?;
                    encoder.set_parameter(CParameter::ChainLog(STREAM_WINDOW - 2))?;
                }
                Self::Zstd(encoder)
            }
            Coding::Gzip => {
                let level = Compression::new(u32::try_from(level).unwrap_or(6));
                Self::Gzip(Deflate::new_gzip(level, 15))
            }
        })
    }

    /// Codes a piece. What it becomes may stay inside.
    ///
    /// # Errors
    /// When the encoder fails, which it has no reason for.
    pub(super) fn write(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Brotli(encoder) => encoder.write(bytes, out)?,
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => {
                let mut input = InBuffer::around(bytes);
                while input.pos() < bytes.len() {
                    step(out, |output| encoder.run(&mut input, output))?;
                }
            }
            Self::Gzip(encoder) => {
                while !bytes.is_empty() {
                    let (taken, _) = deflate(encoder, bytes, out, FlushCompress::None)?;
                    bytes = &bytes[taken..];
                }
            }
        }
        Ok(())
    }

    /// Brings all that is inside out, so that the reader has what was written so far.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Brotli(encoder) => encoder.flush(out)?,
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => while step(out, |output| encoder.flush(output))? > 0 {},
            Self::Gzip(encoder) => loop {
                deflate(encoder, &[], out, FlushCompress::Sync)?;
                // With room to spare there was no more.
                if out.len() < out.capacity() {
                    break;
                }
            },
        }
        Ok(())
    }

    /// Ends it. What comes back can be used again.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> io::Result<Option<Self>> {
        match &mut self {
            Self::Brotli(_) => {}
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => while step(out, |output| encoder.finish(output, true))? > 0 {},
            Self::Gzip(encoder) => loop {
                let (_, status) = deflate(encoder, &[], out, FlushCompress::Finish)?;
                if status == Status::StreamEnd {
                    break;
                }
            },
        }
        if let Self::Brotli(encoder) = self {
            encoder.finish(&[], out)?;
            return Ok(None);
        }
        Ok(self.renewed())
    }

    /// The same for another body, whatever became of the last; none where the encoder cannot be used
    /// again.
    pub(super) fn renewed(mut self) -> Option<Self> {
        match &mut self {
            Self::Brotli(_) => return None,
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => encoder.reinit().ok()?,
            Self::Gzip(encoder) => encoder.reset(),
        }
        Some(self)
    }

    /// Says how many bytes will come, where the coding has a use for it. They have to come.
    pub(super) fn expect(&mut self, length: usize) {
        #[cfg(feature = "zstd")]
        if let Self::Zstd(encoder) = self {
            // Without it the coding is a little larger.
            let _ = encoder.set_pledged_src_size(Some(length as u64));
        }
        #[cfg(not(feature = "zstd"))]
        let _ = length;
    }
}

fn brotli(kind: Kind, length: usize) -> BrotliEncoder {
    let window = match kind.shape {
        Shape::Whole => WHOLE_WINDOW,
        Shape::Stream => STREAM_WINDOW,
    };
    BrotliEncoder::new(kind.level, window.cast_signed(), length)
}

/// One call of zstd's, with room for what comes of it.
#[cfg(feature = "zstd")]
fn step(
    out: &mut Vec<u8>,
    call: impl FnOnce(&mut OutBuffer<'_, Vec<u8>>) -> io::Result<usize>,
) -> io::Result<usize> {
    out.reserve(PIECE);
    let at = out.len();
    call(&mut OutBuffer::around_pos(out, at))
}

/// One call of deflate, with room for what comes of it: how many bytes it took.
fn deflate(
    encoder: &mut Deflate,
    bytes: &[u8],
    out: &mut Vec<u8>,
    flush: FlushCompress,
) -> io::Result<(usize, Status)> {
    if out.capacity() - out.len() < PIECE / 4 {
        out.reserve(PIECE);
    }
    let before = encoder.total_in();
    let status = encoder.compress_vec(bytes, out, flush)?;
    let taken = usize::try_from(encoder.total_in() - before).unwrap_or(bytes.len());
    Ok((taken, status))
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Brotli(_) => "Encoder(br)",
            #[cfg(feature = "zstd")]
            Self::Zstd(_) => "Encoder(zstd)",
            Self::Gzip(_) => "Encoder(gzip)",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn kind(coding: Coding, shape: Shape) -> Kind {
        let level = 3;
        Kind {
            coding,
            level,
            shape,
        }
    }

    /// What a client has of what came so far, the end of the coding or not.
    fn decoded(coding: Coding, coded: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 1 << 20];
        let mut at = 0;
        let mut reader: Box<dyn Read> = match coding {
            Coding::Brotli => Box::new(brotli::Decompressor::new(coded, 1)),
            #[cfg(feature = "zstd")]
            Coding::Zstd => Box::new(zstd::stream::read::Decoder::new(coded).unwrap()),
            _ => Box::new(flate2::read::GzDecoder::new(coded)),
        };
        while let Ok(read @ 1..) = reader.read(&mut bytes[at..]) {
            at += read;
        }
        bytes.truncate(at);
        bytes
    }

    proptest! {
        #[test]
        fn what_was_flushed_can_be_read_and_encoders_can_be_used_again(
            pieces in proptest::collection::vec("[ab ]{0,3000}", 1..6),
            stream in any::<bool>(),
        ) {
            let shape = if stream { Shape::Stream } else { Shape::Whole };
            for coding in Coding::CODED.into_iter().filter(|coding| MADE.has(*coding)) {
                let mut spare = None;
                for _ in 0..2 {
                    let new = || Encoder::new(kind(coding, shape), 0).unwrap();
                    let mut encoder = spare.take().unwrap_or_else(new);
                    let (mut coded, mut so_far) = (Vec::new(), Vec::new());
                    for piece in &pieces {
                        encoder.write(piece.as_bytes(), &mut coded).unwrap();
                        encoder.flush(&mut coded).unwrap();
                        so_far.extend_from_slice(piece.as_bytes());
                        prop_assert_eq!(&decoded(coding, &coded), &so_far, "{:?}", coding);
                    }
                    spare = encoder.finish(&mut coded).unwrap();
                    prop_assert_eq!(&decoded(coding, &coded), &so_far, "{:?}", coding);
                }
            }
        }
    }
}
