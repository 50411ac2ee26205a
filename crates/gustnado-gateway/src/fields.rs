//! Header fields that are for one connection only, and what changes in a head from hop to hop. It
//! must not know who asked, nor where the request goes.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Version,
    header::{
        CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, MAX_FORWARDS, PROXY_AUTHENTICATE,
        PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE, VIA,
    },
};

/// Those that are for one connection whether `Connection` names them or not (RFC 9110 section 7.6.1),
/// and those by which a proxy and its client know each other.
const OF_A_CONNECTION: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Takes out what is for the connection that it came over.
pub(crate) fn strip(headers: &mut HeaderMap) {
    // To look at each name costs less than to look for those that are not there.
    if !headers.keys().any(|name| OF_A_CONNECTION.contains(name)) {
        return;
    }
    if let Some(first) = headers.get(CONNECTION) {
        let only = headers.get_all(CONNECTION).iter().nth(1).is_none();
        // The two that nearly every head has, and that name nothing.
        let usual = [&b"keep-alive"[..], b"close"];
        let usual = usual
            .iter()
            .any(|word| first.as_bytes().eq_ignore_ascii_case(word));
        if !(only && usual) {
            for name in named(headers) {
                headers.remove(name);
            }
        }
    }
    for name in OF_A_CONNECTION {
        headers.remove(name);
    }
}

/// The fields that `Connection` names.
fn named(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers.get_all(CONNECTION).iter();
    let words = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    words
        .filter_map(|word| HeaderName::from_bytes(word.trim_ascii()).ok())
        .collect()
}

/// Makes of the head that came the one that is sent on: without what was for the connection, with
/// `Via` and with what HTTP/1 needs in one line.
pub(crate) fn request(headers: &mut HeaderMap, version: Version, via: &Via) {
    let trailers = takes_trailers(headers);
    strip(headers);
    // Both follow from the body. What the client waits for, it gets from us once there is a connection.
    headers.remove(CONTENT_LENGTH);
    headers.remove(EXPECT);
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONNECTION, HeaderValue::from_static("te"));
    }
    // By HTTP/2 they may come in pieces (RFC 9113 section 8.2.3).
    if headers.get_all(COOKIE).iter().nth(1).is_some() {
        join(headers, COOKIE, "; ");
    }
    headers.append(VIA, via.by(version).clone());
}

/// Makes one line of all those of a name.
pub(crate) fn join(headers: &mut HeaderMap, name: HeaderName, between: &str) {
    let values: Vec<_> = headers
        .get_all(&name)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    if let Ok(value) = HeaderValue::from_bytes(&values.join(between.as_bytes())) {
        headers.insert(name, value);
    }
}

/// Whether the client wants what comes behind a body (RFC 9110 section 6.5.1).
fn takes_trailers(headers: &HeaderMap) -> bool {
    words(headers, TE).any(|word| word.eq_ignore_ascii_case(b"trailers"))
}

/// How many gateways a request passed.
pub(crate) fn hops(headers: &HeaderMap) -> usize {
    words(headers, VIA).count()
}

/// Counts down what may be left of the way of an OPTIONS or TRACE; whether it ends here (RFC 9110
/// section 7.6.2).
pub(crate) fn ends_here(method: &Method, headers: &mut HeaderMap) -> bool {
    if !matches!(*method, Method::OPTIONS | Method::TRACE) {
        return false;
    }
    let left = headers.get(MAX_FORWARDS);
    let left: Option<u32> = left.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    match left {
        Some(0) => return true,
        Some(left) => {
            headers.insert(MAX_FORWARDS, HeaderValue::from(left - 1));
        }
        None => {}
    }
    false
}

