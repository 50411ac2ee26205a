//! Header fields as tests write and see them. It must not know what becomes of them.

use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) fn map<T: AsRef<str>>(fields: &[(T, T)]) -> HeaderMap {
    let parsed = fields.iter().map(|(name, value)| {
        let name: HeaderName = name.as_ref().parse().unwrap();
        (name, HeaderValue::from_str(value.as_ref()).unwrap())
    });
    parsed.collect()
}

/// The lines of a map, in an order of their own.
pub(crate) fn shown(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.iter();
    let mut lines: Vec<_> = lines
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines
}
