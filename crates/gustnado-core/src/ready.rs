//! Answers whose head was made before anybody asked: as fields, and as the lines that they are in
//! HTTP/1. It must not know who asks, nor who writes.

use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::{
    body::Body,
    defaults::{Defaults, put_line},
    lines::SEEN,
    open_file::OpenFile,
    response::Response,
};

/// The head of answers that are sent often: made once, then copied.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::ReadyHead;
/// use http::{HeaderMap, StatusCode};
///
/// let head = ReadyHead::new(StatusCode::NOT_MODIFIED, HeaderMap::new());
/// assert_eq!(head.status(), 304);
/// ```
#[derive(Debug)]
pub struct ReadyHead {
    status: StatusCode,
    fields: HeaderMap,
    /// With what the route adds that sent it first, which is told by a number. Nothing where they
    /// have to be fields, as somebody looks at one of them.
    lines: OnceLock<(u64, Option<Bytes>)>,
}

/// An answer that is at hand: a head that was made before, and all of its bytes.
///
/// [`Mount::at_hand`](crate::Mount::at_hand) gives it.
#[derive(Debug, Clone)]
pub struct ReadyMade {
    pub(crate) head: Arc<ReadyHead>,
    pub(crate) bytes: Bytes,
    /// Where the bytes lie, too.
    file: Option<Arc<OpenFile>>,
}

impl ReadyHead {
    /// A head of this status with these fields. A `Content-Length` is that of the bytes, and may be
    /// left out but for answers to HEAD.
    #[must_use]
    pub fn new(status: StatusCode, fields: HeaderMap) -> Self {
        Self {
            status,
            fields,
            lines: OnceLock::new(),
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The header fields.
    #[must_use]
    pub fn fields(&self) -> &HeaderMap {
        &self.fields
    }

    /// About how many bytes of memory its fields take, also as lines.
    #[must_use]
    pub fn weight(&self) -> usize {
        // A name, a value, a hash and two links; and the text, twice.
        let text = |name: &HeaderName, length| 120 + 2 * (name.as_str().len() + length);
        let fields = self.fields.iter();
        fields.map(|(name, value)| text(name, value.len())).sum()
    }

    /// All fields but the length, and what is added to every answer of a route, as lines.
    #[inline]
    pub(crate) fn lines(&self, defaults: &Defaults) -> Option<Bytes> {
        let number = defaults.number();
        let (of, lines) = self
            .lines
            .get_or_init(|| (number, self.write(defaults.all())));
        if *of == number {
            return lines.clone();
        }
        // What is mounted twice, where other things are added.
        self.write(defaults.all())
    }

    fn write(&self, defaults: &HeaderMap) -> Option<Bytes> {
        let own = self.fields.iter();
        let own = own.filter(|(name, _)| **name != header::CONTENT_LENGTH);
        let added = defaults
            .iter()
            .filter(|(name, _)| !self.fields.contains_key(*name));
        let mut lines = BytesMut::new();
        for (name, value) in own.chain(added) {
            if SEEN.contains(name) || *name == header::CONTENT_LENGTH {
                return None;
            }
            put_line(&mut lines, name, value);
        }
        Some(Bytes::from(lines.to_vec().into_boxed_slice()))
    }
}

impl ReadyMade {
    /// An answer with this head and these bytes; without any where the status has none, and to HEAD.
    #[must_use]
    pub fn new(head: Arc<ReadyHead>, bytes: Bytes) -> Self {
        let file = None;
        Self { head, bytes, file }
    }

    /// With a file that holds all of the bytes and nothing else, from which they may be sent: see
    /// [`Body::file_with_copy`](crate::Body::file_with_copy).
    #[must_use]
    pub fn with_file(mut self, file: Arc<OpenFile>) -> Self {
        self.file = Some(file);
        self
    }

    pub(crate) fn into_body(self) -> Body {
        match self.file {
            None => self.bytes.into(),
            Some(file) => Body::file_with_copy(file, 0, self.bytes),
        }
    }

    /// Its head.
    #[must_use]
    pub fn head(&self) -> &ReadyHead {
        &self.head
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl From<ReadyMade> for Response {
    fn from(made: ReadyMade) -> Self {
        let mut response = Self::with_code(made.head.status);
        *response.headers_mut() = made.head.fields.clone();
        response.with_body(made.into_body())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn map(fields: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            map.append(name.clone(), HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn own_fields_stand_before_those_that_are_added_and_none_twice() {
        let own = map(&[
            (header::ETAG, "\"a\""),
            (header::CONTENT_LENGTH, "7"),
            (header::SERVER, "own"),
        ]);
        let head = ReadyHead::new(StatusCode::OK, own);
        let added = map(&[(header::SERVER, "b"), (header::VARY, "c")]);
        let lines = head.lines(&Defaults::new(added)).unwrap();
        assert_eq!(lines, "etag: \"a\"\r\nserver: own\r\nvary: c\r\n");
    }

    #[test]
    fn each_route_adds_its_own() {
        let head = ReadyHead::new(StatusCode::OK, HeaderMap::new());
        for (name, line) in [
            (header::VARY, "vary: a\r\n"),
            (header::SERVER, "server: a\r\n"),
        ] {
            let added = Defaults::new(map(&[(name, "a")]));
            for _ in 0..2 {
                assert_eq!(head.lines(&added.replica()).unwrap(), line);
            }
        }
    }

    #[test]
    fn a_field_that_somebody_looks_at_keeps_all_from_being_lines() {
        for name in SEEN {
            let own = ReadyHead::new(StatusCode::OK, map(&[(name.clone(), "a")]));
            assert_eq!(own.lines(&Defaults::default()), None);
            let added = ReadyHead::new(StatusCode::OK, HeaderMap::new());
            assert_eq!(added.lines(&Defaults::new(map(&[(name, "a")]))), None);
        }
    }
}
