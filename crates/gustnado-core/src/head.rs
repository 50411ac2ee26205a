//! The head of a request: as it came, and as what it says once somebody asks. It must not know bodies,
//! peers or sockets.
//!
//! Few handlers look at a header field, and a browser sends fifteen. So a head that came over HTTP/1
//! is kept as it was read, with the places of its fields; a map is made of them when it is first asked
//! for. What came otherwise is there as it was given.

use std::{fmt, sync::OnceLock};

use http::{
    HeaderName, HeaderValue, Method, Uri, Version,
    header::{CONTENT_TYPE, ValueIter},
    request::Parts,
    uri::PathAndQuery,
};

use crate::{
    fields::{self, Fields},
    limits::{PLAIN_TARGET, SPARE_TARGET},
    spare,
};

/// The head of a request.
pub(crate) struct Head {
    /// All of it, where it was asked for or came like this.
    parts: OnceLock<Parts>,
    came: Came,
}

/// A head as it came.
#[derive(Debug, Default)]
struct Came {
    method: Method,
    version: Version,
    /// A path and a query that need no second look.
    target: String,
    /// How much of the target is the path.
    path: usize,
    fields: Fields,
}

impl Head {
    /// Without content, to be filled.
    pub(crate) fn blank() -> Self {
        Self {
            parts: OnceLock::new(),
            came: Came::default(),
        }
    }

    /// Fills a blank one with a head of these bytes. The fields follow, each by [`field`](Self::field).
    ///
    /// # Errors
    /// The target is none.
    #[inline]
    pub(crate) fn fill(
        &mut self,
        bytes: &[u8],
        method: Method,
        target: &str,
        version: Version,
    ) -> Result<(), http::uri::InvalidUri> {
        let came = &mut self.came;
        came.fields.begin(bytes);
        came.method = method;
        came.version = version;
        if let Some(path) = plain(target.as_bytes()) {
            came.target.push_str(target);
            came.path = path;
            return Ok(());
        }
        let uri = target.parse()?;
        self.parts = OnceLock::from(self.came.parts_without_fields(uri));
        Ok(())
    }

    /// Fills a blank one with a head that came in parts.
    pub(crate) fn tell(&mut self, parts: Parts) {
        self.parts = OnceLock::from(parts);
    }

    /// Adds a field, whose name and value lie in those bytes.
    #[inline]
    pub(crate) fn field(&mut self, bytes: &[u8], name: &[u8], value: &[u8]) {
        self.came.fields.push(bytes, name, value);
    }

    /// Takes out all fields of a name, before the map is asked for.
    #[cold]
    pub(crate) fn without(&mut self, name: &HeaderName) {
        self.came.fields.remove(name);
    }

    /// All fields are there.
    #[inline]
    pub(crate) fn filled(&mut self) {
        if let Some(parts) = self.parts.get_mut() {
            parts.headers = self.came.fields.map();
        }
    }

    pub(crate) fn method(&self) -> &Method {
        match self.parts.get() {
            Some(parts) => &parts.method,
            None => &self.came.method,
        }
    }

    pub(crate) fn version(&self) -> Version {
        self.parts.get().map_or(self.came.version, |it| it.version)
    }

    /// The path, percent-encoded as it came.
    #[inline]
    pub(crate) fn path(&self) -> &str {
        match self.parts.get() {
            Some(parts) => parts.uri.path(),
            None => &self.came.target[..self.came.path],
        }
    }

    /// The query string, without its `?`.
    #[inline]
    pub(crate) fn query(&self) -> Option<&str> {
        match self.parts.get() {
            Some(parts) => parts.uri.query(),
            None => self.came.target.get(self.came.path + 1..),
        }
    }

    /// The path and the query string.
    #[inline]
    pub(crate) fn path_and_query(&self) -> Option<&str> {
        match self.parts.get() {
            Some(parts) => parts.uri.path_and_query().map(PathAndQuery::as_str),
            None => Some(&self.came.target),
        }
    }

    /// The path and the query string, to keep.
    pub(crate) fn kept_path_and_query(&self) -> Box<str> {
        self.path_and_query().unwrap_or_default().into()
    }

    /// The target, to keep.
    pub(crate) fn target(&self) -> Target {
        match self.parts.get() {
            Some(parts) => Target::Told(parts.uri.clone()),
            None => Target::Came((&*self.came.target).into()),
        }
    }

