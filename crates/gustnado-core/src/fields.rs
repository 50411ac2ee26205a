//! Header fields where they lie in a head that came over HTTP/1, and a map of them for whoever wants
//! one. It must not know whose head it is, nor what a field means.
//!
//! The bytes are a copy, in room that the next head can have. So nothing is allocated for a head, and what
//! was read need not be kept.

use std::{ops::Range, slice};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    limits::{SPARE_FIELDS, SPARE_HEAD},
    spare::{self, Spare},
};

thread_local! {
    static SPARE: Spare<Fields> = const { Spare::new() };
}

const CONTENT_TYPE: &[u8; 12] = b"content-type";

/// Header fields in the bytes that they came in.
#[derive(Debug, Default)]
pub struct Fields {
    bytes: Vec<u8>,
    places: Vec<Place>,
    /// The value of the first `Content-Type`, which is asked of each request with a body.
    content_type: Option<Range<usize>>,
}

/// Where a field lies.
#[derive(Debug, Clone)]
struct Place {
    name: Range<usize>,
    value: Range<usize>,
}

impl Fields {
    /// None yet, of those that lie in these bytes, which are copied.
    #[inline]
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut fields = SPARE.with(Spare::take).unwrap_or_default();
        fields.begin(bytes);
        fields
    }

    /// The same in place of others.
    #[inline]
    pub(crate) fn begin(&mut self, bytes: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        self.places.clear();
        self.content_type = None;
    }

    /// Adds one, whose name and value are parts of those bytes, and known to be a name and a value.
    #[inline]
    pub fn push(&mut self, bytes: &[u8], name: &[u8], value: &[u8]) {
        let (place, value) = (place(bytes, name), place(bytes, value));
        if is_named(name, CONTENT_TYPE) && self.content_type.is_none() {
            self.content_type = Some(value.clone());
        }
        self.places.push(Place { name: place, value });
    }

    /// Takes out all of a name.
    #[cold]
    pub fn remove(&mut self, name: &HeaderName) {
        let (bytes, name) = (&self.bytes, name.as_str().as_bytes());
        if is_named(name, CONTENT_TYPE) {
            self.content_type = None;
        }
        self.places
            .retain(|place| !bytes[place.name.clone()].eq_ignore_ascii_case(name));
    }

    /// All in their order, with names in whatever case they came in.
    #[inline]
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            bytes: &self.bytes,
            places: self.places.iter(),
        }
    }

    /// The values of one name, in their order.
    #[inline]
    pub fn values<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f [u8]> {
        let named = move |own: &[u8]| own.eq_ignore_ascii_case(name.as_bytes());
        let all = self.iter();
        all.filter_map(move |(own, value)| named(own).then_some(value))
    }

    /// The first value of a name, to keep.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<HeaderValue> {
        let value = self.values(name).next()?;
        HeaderValue::from_bytes(value).ok()
    }

    /// A map of all. Their values are parts of one copy.
    #[must_use]
    pub fn map(&self) -> HeaderMap {
        let bytes = Bytes::copy_from_slice(&self.bytes);
        let mut map = spare::take();
        map.reserve(self.places.len());
        for Place { name, value } in &self.places {
            let name = HeaderName::from_bytes(&bytes[name.clone()]);
            let value = HeaderValue::from_maybe_shared(bytes.slice(value.clone()));
            // Whoever found them has seen that they are a name and a value.
            if let (Ok(name), Ok(value)) = (name, value) {
                map.append(name, value);
            }
        }
        map
    }

    /// The first `Content-Type`.
    #[inline]
    pub(crate) fn content_type(&self) -> Option<&[u8]> {
        self.content_type.clone().map(|value| &self.bytes[value])
    }

    /// Makes room for others. Says whether that is not too much to be kept.
    #[inline]
    pub(crate) fn clear(&mut self) -> bool {
        self.bytes.clear();
        self.places.clear();
        self.content_type = None;
        self.bytes.capacity() <= SPARE_HEAD && self.places.capacity() <= SPARE_FIELDS
    }

    /// Makes room for those of another head on this thread.
    #[inline]
    pub fn recycle(mut self) {
        if self.clear() {
            SPARE.with(|spare| spare.keep(self));
        }
    }
}

/// Fields in their order: names and values.
#[derive(Debug, Clone, Default)]
pub struct Iter<'f> {
    bytes: &'f [u8],
    places: slice::Iter<'f, Place>,
}

impl<'f> Iterator for Iter<'f> {
    type Item = (&'f [u8], &'f [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Place { name, value } = self.places.next()?;
        Some((&self.bytes[name.clone()], &self.bytes[value.clone()]))
    }
}

impl<'f> IntoIterator for &'f Fields {
    type Item = (&'f [u8], &'f [u8]);
    type IntoIter = Iter<'f>;

