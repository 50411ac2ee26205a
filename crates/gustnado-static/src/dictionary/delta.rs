//! Bytes → what is left of them where a dictionary is known: `dcb` and `dcz` (RFC 9842 sections 4 and 5).
//! It must not know where either comes from, nor who runs it; it takes a tenth of a second and more.
//!
//! Nothing is given out that was not decoded to the very bytes it was made of: an encoder is not believed.

use std::io;

use brotli::{Allocator, SliceWrapperMut, enc::StandardAlloc};
use bytes::Bytes;

use super::hash::DictionaryHash;
use crate::{
    brotli_encoder::BrotliEncoder,
    coding::Coding,
    limits::{DELTA_BROTLI, DELTA_WINDOW, DELTA_WINDOW_LEAST},
    shelf::is_same,
};

/// What stands before the dictionary's hash in `dcb`.
const BROTLI_MAGIC: &[u8] = &[0xff, 0x44, 0x43, 0x42];

/// The same in `dcz`: the head of a frame that decoders skip, of 32 bytes.
#[cfg(feature = "zstd")]
const ZSTD_MAGIC: &[u8] = &[0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0];

/// Whether so many bytes can be coded by a dictionary of so many.
pub(crate) fn can_make(coding: Coding, dictionary: u64, length: u64) -> bool {
    match coding {
        // The encoder has both in its window, decoders have the dictionary beside theirs: the same as
        // long as nothing leaves the window.
        Coding::Dcb => brotli_window(dictionary.saturating_add(length)).is_some(),
        Coding::Dcz => cfg!(feature = "zstd"),
        Coding::Identity | Coding::Brotli | Coding::Zstd | Coding::Gzip => false,
    }
}

/// The bytes, coded by a dictionary with this hash; nothing when that would not make them smaller, or cannot
/// be done. The same bytes give the same result, on every host.
///
/// # Errors
/// When an encoder fails, or makes something that is not these bytes.
pub(crate) fn make(
    coding: Coding,
    hash: &DictionaryHash,
    dictionary: &[u8],
    bytes: &[u8],
) -> io::Result<Option<Bytes>> {
    if !can_make(coding, dictionary.len() as u64, bytes.len() as u64) {
        return Ok(None);
    }
    let coded = match coding {
        Coding::Dcb => brotli(hash, dictionary, bytes)?,
        #[cfg(feature = "zstd")]
        Coding::Dcz => zstd(hash, dictionary, bytes)?,
        _ => return Ok(None),
    };
    let coded = coded.into_boxed_slice();
    Ok((coded.len() < bytes.len()).then(|| Bytes::from(coded)))
}

fn brotli(hash: &DictionaryHash, dictionary: &[u8], bytes: &[u8]) -> io::Result<Vec<u8>> {
    let window = brotli_window((dictionary.len() + bytes.len()) as u64);
    let window = window.ok_or_else(|| io::Error::other("more than a window holds"))?;
    let mut coded = [BROTLI_MAGIC, hash.bytes()].concat();
    let before = coded.len();
    BrotliEncoder::by_dictionary(DELTA_BROTLI, window, bytes.len(), dictionary)
        .finish(bytes, &mut coded)?;
    let mut decoder = brotli::Decompressor::new(&coded[before..], 4096);
    let room = &mut StandardAlloc::default();
    let mut copy = <StandardAlloc as Allocator<u8>>::alloc_cell(room, dictionary.len());
    copy.slice_mut().copy_from_slice(dictionary);
    let same = decoder.attach_dictionary(copy) && is_same(decoder, bytes)?;
    checked(coded, same)
}

/// The window that holds so many bytes, as a power of two.
fn brotli_window(bytes: u64) -> Option<i32> {
    // RFC 7932 section 9.1: 16 bytes of it are not for use.
    (DELTA_WINDOW_LEAST..=DELTA_WINDOW).find(|window| bytes <= (1 << window) - 16)
}

#[cfg(feature = "zstd")]
fn zstd(hash: &DictionaryHash, dictionary: &[u8], bytes: &[u8]) -> io::Result<Vec<u8>> {
    use std::io::Write as _;

    let window = zstd_window(dictionary.len() as u64);
    let head = [ZSTD_MAGIC, hash.bytes()].concat();
    let before = head.len();
    let level = crate::limits::ZSTD_BEST;
    let mut encoder = zstd::stream::write::Encoder::with_ref_prefix(head, level, dictionary)?;
    encoder.window_log(window)?;
    encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
    encoder.write_all(bytes)?;
    let coded = encoder.finish()?;
    let stream = &coded[before..];
    let mut decoder = zstd::stream::read::Decoder::with_ref_prefix(stream, dictionary)?;
    decoder.window_log_max(window)?;
    let same = is_same(decoder, bytes)?;
    checked(coded, same)
}

