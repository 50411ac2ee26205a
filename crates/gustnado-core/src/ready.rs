//! Answers whose head was made before anybody asked: as fields, and as the lines that they are in
//! HTTP/1. It must not know who asks, nor who writes.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::{
    body::Body,
    defaults::{Defaults, put_line},
    lines::{SEEN, put_length, put_status},
    open_file::OpenFile,
    response::{Response, bodiless},
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
}

/// An answer that is at hand: a head that was made before, and all of its bytes.
///
/// [`Mount::at_hand`](crate::Mount::at_hand) gives it. A clone is one count of references.
#[derive(Debug, Clone)]
pub struct ReadyMade(Arc<Made>);

#[derive(Debug)]
struct Made {
    head: Arc<ReadyHead>,
    bytes: Bytes,
    /// Where the bytes lie, too.
    file: Option<Arc<OpenFile>>,
    /// With what the route adds that sent it first, which is told by a number.
    start: OnceLock<(u64, Option<Start>)>,
}

/// What an answer begins with over HTTP/1: the line of its status, its fields, and its length. All but the
/// date.
#[derive(Debug, Clone)]
struct Start {
    text: Bytes,
    /// The fields alone.
    fields: Range<usize>,
}

/// An answer to a GET that goes out as it was made before.
#[derive(Debug)]
pub(crate) struct AsItIs {
    made: ReadyMade,
    /// Where it is not the one that `made` keeps.
    start: Option<Start>,
}

impl ReadyHead {
    /// A head of this status with these fields. A `Content-Length` is that of the bytes, and may be
    /// left out but for answers to HEAD.
    #[must_use]
    pub fn new(status: StatusCode, fields: HeaderMap) -> Self {
        Self { status, fields }
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

    /// What it begins with. Nothing where fields have to be fields, as somebody looks at one of them.
    fn start(&self, length: usize, defaults: &HeaderMap) -> Option<Start> {
        let own = self.fields.iter();
        let own = own.filter(|(name, _)| **name != header::CONTENT_LENGTH);
        let added = defaults
            .iter()
            .filter(|(name, _)| !self.fields.contains_key(*name));
        let mut text = Vec::new();
        put_status(&mut text, self.status);
        let first = text.len();
        for (name, value) in own.chain(added) {
            if SEEN.contains(name) || *name == header::CONTENT_LENGTH {
                return None;
            }
            put_line(&mut text, name, value);
        }
        let fields = first..text.len();
        if !bodiless(self.status) || self.status == StatusCode::RESET_CONTENT {
            put_length(&mut text, length as u64);
        }
        let text = Bytes::from(text.into_boxed_slice());
        Some(Start { text, fields })
    }
}

impl ReadyMade {
    /// An answer with this head and these bytes; without any where the status has none, and to HEAD.
    #[must_use]
    pub fn new(head: Arc<ReadyHead>, bytes: Bytes) -> Self {
        Self::of(head, bytes, None)
    }

    fn of(head: Arc<ReadyHead>, bytes: Bytes, file: Option<Arc<OpenFile>>) -> Self {
        Self(Arc::new(Made {
            bytes: if bodiless(head.status) {
                Bytes::new()
            } else {
                bytes
            },
            head,
            file,
            start: OnceLock::new(),
        }))
    }

    /// With a file that holds all of the bytes and nothing else, from which they may be sent: see
    /// [`Body::file_with_copy`](crate::Body::file_with_copy).
    #[must_use]
    pub fn with_file(self, file: Arc<OpenFile>) -> Self {
        let made = &*self.0;
        Self::of(Arc::clone(&made.head), made.bytes.clone(), Some(file))
    }

    /// Its bytes, or the file where they lie, too.
    pub(crate) fn body(&self) -> Body {
        self.body_from(0)
    }

    /// The same without the first of them.
    fn body_from(&self, first: usize) -> Body {
        let made = &*self.0;
        let bytes = made.bytes.slice(first..);
        match &made.file {
            Some(file) if !bytes.is_empty() => {
                Body::file_with_copy(Arc::clone(file), first as u64, bytes)
            }
            _ => bytes.into(),
        }
    }

