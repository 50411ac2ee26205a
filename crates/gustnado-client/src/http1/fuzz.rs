//! What must hold of the heads of answers, and of their bodies, whatever they are. It must not know who
//! makes them up.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};

use super::{
    head::{Asked, Parsed, parse},
    incoming::{Incoming, Next},
    length::Framing,
};
use crate::limits::{FIELDS, HEAD};

/// A head ends where it says, and what is behind it changes nothing; what its fields say of the length is
/// what the body has, or the connection is not used again. Two bits say what was asked.
pub fn answer(bytes: &[u8]) {
    let Some((how, bytes)) = bytes.split_first() else {
        return;
    };
    let asked = Asked {
        head: how & 1 != 0,
        connect: how & 2 != 0,
        close: false,
    };
    let all = Bytes::copy_from_slice(bytes);
    let Ok(Some(parsed)) = parse(&all, asked) else {
        return;
    };
    assert!(parsed.bytes <= bytes.len() && parsed.bytes <= HEAD);
    let alone = all.slice(..parsed.bytes);
    assert!(alone.ends_with(b"\n"));
    let Ok(Some(again)) = parse(&alone, asked) else {
        panic!("a head that is one only with what follows it");
    };
    let headers = parsed.head.headers();
    assert_eq!(again.head.headers(), headers);
    assert_eq!(again.framing, parsed.framing);
    assert_eq!(again.keep_alive, parsed.keep_alive);
    let came = parsed.head.came().map_or(0, |came| came.iter().count());
    assert_eq!(came, headers.len(), "a field that is none");
    assert!(came <= FIELDS);
    lengths(&parsed);
    bodies(
        parsed.framing,
        &all.slice(parsed.bytes..),
        usize::from(*how),
    );
}

/// Whoever hands the head on goes by what it says.
fn lengths(parsed: &Parsed) {
    let headers = parsed.head.headers();
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let length = lengths.next();
    assert!(lengths.next().is_none(), "two lengths");
    let coded = headers.contains_key(TRANSFER_ENCODING);
    assert!(!(coded && length.is_some()), "a length beside a coding");
    let length = length.map(|length| length.to_str().ok()?.parse().ok());
    assert!(length != Some(None), "a length that is none");
    match parsed.framing {
        Framing::Sized(0) => {}
        Framing::Sized(bytes) => assert_eq!(length, Some(Some(bytes))),
        Framing::Chunked => assert!(coded),
        Framing::UntilEnd => assert!(!parsed.keep_alive && length.is_none()),
    }
}

/// A body is the same in whatever pieces it comes.
fn bodies(framing: Framing, bytes: &Bytes, size: usize) {
    let whole = read(framing, bytes, bytes.len().max(1));
    assert_eq!(read(framing, bytes, size.max(1)), whole);
}

/// The data, whether more is to come, and how many bytes are behind it; nothing where it is broken.
fn read(framing: Framing, bytes: &Bytes, size: usize) -> Option<(Vec<u8>, bool, usize)> {
    let (mut incoming, mut data) = (Incoming::new(framing), Vec::new());
    let mut rest = bytes.clone();
    let mut here = Bytes::new();
    loop {
        match incoming.next(&mut here).ok()? {
            Next::Frame(frame) => data.extend(frame.into_data().unwrap_or_default()),
            Next::End => return Some((data, false, here.len() + rest.len())),
            Next::More if rest.is_empty() => return Some((data, true, 0)),
            Next::More => {
                let more = rest.split_to(size.min(rest.len()));
                here = [&here[..], &more].concat().into();
            }
        }
    }
}