    fn into_iter(self) -> Iter<'f> {
        self.iter()
    }
}

/// Adds a field to a map, of what is known to be a name and a value.
pub(crate) fn append(map: &mut HeaderMap, name: &[u8], value: &[u8]) {
    let (name, value) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value));
    if let (Ok(name), Ok(value)) = (name, value) {
        map.append(name, value);
    }
}

/// The fields of a text of nothing but lines, each with its end: names and values.
#[inline]
pub fn lines(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = text.split(|byte| *byte == b'\n');
    lines.filter_map(|line| {
        let line = line.strip_suffix(b"\r")?;
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((&line[..colon], line.get(colon + 2..)?))
    })
}

/// Whether a head may end in these bytes, in the first `tried` of which none does. One that comes byte by
/// byte would else be read anew for each.
#[must_use]
pub fn may_end(bytes: &[u8], tried: usize) -> bool {
    let new = bytes.get(tried.saturating_sub(3)..).unwrap_or_default();
    new.windows(2).any(|end| end == b"\n\n") || new.windows(3).any(|end| end == b"\n\r\n")
}

/// Whether the name of a field, as it came, is this one, which is of small letters, digits and `-`. Of all
/// bytes that a name may have (RFC 9110 section 5.6.2), only their capitals differ from these in that bit.
#[inline]
pub(crate) fn is_named<const N: usize>(came: &[u8], name: &[u8; N]) -> bool {
    <[u8; N]>::try_from(came).is_ok_and(|came| came.map(|byte| byte | 0x20) == *name)
}

/// Where a part lies in what it is a part of.
#[inline]
fn place(bytes: &[u8], part: &[u8]) -> Range<usize> {
    let from = (part.as_ptr() as usize).wrapping_sub(bytes.as_ptr() as usize);
    from..from.wrapping_add(part.len())
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn fields_are_as_they_came_and_as_a_map_has_them() {
        let bytes = b"Host: a\nx-Twice: 1\nX-twice: \xe4\n";
        let mut fields = Fields::of(bytes);
        for line in bytes
            .split(|byte| *byte == b'\n')
            .filter(|it| !it.is_empty())
        {
            let colon = line.iter().position(|byte| *byte == b':').unwrap();
            fields.push(bytes, &line[..colon], &line[colon + 2..]);
        }
        let all: Vec<_> = fields.iter().collect();
        let twice: [(&[u8], &[u8]); 2] = [(b"x-Twice", b"1"), (b"X-twice", b"\xe4")];
        assert_eq!((all[0], &all[1..]), ((&b"Host"[..], &b"a"[..]), &twice[..]));
        let values: Vec<_> = fields.values("x-twice").collect();
        assert_eq!(values, [&b"1"[..], b"\xe4"]);
        assert_eq!(fields.value("HOST").unwrap(), "a");
        assert_eq!(fields.value("hos"), None);
        let map = fields.map();
        assert_eq!(map[header::HOST], "a");
        assert_eq!(map.get_all("x-twice").iter().count(), 2);
        fields.remove(&header::HOST);
        assert_eq!(fields.iter().count(), 2);
    }

    #[test]
    fn a_name_is_the_same_in_whatever_case_and_no_other_is() {
        assert!(is_named(b"hoSt", b"host") && !is_named(b"hosts", b"host"));
        let in_names =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
        for came in (0..=u8::MAX).filter(in_names) {
            for byte in (0..=u8::MAX).filter(|byte| b"abcxyz019-".contains(byte)) {
                let same = came.eq_ignore_ascii_case(&byte);
                assert_eq!(is_named(&[came], &[byte]), same, "{came} {byte}");
            }
        }
    }

    #[test]
    fn heads_are_looked_at_where_they_may_have_ended() {
        for head in ["GET / HTTP/1.1\r\na: b\r\n\r\n", "GET / HTTP/1.1\na: b\n\n"] {
            let looks =
                (1..head.len()).filter(|tried| may_end(&head.as_bytes()[..tried + 1], *tried));
            assert_eq!(looks.collect::<Vec<_>>(), [head.len() - 1]);
            assert!(may_end(head.as_bytes(), 3));
        }
    }

    #[test]
    fn nothing_is_left_for_the_next() {
        let bytes = b"cookie: secret";
        let mut fields = Fields::of(bytes);
        fields.push(bytes, &bytes[..6], &bytes[8..]);
        let room = fields.places.as_ptr();
        fields.recycle();
        let next = Fields::of(b"");
        assert_eq!((next.iter().count(), next.places.as_ptr()), (0, room));
        assert!(next.bytes.is_empty());
    }
}
