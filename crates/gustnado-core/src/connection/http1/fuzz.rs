//! What must hold of heads and of bodies in chunks, whatever they are. It must not know who makes them
//! up.

use bytes::Bytes;

use super::head::{Parsed, parse};
use crate::{
    chunked::{Broken, Chunked, Piece},
    limits::Limits,
};

/// A head ends where it says, and what is behind it changes nothing.
pub fn head(bytes: &[u8]) {
    let limits = Limits::default();
    let parse = |bytes: &[u8]| match parse(bytes, &limits, |_raw| None::<()>) {
        Ok(Some(Parsed::Head(head))) => Some(head),
        _ => None,
    };
    let Some(head) = parse(bytes) else {
        return;
    };
    assert!(head.bytes <= bytes.len() && head.bytes <= limits.head_bytes);
    assert!(head.request.headers().len() <= limits.headers);
    let alone = &bytes[..head.bytes];
    assert!(alone.ends_with(b"\n"));
    let Some(again) = parse(alone) else {
        panic!("a head that is one only with what follows it");
    };
    assert_eq!(again.request.headers(), head.request.headers());
    assert_eq!(again.length, head.length);
    assert_eq!(again.keep_alive, head.keep_alive);
}

/// A body in chunks is the same in whatever pieces it comes.
pub fn chunks(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else {
        return;
    };
    let whole = decode(bytes, bytes.len().max(1));
    assert_eq!(decode(bytes, usize::from(*size).max(1)), whole);
}

/// The data, and how many bytes it took where it is whole.
fn decode(bytes: &[u8], size: usize) -> Result<(Vec<u8>, Option<usize>), Broken> {
    let mut chunked = Chunked::new(64, (256, 8));
    let (mut data, mut taken) = (Vec::new(), 0);
    for piece in bytes.chunks(size) {
        let mut rest = Bytes::copy_from_slice(piece);
        while let Some(next) = chunked.next(&mut rest)? {
            match next {
                Piece::Data(more) => data.extend_from_slice(&more),
                Piece::End(_) => return Ok((data, Some(taken + piece.len() - rest.len()))),
            }
        }
        taken += piece.len();
    }
    Ok((data, None))
}