fn words(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &[u8]> {
    let values = headers.get_all(name).into_iter();
    let words = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    words
        .map(<[u8]>::trim_ascii)
        .filter(|word| !word.is_empty())
}

/// What `Via` says of a gateway: the version that a request came to it by, and its name.
#[derive(Debug)]
pub(crate) struct Via([HeaderValue; 4]);

impl Default for Via {
    fn default() -> Self {
        let said = [
            "1.0 gustnado",
            "1.1 gustnado",
            "2.0 gustnado",
            "3.0 gustnado",
        ];
        Self(said.map(HeaderValue::from_static))
    }
}

impl Via {
    /// `None` where the name cannot be said.
    pub(crate) fn new(pseudonym: &str) -> Option<Self> {
        let said = |version: &str| HeaderValue::try_from(format!("{version} {pseudonym}")).ok();
        Some(Self([
            said("1.0")?,
            said("1.1")?,
            said("2.0")?,
            said("3.0")?,
        ]))
    }

    pub(crate) fn by(&self, version: Version) -> &HeaderValue {
        let [old, usual, two, three] = &self.0;
        match version {
            Version::HTTP_10 => old,
            Version::HTTP_2 => two,
            Version::HTTP_3 => three,
            _ => usual,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shown::{map, shown};

    type Lines = &'static [(&'static str, &'static str)];

    #[test]
    fn what_is_for_one_connection_is_taken_out() {
        let mut headers = map(&[
            ("connection", "Keep-Alive, X-Hop"),
            ("connection", "x-other , , bad name"),
            ("keep-alive", "timeout=5"),
            ("proxy-connection", "keep-alive"),
            ("proxy-authorization", "Basic eA=="),
            ("te", "gzip"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("x-hop", "1"),
            ("x-other", "2"),
            ("x-end", "3"),
            ("trailer", "x-sum"),
        ]);
        strip(&mut headers);
        assert_eq!(shown(&headers), ["trailer: x-sum", "x-end: 3"]);
    }

    #[test]
    fn the_head_that_is_sent_on_says_who_had_it() {
        let table: &[(Lines, Version, &[&str])] = &[
            (&[], Version::HTTP_11, &["via: 1.1 g"]),
            (
                &[
                    ("via", "1.1 a"),
                    ("expect", "100-continue"),
                    ("content-length", "3"),
                ],
                Version::HTTP_10,
                &["via: 1.0 g", "via: 1.1 a"],
            ),
            (
                &[("te", "gzip, trailers"), ("connection", "te")],
                Version::HTTP_11,
                &["connection: te", "te: trailers", "via: 1.1 g"],
            ),
            (
                &[("cookie", "a=1"), ("cookie", "b=2")],
                Version::HTTP_2,
                &["cookie: a=1; b=2", "via: 2.0 g"],
            ),
        ];
        for (fields, version, expected) in table {
            let mut headers = map(fields);
            request(&mut headers, *version, &Via::new("g").unwrap());
            assert_eq!(shown(&headers), *expected, "{fields:?}");
        }
    }

    #[test]
    fn ways_end() {
        let mut way = map(&[("max-forwards", "1")]);
        assert!(!ends_here(&Method::GET, &mut way));
        assert!(!ends_here(&Method::OPTIONS, &mut way));
        assert_eq!(way[MAX_FORWARDS], "0");
        assert!(ends_here(&Method::TRACE, &mut way));
        assert!(!ends_here(&Method::GET, &mut way));
        assert!(!ends_here(
            &Method::OPTIONS,
            &mut map(&[("max-forwards", "x")])
        ));
    }

    #[test]
    fn hops_are_counted_over_lines() {
        let way = map(&[("via", "1.1 a, 1.0 b"), ("via", "2.0 c")]);
        assert_eq!((hops(&way), hops(&HeaderMap::new())), (3, 0));
    }

    proptest! {
        /// However `Connection` is written, what it names does not go on.
        #[test]
        fn nothing_that_is_named_goes_on(
            names in prop::collection::vec("[a-c]{1,2}", 0..6),
            lines in prop::collection::vec(r"([a-c]{0,2}[ ,\t]{0,2}){0,4}", 0..3),
        ) {
            let mut headers: HeaderMap = names
                .iter()
                .map(|name| (name.parse().unwrap(), HeaderValue::from_static("x")))
                .collect();
            let mut named: Vec<&str> = Vec::new();
            for line in &lines {
                headers.append(CONNECTION, line.parse().unwrap());
                named.extend(line.split(',').map(|word| word.trim_matches([' ', '\t'])));
            }
            strip(&mut headers);
            prop_assert!(!headers.contains_key(CONNECTION));
            for name in names {
                let goes_on = headers.contains_key(&*name);
                prop_assert_eq!(goes_on, !named.contains(&&*name), "{} {:?}", name, lines);
            }
        }
    }
}
