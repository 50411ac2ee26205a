//! What must hold of the header of the PROXY protocol, whatever a balancer writes. It must not know
//! who makes it up.

use super::proxy::{Missing, missing, parse};

/// A header ends at the same place however it comes, and nothing behind it is read for it.
pub fn proxy(bytes: &[u8]) {
    let Ok(Some((header, length))) = parse(bytes) else {
        return;
    };
    assert!(length <= bytes.len());
    for end in 1..length {
        assert_eq!(parse(&bytes[..end]), Ok(None), "{end} of {length}");
        if let Missing::Bytes(count) = missing(&bytes[..end]) {
            assert!(count > 0 && end + count <= length, "{end} + {count}");
        }
    }
    assert_eq!(parse(&bytes[..length]), Ok(Some((header, length))));
}
