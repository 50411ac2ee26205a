//! The header fields that are put on every answer that does not have them, and the same as they are
//! written in HTTP/1. It must not know answers, nor who writes.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    ops::Range,
};

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::lines::SEEN;

/// Header fields for answers that do not have them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Defaults {
    all: HeaderMap,
    /// Those that are not in `lines`.
    rest: HeaderMap,
    /// Those in `lines`, each once.
    names: Vec<HeaderName>,
    /// `name: value`, each with its line's end.
    lines: Bytes,
    /// The same for all that are alike, and another for others.
    number: u64,
}

/// Fields that neither the connection nor layers look at on the way of an answer, so that they need not
/// be there until it is written.
const UNSEEN: [HeaderName; 5] = [
    header::X_CONTENT_TYPE_OPTIONS,
    header::X_FRAME_OPTIONS,
    header::REFERRER_POLICY,
    header::CONTENT_SECURITY_POLICY,
    header::SERVER,
];

impl Defaults {
    pub(crate) fn new(all: HeaderMap) -> Self {
        let (mut rest, mut names, mut lines) = (HeaderMap::new(), Vec::new(), BytesMut::new());
        for (name, value) in &all {
            if !UNSEEN.contains(name) {
                rest.append(name, value.clone());
                continue;
            }
            if names.last() != Some(name) {
                names.push(name.clone());
            }
            put_line(&mut lines, name, value);
        }
        Self {
            number: number(&all),
            all,
            rest,
            names,
            lines: lines.freeze(),
        }
    }

    /// A number that stands for what they are: the same for replicas, and another for others.
    #[inline]
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The same for another worker, with a reference count of its own.
    pub(crate) fn replica(&self) -> Self {
        Self {
            lines: Bytes::copy_from_slice(&self.lines),
            ..self.clone()
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &HeaderMap {
        &self.all
    }

    /// Those to put among an answer's own fields where the others are written as lines, and the
    /// lines, if there are any.
    #[inline]
    pub(crate) fn lines(&self) -> Option<(&HeaderMap, Bytes)> {
        (!self.names.is_empty()).then(|| (&self.rest, self.lines.clone()))
    }

    /// Whether an answer's own fields have one that is among the lines; a type never is.
    pub(crate) fn are_in(&self, own: &HeaderMap) -> bool {
        let has = |name: &HeaderName| *name != header::CONTENT_TYPE && self.names.contains(name);
        own.keys().any(has)
    }

    /// Adds those that an answer has neither among its lines, of which the names are there, nor beside
    /// them: as lines, or beside where somebody looks at them.
    pub(crate) fn add_to(&self, own: &mut Vec<u8>, names: &[Range<usize>], beside: &mut HeaderMap) {
        for name in self.all.keys() {
            let text = name.as_str().as_bytes();
            let is = |own: &[u8]| own.len() == text.len() && own.eq_ignore_ascii_case(text);
            let in_lines = names.iter().any(|name| is(&own[name.clone()]));
            if in_lines || beside.contains_key(name) {
                continue;
            }
            for value in self.all.get_all(name) {
                if SEEN.contains(name) {
                    beside.append(name, value.clone());
                } else {
                    put_line(own, name, value);
                }
            }
        }
    }
}

/// Writes a field as a line of HTTP/1.
pub(crate) fn put_line(lines: &mut impl BufMut, name: &HeaderName, value: &HeaderValue) {
    let parts = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
    parts.into_iter().for_each(|part| lines.put(part));
}

/// A hash of all fields and their order. Who writes them is the program, not a peer, so that nobody
/// looks for two that have the same.
fn number(all: &HeaderMap) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (name, value) in all {
        (name, value).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map<const N: usize>(fields: [(HeaderName, &'static str); N]) -> HeaderMap {
        let fields = fields.into_iter();
        let fields = fields.map(|(name, value)| (name, HeaderValue::from_static(value)));
        fields.fold(HeaderMap::new(), |mut all, (name, value)| {
            all.append(name, value);
            all
        })
    }

    #[test]
    fn what_an_answer_has_as_lines_is_not_added() {
        let all = map([
            (header::SERVER, "a"),
            (header::VARY, "b"),
            (header::CONTENT_SECURITY_POLICY, "c"),
            (header::CONTENT_SECURITY_POLICY, "d"),
            (header::DATE, "e"),
            (header::ETAG, "f"),
        ]);
        let policies = "content-security-policy: c\r\ncontent-security-policy: d\r\n";
        let (server, vary) = ("server: a\r\n", "vary: b\r\n");
        let policy = "x: y\r\nContent-Security-POLICY: x\r\nserver:  \r\n";
        let table = [
            ("", &[][..], [server, vary, policies]),
            ("Vary: x\r\n", &[(0, 4)], [server, "", policies]),
            (policy, &[(0, 1), (6, 29), (34, 40)], ["", vary, ""]),
        ];
        for (lines, names, added) in table {
            let (mut own, mut map) = (lines.as_bytes().to_vec(), map([(header::ETAG, "own")]));
            let names: Vec<_> = names.iter().map(|(start, end)| *start..*end).collect();
            Defaults::new(all.clone()).add_to(&mut own, &names, &mut map);
            let expected = format!("{lines}{}", added.concat());
            assert_eq!(String::from_utf8(own).unwrap(), expected);
            assert_eq!(map.len(), 2);
            assert_eq!(map[header::ETAG], "own");
        }
    }

    #[test]
    fn fields_that_somebody_looks_at_are_not_written_as_lines() {
        let all = map([
            (header::SERVER, "a"),
            (header::VARY, "b"),
            (header::CONTENT_SECURITY_POLICY, "c"),
            (header::CONTENT_SECURITY_POLICY, "d"),
            (header::ETAG, "e"),
        ]);
        let defaults = Defaults::new(all.clone());
        assert_eq!(defaults.all(), &all);
        let mut own = map([(header::ETAG, "own")]);
        assert!(!defaults.are_in(&own));
        let (rest, lines) = defaults.lines().unwrap();
        assert_eq!(rest.keys().count(), 2);
        let policies = "content-security-policy: c\r\ncontent-security-policy: d\r\n";
        assert_eq!(lines, format!("server: a\r\n{policies}"));
        own.insert(header::SERVER, HeaderValue::from_static("own"));
        assert!(defaults.are_in(&own));
        assert!(Defaults::default().lines().is_none());
    }
}