    /// Whether they are one and the same.
    #[inline]
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Its head.
    #[must_use]
    pub fn head(&self) -> &ReadyHead {
        &self.0.head
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// All fields but the length, and what is added to every answer of a route, as lines.
    pub(crate) fn lines(&self, defaults: &Defaults) -> Option<Bytes> {
        let own = match self.start(defaults) {
            Ok(kept) => kept?.lines(),
            Err(own) => own?.lines(),
        };
        Some(own)
    }

    /// What it begins with: what it keeps, or one of its own where it is mounted twice, and other things are
    /// added.
    #[inline]
    fn start(&self, defaults: &Defaults) -> Result<Option<&Start>, Option<Start>> {
        let (made, number) = (&*self.0, defaults.number());
        let write = || made.head.start(made.bytes.len(), defaults.all());
        let (of, start) = made.start.get_or_init(|| (number, write()));
        if *of == number {
            Ok(start.as_ref())
        } else {
            Err(write())
        }
    }
}

impl Start {
    fn lines(&self) -> Bytes {
        self.text.slice(self.fields.clone())
    }
}

impl AsItIs {
    /// The answer, if its head can be lines.
    #[inline]
    pub(crate) fn of(made: ReadyMade, defaults: &Defaults) -> Option<Self> {
        let start = match made.start(defaults) {
            Ok(kept) => kept.map(|_| None)?,
            Err(own) => Some(own?),
        };
        Some(Self { made, start })
    }

    /// All of its head but the date, and the line that ends it.
    #[inline]
    pub(crate) fn start(&self) -> &[u8] {
        let kept = || self.made.0.start.get().and_then(|(_, kept)| kept.as_ref());
        let start = self.start.as_ref().or_else(kept);
        start.map_or(&[], |start| &start.text)
    }

    /// Its bytes.
    #[inline]
    pub(crate) fn bytes(&self) -> &Bytes {
        self.made.bytes()
    }

    /// What it was made from, if that alone says all of it.
    #[inline]
    pub(crate) fn kept(&self) -> Option<&ReadyMade> {
        self.start.is_none().then_some(&self.made)
    }

    /// Its bytes from `first` on, or the file where they lie, too.
    pub(crate) fn body_from(&self, first: usize) -> Body {
        self.made.body_from(first)
    }

    /// Whether its bytes lie in a file, too.
    pub(crate) fn is_of_file(&self) -> bool {
        self.made.0.file.is_some()
    }
}

impl From<ReadyMade> for Response {
    fn from(made: ReadyMade) -> Self {
        let head = made.head();
        let mut response = Self::with_code(head.status);
        *response.headers_mut() = head.fields.clone();
        response.with_body(made.body())
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

    fn made(status: StatusCode, fields: HeaderMap) -> ReadyMade {
        let head = Arc::new(ReadyHead::new(status, fields));
        ReadyMade::new(head, Bytes::from_static(b"ab"))
    }

    #[test]
    fn an_answer_has_a_length_where_it_may_have_bytes() {
        for (status, begins, bytes) in [
            (200, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n", 2),
            (404, "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n", 2),
            (204, "HTTP/1.1 204 No Content\r\n", 0),
            (
                205,
                "HTTP/1.1 205 Reset Content\r\ncontent-length: 0\r\n",
                0,
            ),
            (304, "HTTP/1.1 304 Not Modified\r\n", 0),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let made = made(status, HeaderMap::new());
            let whole = AsItIs::of(made, &Defaults::default()).unwrap();
            assert_eq!(whole.start(), begins.as_bytes());
            assert_eq!(whole.bytes().len(), bytes);
        }
    }

    #[test]
    fn own_fields_stand_before_those_that_are_added_and_none_twice() {
        let own = map(&[
            (header::ETAG, "\"a\""),
            (header::CONTENT_LENGTH, "7"),
            (header::SERVER, "own"),
        ]);
        let made = made(StatusCode::OK, own);
        let added = map(&[(header::SERVER, "b"), (header::VARY, "c")]);
        let lines = made.lines(&Defaults::new(added)).unwrap();
        assert_eq!(lines, "etag: \"a\"\r\nserver: own\r\nvary: c\r\n");
    }

    #[test]
    fn each_route_adds_its_own() {
        let made = made(StatusCode::OK, HeaderMap::new());
        for (name, line) in [
            (header::VARY, "vary: a\r\n"),
            (header::SERVER, "server: a\r\n"),
        ] {
            let added = Defaults::new(map(&[(name, "a")]));
            for _ in 0..2 {
                let added = added.replica();
                assert_eq!(made.lines(&added).unwrap(), line);
                let whole = AsItIs::of(made.clone(), &added).unwrap();
                let start = format!("HTTP/1.1 200 OK\r\n{line}content-length: 2\r\n");
                assert_eq!(whole.start(), start.as_bytes());
            }
        }
    }

    #[test]
    fn a_field_that_somebody_looks_at_keeps_all_from_being_lines() {
        for name in SEEN {
            let own = made(StatusCode::OK, map(&[(name.clone(), "a")]));
            let added = made(StatusCode::OK, HeaderMap::new());
            let adds = Defaults::new(map(&[(name, "a")]));
            for (made, defaults) in [(own, Defaults::default()), (added, adds)] {
                for _ in 0..2 {
                    assert_eq!(made.lines(&defaults), None);
                    assert!(AsItIs::of(made.clone(), &defaults).is_none());
                }
            }
        }
    }
}
