//! Brotli's encoder, for a whole body or piece by piece. The crate's is generic over how it is called and
//! is compiled anew for each way: this is the only one. It must not know what is coded.

use std::io;

use brotli::{
    InputPair, InputReferenceMut,
    enc::{
        BrotliEncoderParams, StandardAlloc, StaticCommand,
        encode::{BrotliEncoderOperation as Operation, BrotliEncoderStateStruct},
        interface::PredictionModeContextMap,
    },
};

/// Codes bytes. It cannot be used again.
pub(crate) struct BrotliEncoder(BrotliEncoderStateStruct<StandardAlloc>);

impl BrotliEncoder {
    /// A new one, of this quality from 0 to 11, with a window of 2 to the power of `window`, for about
    /// `length` bytes.
    pub(crate) fn new(quality: i32, window: i32, length: usize) -> Self {
        let mut state = BrotliEncoderStateStruct::new(StandardAlloc::default());
        state.params = BrotliEncoderParams {
            quality,
            lgwin: window,
            size_hint: length,
            ..Default::default()
        };
        Self(state)
    }

    /// The same, by a dictionary: bytes that whoever decodes has, too. The window has to hold both. What comes
    /// out has to be decoded before it is believed: the crate's encoder is now and then wrong there, at 10
    /// and 11 once in a hundred times.
    pub(crate) fn by_dictionary(
        quality: i32,
        window: i32,
        length: usize,
        dictionary: &[u8],
    ) -> Self {
        let mut encoder = Self::new(quality, window, length);
        encoder
            .0
            .set_custom_dictionary(dictionary.len(), dictionary);
        encoder
    }

    /// Codes a piece. What it becomes may stay inside.
    ///
    /// # Errors
    /// When the encoder fails, which it has no reason for.
    pub(crate) fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.run(Operation::BROTLI_OPERATION_PROCESS, bytes, out)
    }

    /// Brings all that is inside out, so that the reader has what was written so far.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub(crate) fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.run(Operation::BROTLI_OPERATION_FLUSH, &[], out)
    }

    /// Codes the last piece, which may be empty.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub(crate) fn finish(mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.run(Operation::BROTLI_OPERATION_FINISH, bytes, out)
    }

    fn run(&mut self, operation: Operation, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let (mut left, mut at) = (bytes.len(), 0);
        loop {
            // Without room for output all of it is kept inside, to be taken from there.
            let went_well = self.0.compress_stream(
                operation,
                &mut left,
                bytes,
                &mut at,
                &mut 0,
                &mut [],
                &mut 0,
                &mut None,
                &mut look_at_nothing,
            );
            if !went_well {
                return Err(io::Error::other("brotli's encoder failed"));
            }
            let mut size = 0;
            let coded = self.0.take_output(&mut size);
            out.extend_from_slice(&coded[..size]);
            if left == 0 && size == 0 {
                return Ok(());
            }
        }
    }
}

/// The encoder shows what it is about to write to whoever wants to see it.
fn look_at_nothing(
    _context: &mut PredictionModeContextMap<InputReferenceMut<'_>>,
    _commands: &mut [StaticCommand],
    _input: InputPair<'_>,
    _alloc: &mut StandardAlloc,
) {
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    fn decoded(coded: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let read = brotli::Decompressor::new(coded, 4096).read_to_end(&mut bytes);
        read.map(|_| bytes).unwrap()
    }

    #[test]
    fn what_is_large_comes_out_whole_at_every_quality() {
        // Neither of one letter nor without any pattern: three blocks of the encoder.
        let number = |n: u32| n.wrapping_mul(n).wrapping_mul(2_654_435_761).to_be_bytes()[0] % 16;
        let bytes: Vec<u8> = (0..300_000).map(number).collect();
        for quality in 0..=9 {
            let mut coded = Vec::new();
            BrotliEncoder::new(quality, 18, bytes.len())
                .finish(&bytes, &mut coded)
                .unwrap();
            assert!(decoded(&coded) == bytes, "{quality}");
            assert!(
                coded.len() < bytes.len() * 3 / 4,
                "{quality}: {}",
                coded.len()
            );
        }
    }

    proptest! {
        #[test]
        fn pieces_come_out_as_they_went_in(
            quality in 0..=11_i32,
            pieces in proptest::collection::vec((proptest::collection::vec(0_u8..8, 0..3_000), any::<bool>()), 0..6),
        ) {
            let mut encoder = BrotliEncoder::new(quality, 17, 0);
            let (mut all, mut coded) = (Vec::new(), Vec::new());
            for (piece, flush) in &pieces {
                encoder.write(piece, &mut coded).unwrap();
                all.extend_from_slice(piece);
                if *flush {
                    encoder.flush(&mut coded).unwrap();
                    let mut so_far = vec![0; all.len()];
                    brotli::Decompressor::new(&*coded, 4096).read_exact(&mut so_far).unwrap();
                    prop_assert_eq!(&so_far, &all);
                }
            }
            encoder.finish(&[], &mut coded).unwrap();
            prop_assert_eq!(decoded(&coded), all);
        }
    }
}
