//! Encoders that a thread keeps for the next body: setting one up costs more than coding a small
//! body. It must not know what they code.

use std::{cell::RefCell, io};

use super::{
    encoder::{Encoder, Kind},
    limits::SPARE_ENCODERS,
};

thread_local! {
    static SPARE: RefCell<Vec<(Kind, Encoder)>> = const { RefCell::new(Vec::new()) };
}

/// An encoder that goes back to the thread that drops it.
#[derive(Debug)]
pub(super) struct Pooled {
    kind: Kind,
    encoder: Option<Encoder>,
}

impl Pooled {
    /// One that was used before, or a new one. `length`: how many bytes are expected.
    ///
    /// # Errors
    /// When there is none to be had.
    pub(super) fn take(kind: Kind, length: usize) -> io::Result<Self> {
        let spare = SPARE.with_borrow_mut(|spare| {
            let place = spare.iter().position(|(other, _)| *other == kind)?;
            Some(spare.swap_remove(place).1)
        });
        let encoder = match spare {
            Some(encoder) => encoder,
            None => Encoder::new(kind, length)?,
        };
        Ok(Self {
            kind,
            encoder: Some(encoder),
        })
    }

    /// Says how many bytes will come. They have to come.
    pub(super) fn expect(&mut self, length: usize) {
        if let Some(encoder) = &mut self.encoder {
            encoder.expect(length);
        }
    }

    /// Codes a piece.
    ///
    /// # Errors
    /// When the encoder fails.
    pub(super) fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        match &mut self.encoder {
            Some(encoder) => encoder.write(bytes, out),
            None => Ok(()),
        }
    }

    /// Brings all that is inside out.
    ///
    /// # Errors
    /// When the encoder fails.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        match &mut self.encoder {
            Some(encoder) => encoder.flush(out),
            None => Ok(()),
        }
    }

    /// Ends the body.
    ///
    /// # Errors
    /// When the encoder fails.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if let Some(encoder) = self.encoder.take() {
            self.encoder = encoder.finish(out)?;
        }
        Ok(())
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        // What panicked may be in any state.
        if std::thread::panicking() {
            return;
        }
        let Some(encoder) = self.encoder.take().and_then(Encoder::renewed) else {
            return;
        };
        let kind = self.kind;
        // A thread that ends has no place for it any more.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < SPARE_ENCODERS {
                spare.push((kind, encoder));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{super::encoder::Shape, *};
    use crate::coding::Coding;

    #[test]
    fn an_encoder_is_used_again_and_few_are_kept() {
        let kind = |level| Kind {
            coding: Coding::Gzip,
            level,
            shape: Shape::Whole,
        };
        let spare = || SPARE.with_borrow(Vec::len);
        let before = spare();
        let mut out = Vec::new();
        let mut first = Pooled::take(kind(1), 0).unwrap();
        first.write(b"left in the middle", &mut out).unwrap();
        drop(first);
        assert_eq!(spare(), before + 1);
        let mut second = Pooled::take(kind(1), 0).unwrap();
        assert_eq!(spare(), before);
        out.clear();
        second.write(b"whole", &mut out).unwrap();
        second.finish(&mut out).unwrap();
        let mut text = String::new();
        let mut reader = flate2::read::GzDecoder::new(&*out);
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
        assert_eq!(text, "whole");
        let many: Vec<_> = (1..9).map(|level| Pooled::take(kind(level), 0)).collect();
        drop(many);
        assert_eq!(spare(), SPARE_ENCODERS);
    }
}