    /// The first value of a field, to keep.
    pub(crate) fn value(&self, name: &HeaderName) -> Option<HeaderValue> {
        match self.parts.get() {
            Some(parts) => parts.headers.get(name).cloned(),
            None => self.came.fields.value(name.as_str()),
        }
    }

    /// Whether the target is a path and perhaps a query, and names no host.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        !self.came.target.is_empty()
    }

    /// The values of a field.
    pub(crate) fn values<'h>(&'h self, name: &'h str) -> Values<'h> {
        match self.parts.get() {
            Some(parts) => Values::Told(parts.headers.get_all(name).into_iter()),
            None => Values::Came(self.came.fields.iter(), name),
        }
    }

    /// The first `Content-Type`.
    pub(crate) fn content_type(&self) -> Option<&[u8]> {
        match self.parts.get() {
            Some(parts) => parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes),
            None => self.came.fields.content_type(),
        }
    }

    /// All fields in their order, with names in whatever case they came in.
    #[inline]
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let told = self.parts.get().map(|parts| &parts.headers);
        let came = match told {
            None => self.came.fields.iter(),
            Some(_) => fields::Iter::default(),
        };
        let told = told.into_iter().flatten();
        came.chain(told.map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())))
    }

    /// All of it.
    pub(crate) fn parts(&self) -> &Parts {
        self.parts.get_or_init(|| self.came.parts())
    }

    pub(crate) fn into_parts(mut self) -> Parts {
        self.parts.take().unwrap_or_else(|| self.came.parts())
    }

    /// Makes it blank again. Says whether it is worth keeping: one with much room is not.
    pub(crate) fn clear(&mut self) -> bool {
        if let Some(parts) = self.parts.take() {
            spare::give(parts.headers);
        }
        let came = &mut self.came;
        came.method = Method::GET;
        came.version = Version::default();
        came.target.clear();
        came.path = 0;
        came.fields.clear() && came.target.capacity() <= SPARE_TARGET
    }
}

/// The target of a request that is there no more.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Told(Uri),
    /// It is plain.
    Came(Box<str>),
}

impl Target {
    pub(crate) fn into_uri(self) -> Uri {
        match self {
            Self::Told(uri) => uri,
            Self::Came(target) => uri(&target),
        }
    }
}

/// The values of a field, in the order they came.
pub(crate) enum Values<'h> {
    Told(ValueIter<'h, HeaderValue>),
    Came(fields::Iter<'h>, &'h str),
}

impl<'h> Iterator for Values<'h> {
    type Item = &'h [u8];

    fn next(&mut self) -> Option<&'h [u8]> {
        match self {
            Self::Told(values) => values.next().map(HeaderValue::as_bytes),
            Self::Came(fields, name) => {
                let name = name.as_bytes();
                let named = fields.find(|(own, _)| own.eq_ignore_ascii_case(name));
                named.map(|(_, value)| value)
            }
        }
    }
}

impl From<Parts> for Head {
    fn from(parts: Parts) -> Self {
        Self {
            parts: OnceLock::from(parts),
            came: Came::default(),
        }
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().fmt(f)
    }
}

impl Came {
    #[cold]
    fn parts(&self) -> Parts {
        let mut parts = self.parts_without_fields(uri(&self.target));
        parts.headers = self.fields.map();
        parts
    }

    fn parts_without_fields(&self, uri: Uri) -> Parts {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.method = self.method.clone();
        parts.uri = uri;
        parts.version = self.version;
        parts
    }
}

/// The URI of a target that is plain, and so is one.
fn uri(target: &str) -> Uri {
    target.parse().unwrap_or_default()
}

/// Whether a target is a path and perhaps a query, of nothing but what both may have (RFC 3986 section
/// 3.3): how long the path is. All others are left to those who know them.
#[inline]
pub(crate) fn plain(target: &[u8]) -> Option<usize> {
    if target.first() != Some(&b'/') || target.len() > PLAIN_TARGET {
        return None;
    }
    let path = target.iter().position(|byte| !IN_PATHS[usize::from(*byte)]);
    let Some(path) = path else {
        return Some(target.len());
    };
    let (mark, query) = target[path..].split_first()?;
    let in_query = |byte: &u8| IN_PATHS[usize::from(*byte)] || *byte == b'?';
    (*mark == b'?' && query.iter().all(in_query)).then_some(path)
}

