//! The head of a request as far as it has to be seen to know whether its answer was made before: read
//! where it lies, without a [`Request`] being made of it. It must not know answers.

use http::Method;

use crate::{
    head::{self, Head},
    look::{Look, Since},
    request::Request,
};

/// The head of a request at a glance, for [`Mount::at_hand`](crate::Mount::at_hand).
///
/// Over HTTP/1 it is what a peer has sent and the connection has checked, before a [`Request`] is made of
/// it: a hit needs none.
#[derive(Debug, Clone, Copy)]
pub struct Glance<'r> {
    method: &'r Method,
    target: &'r str,
    path: &'r str,
    query: Option<&'r str>,
    fields: Lies<'r>,
    request: Option<&'r Request>,
    since: Option<Since>,
}

/// Where fields are.
#[derive(Debug, Clone, Copy)]
enum Lies<'r> {
    Here(&'r [httparse::Header<'r>]),
    In(&'r Head),
}

impl<'r> Glance<'r> {
    /// A GET over HTTP/1. Nothing is seen of one whose target is not plain.
    #[inline]
    pub(crate) fn of_get(
        target: &'r str,
        fields: &'r [httparse::Header<'r>],
        since: Since,
    ) -> Option<Self> {
        let path_ends = head::plain(target.as_bytes())?;
        Some(Self {
            method: &Method::GET,
            target,
            path: target.get(..path_ends)?,
            query: target.get(path_ends + 1..),
            fields: Lies::Here(fields),
            request: None,
            since: Some(since),
        })
    }

    /// That of a request that was made.
    #[must_use]
    pub fn of(request: &'r Request) -> Self {
        let head = request.raw_head();
        Self {
            method: head.method(),
            target: head.path_and_query().unwrap_or_default(),
            path: head.path(),
            query: head.query(),
            fields: Lies::In(head),
            request: Some(request),
            since: None,
        }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'r Method {
        self.method
    }

    /// Path and query, percent-encoded as they came.
    #[must_use]
    pub fn target(&self) -> &'r str {
        self.target
    }

    /// The path, percent-encoded as it came.
    #[must_use]
    pub fn path(&self) -> &'r str {
        self.path
    }

    /// The query string, without its `?`.
    #[must_use]
    pub fn query(&self) -> Option<&'r str> {
        self.query
    }

    /// The header fields in their order. Names are in whatever case they came in.
    #[inline]
    pub fn fields(&self) -> impl Iterator<Item = (&'r [u8], &'r [u8])> + use<'r> {
        let (here, head) = match self.fields {
            Lies::Here(fields) => (fields, None),
            Lies::In(head) => (&[][..], Some(head)),
        };
        let here = here
            .iter()
            .map(|field| (field.name.as_bytes(), field.value));
        here.chain(head.into_iter().flat_map(Head::fields))
    }

    /// The request, where one was made. Where none was, and it is needed, the answer is not at hand: the
    /// mount is asked again when it is there.
    #[must_use]
    pub fn request(&self) -> Option<&'r Request> {
        self.request
    }

    /// Whether the request was there before something was looked at, so that what was seen then is as new as
    /// what a look would see now. Never where a request was made.
    #[must_use]
    #[inline]
    pub fn came_before(&self, look: Look) -> bool {
        self.since.is_some_and(|since| since.is_before(look))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::body::Body;

    fn made(target: &str) -> Option<Request> {
        let request = http::Request::get(target).body(Body::empty());
        request.ok().map(Request::from)
    }

    #[test]
    fn targets_are_seen_as_requests_have_them_or_not_at_all() {
        for target in [
            "/",
            "/a",
            "/a/b.c?v=1&w=?/",
            "/%41?",
            "//a",
            "/a:@!$&'()*+,;=~_-",
        ] {
            let request = made(target).unwrap();
            let (seen, whole) = (
                Glance::of_get(target, &[], Since::now()),
                Glance::of(&request),
            );
            let parts = |seen: Glance<'_>| (seen.target().to_owned(), seen.path().to_owned());
            let seen = seen.unwrap();
            assert_eq!(parts(seen), parts(whole), "{target}");
            assert_eq!(seen.query(), whole.query(), "{target}");
            assert!(seen.request().is_none() && whole.request().is_some());
        }
        for target in [
            "",
            "*",
            "a",
            "http://a/",
            "/a#b",
            "/a?b#c",
            "/a b",
            "/\u{e9}",
            "/a\"",
            "?a",
        ] {
            assert!(
                Glance::of_get(target, &[], Since::now()).is_none(),
                "{target}"
            );
        }
    }

    #[test]
    fn fields_are_seen_wherever_they_are() {
        let field = |name, value| httparse::Header { name, value };
        let lines = [
            field("Host", b"a".as_slice()),
            field("b", b"c"),
            field("b", b"d"),
        ];
        let mut request = http::Request::get("/");
        for line in &lines {
            request = request.header(line.name, line.value);
        }
        let request = Request::from(request.body(Body::empty()).unwrap());
        let seen = Glance::of_get("/", &lines, Since::now()).unwrap();
        let whole = Glance::of(&request);
        let values = |seen: &Glance<'_>| -> Vec<_> {
            let lower = |(name, value): (&[u8], &[u8])| (name.to_ascii_lowercase(), value.to_vec());
            seen.fields().map(lower).collect()
        };
        assert_eq!(values(&seen), values(&whole));
        assert_eq!(values(&seen).len(), 3);
    }

    proptest! {
        #[test]
        fn what_is_seen_is_what_a_request_would_say(target in "/[ -~]{0,12}") {
            if let Some(seen) = Glance::of_get(&target, &[], Since::now()) {
                let request = made(&target).expect("no target of a request");
                prop_assert_eq!(seen.path(), request.path());
                prop_assert_eq!(seen.query(), request.query());
                prop_assert_eq!(Some(seen.target()), request.uri().path_and_query().map(http::uri::PathAndQuery::as_str));
            }
        }
    }
}
