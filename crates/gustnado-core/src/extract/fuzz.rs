//! What must hold of cookies, whatever was sent. It must not know who makes them up.

use http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::cookie;

/// A value is a piece of a field without its separators; a cookie that is put in front is found, and
/// found first.
pub fn cookies(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(line) = HeaderValue::from_bytes(line) {
            headers.append(COOKIE, line);
        }
    }
    let pairs = bytes.split(|byte| matches!(byte, b';' | b'\n')).count();
    let found: Vec<_> = cookie::values(&headers, "a").collect();
    assert!(found.len() <= pairs);
    assert!(found.iter().all(|value| !value.contains(&b';')));
    let count = found.len();
    let Some(first) = headers.get_mut(COOKIE) else {
        return;
    };
    let with = [b"a=\"ours\"; ", first.as_bytes()].concat();
    if let Ok(with) = HeaderValue::from_bytes(&with) {
        *first = with;
        let now: Vec<_> = cookie::values(&headers, "a").collect();
        assert_eq!(now.first(), Some(&b"ours".as_slice()));
        assert_eq!(now[1..].len(), count);
    }
}
