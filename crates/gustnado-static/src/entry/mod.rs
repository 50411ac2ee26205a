//! What is known of a file, and its bytes in one coding with the heads of their answers ready-made.
//! Pure: it must not know where they are kept, nor the request.

mod facts;
mod representation;

pub(crate) use facts::{Facts, Found};
pub(crate) use representation::{Content, Opened, Representation};

use http::{HeaderMap, HeaderValue};

/// The value of `Vary` on every answer that depends on `Accept-Encoding`.
pub(crate) fn vary() -> HeaderValue {
    HeaderValue::from_static("accept-encoding")
}

/// The same where it also depends on the dictionary that a client has (RFC 9842 section 6.2).
fn vary_by_dictionary() -> HeaderValue {
    HeaderValue::from_static("accept-encoding, available-dictionary")
}

/// The hash that stands for a content in tags.
pub(crate) fn hash(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes)
}

/// About how many bytes of memory a head takes: per field a name, a value, a hash and two links,
/// and the text of the value.
fn head_weight(headers: &HeaderMap) -> usize {
    headers.values().map(|value| 120 + value.len()).sum()
}