/// The largest window that whoever has this dictionary takes, as a power of two: 8 MiB, or up to 128 MiB
/// where a quarter more than the dictionary is as much (RFC 9842 section 5).
#[cfg(feature = "zstd")]
fn zstd_window(dictionary: u64) -> u32 {
    use crate::limits::{DELTA_ZSTD_WINDOW, DELTA_ZSTD_WINDOW_MOST};

    let quarter_more = dictionary.saturating_add(dictionary / 4).max(1);
    quarter_more
        .ilog2()
        .clamp(DELTA_ZSTD_WINDOW, DELTA_ZSTD_WINDOW_MOST)
}

fn checked(coded: Vec<u8>, same: bool) -> io::Result<Vec<u8>> {
    if same {
        return Ok(coded);
    }
    Err(io::Error::other("what was coded does not decode to it"))
}

#[cfg(feature = "dictionaries")]
#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MADE: &[Coding] = if cfg!(feature = "zstd") {
        &[Coding::Dcb, Coding::Dcz]
    } else {
        &[Coding::Dcb]
    };

    fn script(lines: u32) -> Vec<u8> {
        let line = |number: u32| {
            let noise = number.wrapping_mul(2_654_435_761) >> 7;
            format!("export const name_{noise:x} = () => call({number}, \"{noise}\");\n")
        };
        (0..lines)
            .flat_map(|number| line(number).into_bytes())
            .collect()
    }

    fn made(coding: Coding, dictionary: &[u8], bytes: &[u8]) -> Option<Bytes> {
        let hash = DictionaryHash::of(dictionary).unwrap();
        make(coding, &hash, dictionary, bytes).unwrap()
    }

    // Rule 53
    #[test]
    fn a_line_more_is_a_few_bytes_behind_the_head_of_the_standard() {
        let old = script(5000);
        let mut new = old.clone();
        new.splice(100_000..100_000, *b"console.log(\"a line more\");\n");
        let hash = DictionaryHash::of(&old).unwrap();
        for coding in MADE {
            let delta = made(*coding, &old, &new).unwrap();
            let magic: &[u8] = match coding {
                Coding::Dcb => b"\xffDCB",
                _ => b"\x5e\x2a\x4d\x18\x20\x00\x00\x00",
            };
            let rest = delta.strip_prefix(magic).unwrap();
            assert!(rest.starts_with(hash.bytes()));
            assert!(delta.len() < 400, "{coding:?} {}", delta.len());
        }
    }

    // Rule 53: a decoder that knows only what the standard says of windows.
    #[cfg(feature = "zstd")]
    #[test]
    fn the_window_of_zstd_is_one_that_browsers_take() {
        for (megabytes, window) in [
            (0, 23),
            (1, 23),
            (8, 23),
            (12, 23),
            (13, 24),
            (100, 26),
            (900, 27),
        ] {
            assert_eq!(zstd_window(megabytes << 20), window, "{megabytes}");
        }
    }

    // Rule 53
    #[test]
    fn the_window_of_brotli_holds_both_or_there_is_none() {
        for (dictionary, length, window) in [
            (0, 1, Some(18)),
            (200_000, 62_128, Some(18)),
            (200_000, 62_129, Some(19)),
            (8 << 20, (8 << 20) - 16, Some(24)),
            (8 << 20, (8 << 20) - 15, None),
            (u64::MAX, 1, None),
        ] {
            assert_eq!(can_make(Coding::Dcb, dictionary, length), window.is_some());
            assert_eq!(brotli_window(dictionary.saturating_add(length)), window);
        }
        for coding in Coding::CODED {
            assert!(!can_make(coding, 1, 1));
        }
    }

    #[test]
    fn what_does_not_shrink_is_not_made() {
        for coding in MADE {
            assert_eq!(made(*coding, &script(100), b""), None);
            assert_eq!(made(*coding, &script(100), b"something else"), None);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        // Each is decoded where it is made; an encoder that errs fails here.
        #[test]
        fn every_version_is_made_of_every_other(
            words in proptest::collection::vec("[a-f ={};]{1,9}", 40..400),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..60, "[a-z\n]{0,40}"), 0..6),
            repeated in 1_usize..40,
        ) {
            let old = words.concat().into_bytes();
            let mut new = old.clone();
            for (place, removed, added) in &changes {
                let start = place.index(new.len() + 1);
                let end = new.len().min(start + removed);
                new.splice(start..end, added.bytes());
            }
            let repeats = words[0].repeat(repeated).into_bytes();
            for coding in MADE {
                for bytes in [&new, &old, &repeats] {
                    let delta = made(*coding, &old, bytes);
                    prop_assert!(delta.is_none_or(|delta| delta.len() < bytes.len()));
                }
            }
        }
    }
}
