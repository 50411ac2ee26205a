//! Bytes → coded bytes. It must not know files, nor who runs it; it takes milliseconds, and at its
//! best seconds, so not the event loop.

use std::io::{self, Write};

use bytes::Bytes;

use crate::{
    brotli_encoder::BrotliEncoder,
    coding::{Coding, Codings},
    limits,
};

/// What [`encode`] can make.
pub(crate) const MADE: Codings = {
    let made = Codings::NONE.with(Coding::Brotli).with(Coding::Gzip);
    if cfg!(feature = "zstd") {
        made.with(Coding::Zstd)
    } else {
        made
    }
};

/// How much time coding may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Somebody is waiting.
    Quick,
    /// Nobody is: it is made once, and sent often.
    Best,
}

/// The bytes in this coding; nothing when that would not make them smaller. The same bytes give
/// the same result, on every host.
pub(crate) fn encode(coding: Coding, effort: Effort, bytes: &[u8]) -> io::Result<Option<Bytes>> {
    let coded = match coding {
        Coding::Brotli => brotli(effort, bytes)?,
        #[cfg(feature = "zstd")]
        Coding::Zstd => zstd(effort, bytes)?,
        Coding::Gzip => gzip(bytes)?,
        #[cfg(not(feature = "zstd"))]
        Coding::Zstd => return Ok(None),
        Coding::Identity | Coding::Dcb | Coding::Dcz => return Ok(None),
    };
    // Bytes keep their capacity; what is kept for long should not hold on to air.
    let coded = coded.into_boxed_slice();
    Ok((coded.len() < bytes.len()).then(|| Bytes::from(coded)))
}

/// Whether the best of a coding is any better than what is made quickly.
pub(crate) fn has_best(coding: Coding) -> bool {
    matches!(coding, Coding::Brotli | Coding::Zstd)
}

fn brotli(effort: Effort, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let quality = match effort {
        Effort::Quick => limits::BROTLI_QUALITY,
        Effort::Best => limits::BROTLI_BEST,
    };
    let mut coded = Vec::with_capacity(bytes.len() / 3);
    BrotliEncoder::new(quality, limits::BROTLI_WINDOW, bytes.len()).finish(bytes, &mut coded)?;
    Ok(coded)
}

#[cfg(feature = "zstd")]
fn zstd(effort: Effort, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let level = match effort {
        Effort::Quick => limits::ZSTD_LEVEL,
        Effort::Best => limits::ZSTD_BEST,
    };
    zstd::bulk::compress(bytes, level)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let level = flate2::Compression::new(limits::GZIP_LEVEL);
    let coded = Vec::with_capacity(bytes.len() / 3);
    let mut encoder = flate2::write::GzEncoder::new(coded, level);
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn decode(coding: Coding, coded: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        match coding {
            Coding::Brotli => brotli::Decompressor::new(coded, 4096).read_to_end(&mut bytes),
            #[cfg(feature = "zstd")]
            Coding::Zstd => zstd::Decoder::new(coded).unwrap().read_to_end(&mut bytes),
            _ => flate2::read::GzDecoder::new(coded).read_to_end(&mut bytes),
        }
        .unwrap();
        bytes
    }

    #[test]
    fn what_does_not_shrink_is_not_made() {
        for coding in Coding::CODED {
            for effort in [Effort::Quick, Effort::Best] {
                assert_eq!(encode(coding, effort, b"").unwrap(), None);
                assert_eq!(encode(coding, effort, b"x").unwrap(), None);
            }
        }
    }

    #[test]
    fn the_best_is_smaller_where_there_is_one() {
        // Words in no order that comes again.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let word = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            format!("word{} ", state % 400)
        };
        let text: String = std::iter::repeat_with(word).take(8000).collect();
        for coding in Coding::CODED {
            if !MADE.has(coding) {
                continue;
            }
            let length = |effort| {
                encode(coding, effort, text.as_bytes())
                    .unwrap()
                    .unwrap()
                    .len()
            };
            let (quick, best) = (length(Effort::Quick), length(Effort::Best));
            assert_eq!(best < quick, has_best(coding), "{coding:?} {quick} {best}");
        }
    }

    #[cfg(feature = "zstd")]
    // RFC 9659 section 3: no window above 8 MiB.
    #[test]
    fn windows_are_those_that_browsers_take() {
        let bytes: Vec<u8> = (0..12_u32 << 20)
            .map(|number| (number >> 12) as u8)
            .collect();
        let coded = encode(Coding::Zstd, Effort::Quick, &bytes)
            .unwrap()
            .unwrap();
        let mut decoder = zstd::Decoder::new(&coded[..]).unwrap();
        decoder.window_log_max(23).unwrap();
        let mut decoded = Vec::new();
        decoder.read_to_end(&mut decoded).unwrap();
        assert!(decoded == bytes);
    }

    proptest! {
        // Coding at its best takes its time.
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn it_decodes_to_what_it_was(bytes in "[abc ]{200,2000}") {
            for coding in Coding::CODED.into_iter().filter(|coding| MADE.has(*coding)) {
                for effort in [Effort::Quick, Effort::Best] {
                    let coded = encode(coding, effort, bytes.as_bytes()).unwrap().unwrap();
                    prop_assert!(coded.len() < bytes.len());
                    prop_assert_eq!(decode(coding, &coded), bytes.as_bytes());
                    let again = encode(coding, effort, bytes.as_bytes()).unwrap().unwrap();
                    prop_assert_eq!(again, coded);
                }
            }
        }
    }
}
