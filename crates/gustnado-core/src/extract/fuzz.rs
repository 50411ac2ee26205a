//! What must hold of cookies, whatever was sent. It must not know who makes them up.

use crate::cookie;

/// A value is a piece of a field without its separators; a cookie that is put in front is found, and
/// found first.
pub fn cookies(bytes: &[u8]) {
    let mut lines: Vec<Vec<u8>> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let values = |lines: &[Vec<u8>]| -> Vec<Vec<u8>> {
        let lines = lines.iter().map(Vec::as_slice);
        cookie::values(lines, "a").map(<[u8]>::to_vec).collect()
    };
    let pairs = bytes.split(|byte| matches!(byte, b';' | b'\n')).count();
    let found = values(&lines);
    assert!(found.len() <= pairs);
    assert!(found.iter().all(|value| !value.contains(&b';')));
    let count = found.len();
    lines[0].splice(0..0, b"a=\"ours\"; ".iter().copied());
    let now = values(&lines);
    assert_eq!(now.first().map(Vec::as_slice), Some(b"ours".as_slice()));
    assert_eq!(now[1..].len(), count);
}
