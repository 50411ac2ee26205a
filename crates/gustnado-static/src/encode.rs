//! Bytes → coded bytes. It must not know files, nor who runs it; it takes milliseconds, so not the
//! event loop.

use std::io::{self, Write};

use bytes::Bytes;

use crate::{
    coding::{Coding, Codings},
    limits,
};

/// What [`encode`] can make.
pub(crate) const MADE: Codings = Codings::NONE.with(Coding::Brotli).with(Coding::Gzip);

/// The bytes in this coding; nothing when that would not make them smaller. The same bytes give
/// the same result, on every host.
pub(crate) fn encode(coding: Coding, bytes: &[u8]) -> io::Result<Option<Bytes>> {
    let coded = match coding {
        Coding::Brotli => brotli(bytes)?,
        Coding::Gzip => gzip(bytes)?,
        Coding::Identity | Coding::Zstd => return Ok(None),
    };
    // Bytes keep their capacity; what is kept for long should not hold on to air.
    let coded = coded.into_boxed_slice();
    Ok((coded.len() < bytes.len()).then(|| Bytes::from(coded)))
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: limits::BROTLI_QUALITY,
        lgwin: limits::BROTLI_WINDOW,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut coded = Vec::with_capacity(bytes.len() / 3);
    brotli::BrotliCompress(&mut { bytes }, &mut coded, &parameters)?;
    Ok(coded)
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
            _ => flate2::read::GzDecoder::new(coded).read_to_end(&mut bytes),
        }
        .unwrap();
        bytes
    }

    #[test]
    fn what_does_not_shrink_is_not_made() {
        for coding in [Coding::Brotli, Coding::Gzip] {
            assert_eq!(encode(coding, b"").unwrap(), None);
            assert_eq!(encode(coding, b"x").unwrap(), None);
        }
        assert_eq!(encode(Coding::Zstd, &[0; 1000]).unwrap(), None);
    }

    proptest! {
        #[test]
        fn it_decodes_to_what_it_was(bytes in "[abc ]{200,2000}") {
            for coding in [Coding::Brotli, Coding::Gzip] {
                let coded = encode(coding, bytes.as_bytes()).unwrap().unwrap();
                prop_assert!(coded.len() < bytes.len());
                prop_assert_eq!(decode(coding, &coded), bytes.as_bytes());
                prop_assert_eq!(encode(coding, bytes.as_bytes()).unwrap().unwrap(), coded);
            }
        }
    }
}