/// The bytes that a path may have.
const IN_PATHS: [bool; 256] = alphanumeric_or(b"-._~!$&'()*+,;=:@%/");

/// A table of bytes, made when it is compiled, as each request is looked at: letters and digits, and these.
pub(crate) const fn alphanumeric_or(others: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < others.len() {
        table[others[index] as usize] = true;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use http::header;
    use proptest::prelude::*;

    use super::*;

    /// A head of these bytes: the target, and a field of each line.
    fn head(text: &str) -> Head {
        let (mut lines, bytes) = (text.split('\n'), text.as_bytes());
        let mut head = Head::blank();
        let target = lines.next().unwrap();
        head.fill(bytes, Method::PUT, target, Version::HTTP_10)
            .unwrap();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            head.field(bytes, name.as_bytes(), value.as_bytes());
        }
        head.filled();
        head
    }

    #[test]
    fn it_says_the_same_before_and_after_all_of_it_is_asked_for() {
        for target in [
            "/",
            "/a/b",
            "/a?",
            "/a?b=c?&d",
            "//a/b",
            "/{a}?b",
            "http://host/a?b",
        ] {
            let head = head(&format!(
                "{target}\nHost: a\nContent-Type: a\nx-Twice: 1\nX-twice: 2"
            ));
            let said = |head: &Head| {
                let (path, query) = (head.path().to_owned(), head.query().map(str::to_owned));
                let both = head.path_and_query().map(str::to_owned);
                let lines = |name| head.values(name).map(<[u8]>::to_vec).collect::<Vec<_>>();
                let lines = (lines("x-twice"), lines("X-TWICE"), lines("no"), lines(" "));
                assert_eq!(head.content_type(), Some(&b"a"[..]));
                (
                    head.method().clone(),
                    head.version(),
                    path,
                    query,
                    both,
                    lines,
                )
            };
            let before = said(&head);
            assert_eq!(before.5.0, [b"1", b"2"]);
            let parts = head.parts();
            assert_eq!(parts.uri, target);
            assert_eq!(parts.headers[header::HOST], "a");
            let twice: Vec<_> = parts.headers.get_all("x-twice").iter().collect();
            assert_eq!(twice, ["1", "2"]);
            assert_eq!(said(&head), before, "{target}");
            assert_eq!(
                format!("{:?}", head.parts()),
                format!("{:?}", head.into_parts())
            );
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        let table = [
            ("/", Some(1)),
            ("/a%20;b@c:8/~d", Some(14)),
            ("/a?b", Some(2)),
            ("/a??", Some(2)),
            ("", None),
            ("*", None),
            ("a", None),
            ("http://a/", None),
            ("/a#b", None),
            ("/a b", None),
            ("/\u{e9}", None),
            ("/a?b#", None),
            ("/a?\u{e9}", None),
        ];
        for (target, path) in table {
            assert_eq!(plain(target.as_bytes()), path, "{target}");
        }
        assert_eq!(plain("/".repeat(PLAIN_TARGET + 1).as_bytes()), None);
    }

    #[test]
    fn fields_are_taken_out_by_name() {
        let mut head = head("/\ncontent-length: 5\nhost: a\nContent-Length: 5");
        head.without(&header::CONTENT_LENGTH);
        let names: Vec<_> = head.parts().headers.keys().collect();
        assert_eq!(names, [header::HOST]);
    }

    #[test]
    fn what_is_blank_again_says_nothing_of_before() {
        let mut used = head("/secret?a\ncookie: secret");
        assert!(used.clear());
        assert!(!format!("{used:?}").contains("secret"));
        let mut large = head(&format!("/{}", "a".repeat(2 * SPARE_TARGET)));
        assert!(!large.clear());
    }

    proptest! {
        #[test]
        fn what_is_plain_is_a_target_to_others(target in "/[ -~]{0,40}") {
            if let Some(path) = plain(target.as_bytes()) {
                let uri: Uri = target.parse().unwrap();
                prop_assert_eq!(uri.path(), &target[..path]);
                prop_assert_eq!(uri.query(), target.get(path + 1..));
                prop_assert_eq!(uri.authority(), None);
            }
        }
    }
}
