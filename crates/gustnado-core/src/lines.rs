//! The head of an answer as the lines that it is over HTTP/1, and its fields as a map's once somebody wants to
//! see them. It must not know the answer, nor who writes it.

use std::{ops::Range, sync::OnceLock};

use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::fields;

/// Fields that somebody looks at, or the connection writes itself, between the answer and the wire.
pub(crate) const SEEN: [HeaderName; 8] = [
    header::CONNECTION,
    header::DATE,
    header::STRICT_TRANSPORT_SECURITY,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("x-request-id"),
];

/// Lines, each with its end, of names and values that are such.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    text: Vec<u8>,
    /// Where the name of each is.
    names: Vec<Range<usize>>,
    /// With the fields beside them.
    told: OnceLock<HeaderMap>,
}

/// Lines as text, and where their names are in it.
pub(crate) type Text<'l> = (Vec<u8>, &'l [Range<usize>]);

impl Lines {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds a field, unless it is one that somebody looks at. Says whether it was added.
    #[inline]
    pub(crate) fn put(&mut self, name: &[u8], value: &[u8]) -> bool {
        if is_seen(name) {
            return false;
        }
        self.told.take();
        let text = &mut self.text;
        if text.is_empty() {
            self.names.clear();
            text.reserve(512);
        }
        self.names.push(text.len()..text.len() + name.len());
        for part in [name, b": ", value, b"\r\n"] {
            text.extend_from_slice(part);
        }
        true
    }

    /// A map of them and of the fields beside them.
    pub(crate) fn with(&self, beside: &HeaderMap) -> &HeaderMap {
        self.told.get_or_init(|| {
            let mut all = beside.clone();
            add(&self.text, &mut all);
            all
        })
    }

    /// Makes them fields of a map.
    #[cold]
    pub(crate) fn move_to(&mut self, map: &mut HeaderMap) {
        self.told.take();
        add(&self.text, map);
        self.text.clear();
    }

    /// Takes them out as text, with where the names are in it.
    #[inline]
    pub(crate) fn take(&mut self) -> Text<'_> {
        self.told.take();
        (std::mem::take(&mut self.text), &self.names)
    }
}

#[cold]
fn add(text: &[u8], map: &mut HeaderMap) {
    for (name, value) in fields::lines(text) {
        fields::append(map, name, value);
    }
}

/// Whether it is one of [`SEEN`], or the length, in whatever case. Nearly every name has another length.
#[inline]
fn is_seen(name: &[u8]) -> bool {
    matches!(name.len(), 4 | 7 | 10 | 12 | 14 | 17 | 25) && is_among(name)
}

fn is_among(name: &[u8]) -> bool {
    let is = |seen: &HeaderName| seen.as_str().as_bytes().eq_ignore_ascii_case(name);
    SEEN.iter().any(is) || is(&header::CONTENT_LENGTH)
}

/// Writes the line of a status.
#[inline]
pub(crate) fn put_status(out: &mut Vec<u8>, status: StatusCode) {
    // Each of its own length, which is copied without asking how long it is.
    match status {
        StatusCode::OK => out.extend_from_slice(b"HTTP/1.1 200 OK\r\n"),
        StatusCode::NOT_MODIFIED => out.extend_from_slice(b"HTTP/1.1 304 Not Modified\r\n"),
        _ => put_seldom(out, status),
    }
}

fn put_seldom(out: &mut Vec<u8>, status: StatusCode) {
    let reason = status.canonical_reason().unwrap_or_default();
    for part in ["HTTP/1.1 ", status.as_str(), " ", reason, "\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Writes the line of a length.
pub(crate) fn put_length(out: &mut Vec<u8>, length: u64) {
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(b"content-length: ");
    out.extend_from_slice(digits.format(length).as_bytes());
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn lines_become_fields_beside_others() {
        let mut lines = Lines::default();
        assert!(lines.put(b"X-A", b"1") && lines.put(b"x-a", b"\xe4: b") && lines.put(b"e", b""));
        assert!(!lines.is_empty());
        let mut map = HeaderMap::new();
        map.insert(header::DATE, HeaderValue::from_static("now"));
        let all = lines.with(&map).clone();
        assert_eq!(all.len(), 4);
        let values: Vec<_> = all
            .get_all("x-a")
            .iter()
            .map(HeaderValue::as_bytes)
            .collect();
        assert_eq!(values, [&b"1"[..], b"\xe4: b"]);
        assert!(all["e"].is_empty() && all[header::DATE] == "now");
        lines.put(b"y", b"2");
        let names = lines.names.iter().map(|name| &lines.text[name.clone()]);
        assert_eq!(names.collect::<Vec<_>>(), [&b"X-A"[..], b"x-a", b"e", b"y"]);
        assert_eq!(lines.with(&map).len(), 5);
        lines.move_to(&mut map);
        assert!(lines.is_empty());
        assert_eq!((map.len(), lines.take().0.len()), (5, 0));
    }

    #[test]
    fn what_somebody_looks_at_is_no_line() {
        for name in SEEN.into_iter().chain([header::CONTENT_LENGTH]) {
            let mut lines = Lines::default();
            let name = name.as_str();
            assert!(!lines.put(name.as_bytes(), b"a"), "{name}");
            assert!(
                !lines.put(name.to_ascii_uppercase().as_bytes(), b"a"),
                "{name}"
            );
            assert!(lines.is_empty());
        }
        let mut lines = Lines::default();
        for name in ["etag", "x-frame-options", "content-type", "data", "cookies"] {
            assert!(lines.put(name.as_bytes(), b"a"), "{name}");
        }
    }
}
