//! Content codings undone, a bounded step at a time: what a few bytes unfold to is never all in
//! memory. It must not know where the bytes come from, nor how many there may be.

use std::{fmt, io};

use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, enc::StandardAlloc};
use bytes::{Buf, Bytes, BytesMut};
use flate2::{Decompress, FlushDecompress, Status};
use http::{HeaderMap, header::CONTENT_ENCODING};

use crate::limits::DECODED;

/// What is asked for (RFC 9110 section 12.5.3).
pub(crate) const ACCEPTED: &str = if cfg!(feature = "zstd") {
    "gzip, br, zstd"
} else {
    "gzip, br"
};

/// A coding being undone.
pub(crate) enum Decoder {
    Gzip(Gzip),
    Brotli(Box<Brotli>),
    #[cfg(feature = "zstd")]
    Zstd(Zstd),
}

pub(crate) struct Gzip {
    stream: Decompress,
    /// Between two members, or before the first.
    at_start: bool,
}

pub(crate) struct Brotli {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    begun: bool,
    ended: bool,
}

impl Decoder {
    /// The one for an answer's coding, if there is one and we know it.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut codings = headers.get_all(CONTENT_ENCODING).iter();
        let coding = codings.next()?.to_str().ok()?.trim();
        if codings.next().is_some() {
            return None;
        }
        if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
            return Some(Self::Gzip(Gzip::new()));
        }
        if coding.eq_ignore_ascii_case("br") {
            return Some(Self::Brotli(Box::new(Brotli::new())));
        }
        #[cfg(feature = "zstd")]
        if coding.eq_ignore_ascii_case("zstd") {
            return Zstd::new().ok().map(Self::Zstd);
        }
        None
    }

    /// Takes from `input`, and gives at most [`DECODED`] bytes: none if it needs more input.
    ///
    /// # Errors
    /// Where the input is no such coding.
    pub(crate) fn step(&mut self, input: &mut Bytes) -> io::Result<Bytes> {
        match self {
            Self::Gzip(gzip) => gzip.step(input),
            Self::Brotli(brotli) => brotli.step(input),
            #[cfg(feature = "zstd")]
            Self::Zstd(zstd) => zstd.step(input),
        }
    }

    /// Whether it may end here: a body that is empty has no coding to be broken.
    pub(crate) fn may_end(&self) -> bool {
        match self {
            Self::Gzip(gzip) => gzip.at_start,
            Self::Brotli(brotli) => brotli.ended || !brotli.begun,
            #[cfg(feature = "zstd")]
            Self::Zstd(zstd) => zstd.at_start,
        }
    }
}

impl Gzip {
    fn new() -> Self {
        Self {
            stream: Decompress::new_gzip(15),
            at_start: true,
        }
    }

    fn step(&mut self, input: &mut Bytes) -> io::Result<Bytes> {
        let mut output = BytesMut::zeroed(DECODED);
        loop {
            if input.is_empty() && self.at_start {
                return Ok(Bytes::new());
            }
            if self.at_start {
                // Several members in a row are one text (RFC 1952 section 2.2).
                self.stream = Decompress::new_gzip(15);
                self.at_start = false;
            }
            let before = (self.stream.total_in(), self.stream.total_out());
            let status = self
                .stream
                .decompress(input, &mut output, FlushDecompress::None)?;
            let taken = self.stream.total_in() - before.0;
            let given = self.stream.total_out() - before.1;
            input.advance(
                usize::try_from(taken)
                    .unwrap_or(usize::MAX)
                    .min(input.len()),
            );
            self.at_start = status == Status::StreamEnd;
            if given > 0 {
                output.truncate(usize::try_from(given).unwrap_or(usize::MAX));
                return Ok(output.freeze());
            }
            if taken == 0 && !self.at_start {
                return Ok(Bytes::new());
            }
        }
    }
}

impl Brotli {
    fn new() -> Self {
        let alloc = StandardAlloc::default;
        Self {
            state: BrotliState::new(alloc(), alloc(), alloc()),
            begun: false,
            ended: false,
        }
    }

    fn step(&mut self, input: &mut Bytes) -> io::Result<Bytes> {
        if self.ended {
            if input.is_empty() {
                return Ok(Bytes::new());
            }
            return Err(io::Error::other("there is more behind the end of brotli"));
        }
        self.begun |= !input.is_empty();
        let mut output = BytesMut::zeroed(DECODED);
        let (mut left, mut taken, mut room, mut given) = (input.len(), 0, output.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut taken,
            input,
            &mut room,
            &mut given,
            &mut output,
            &mut 0,
            &mut self.state,
        );
        input.advance(taken);
        match result {
            BrotliResult::ResultFailure => return Err(io::Error::other("this is not brotli")),
            BrotliResult::ResultSuccess => self.ended = true,
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
        }
        output.truncate(given);
        Ok(output.freeze())
    }
}

#[cfg(feature = "zstd")]
pub(crate) struct Zstd {
    stream: zstd::stream::raw::Decoder<'static>,
    /// Between two frames, or before the first.
    at_start: bool,
}

#[cfg(feature = "zstd")]
impl Zstd {
    fn new() -> io::Result<Self> {
        let mut stream = zstd::stream::raw::Decoder::new()?;
        let window = zstd::stream::raw::DParameter::WindowLogMax(crate::limits::ZSTD_WINDOW);
        stream.set_parameter(window)?;
        Ok(Self {
            stream,
            at_start: true,
        })
    }

    fn step(&mut self, input: &mut Bytes) -> io::Result<Bytes> {
        use zstd::stream::raw::{InBuffer, Operation as _, OutBuffer};

        // It may still hold what it decoded, also where there is no more input.
        if input.is_empty() && self.at_start {
            return Ok(Bytes::new());
        }
        let mut output = BytesMut::zeroed(DECODED);
        let mut from = InBuffer::around(input);
        let mut to = OutBuffer::around(&mut output[..]);
        let left = self.stream.run(&mut from, &mut to)?;
        let (taken, given) = (from.pos(), to.pos());
        input.advance(taken);
        self.at_start = left == 0;
        output.truncate(given);
        Ok(output.freeze())
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip(_) => "Decoder(gzip)",
            Self::Brotli(_) => "Decoder(br)",
            #[cfg(feature = "zstd")]
            Self::Zstd(_) => "Decoder(zstd)",
        })
    }
}
