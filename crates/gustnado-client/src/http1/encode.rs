//! The head of a request over HTTP/1, as bytes. Pure; it must not know sockets, nor how a body is made.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{CONNECTION, HOST, TRAILER},
};

use super::head::{Asked, says};

/// A request, as it is to be written.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) method: &'a Method,
    /// Scheme and authority, where the whole URL is said, as to a proxy (RFC 9112 section 3.2.2).
    pub(crate) whole: Option<(&'static str, &'a HeaderValue)>,
    /// Path and query.
    pub(crate) path: &'a str,
    /// The host, where it is not among the fields.
    pub(crate) host: Option<&'a HeaderValue>,
    /// Fields as they are written, none of which says anything of the connection.
    pub(crate) lines: &'a [u8],
    pub(crate) headers: &'a HeaderMap,
    /// Fields that are not among those.
    pub(crate) more: [Option<(HeaderName, HeaderValue)>; 2],
}

/// How the body of a request is told from what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// There is none.
    None,
    Bytes(u64),
    Chunked,
}

/// Writes a head.
pub(super) fn head(out: &mut Vec<u8>, asking: &Asking<'_>, body: Extent) -> Asked {
    put(out, &[asking.method.as_str().as_bytes(), b" "]);
    if let Some((scheme, authority)) = asking.whole {
        put(out, &[scheme.as_bytes(), b"://", authority.as_bytes()]);
    }
    put(out, &[asking.path.as_bytes(), b" HTTP/1.1\r\n"]);
    // Before all else (RFC 9110 section 7.2).
    for host in asking.host.into_iter().chain(asking.headers.get_all(HOST)) {
        put(out, &[b"host: ", host.as_bytes(), b"\r\n"]);
    }
    put(out, &[asking.lines]);
    let mut close = false;
    for (name, value) in asking.headers {
        if *name != HOST {
            put_field(out, name, value);
        }
        close |= *name == CONNECTION && says(value.as_bytes(), b"close");
    }
    for (name, value) in asking.more.iter().flatten() {
        put_field(out, name, value);
    }
    match body {
        Extent::None => {}
        Extent::Bytes(length) => {
            let mut digits = itoa::Buffer::new();
            let length = digits.format(length).as_bytes();
            put(out, &[b"content-length: ", length, b"\r\n"]);
        }
        Extent::Chunked => put(out, &[b"transfer-encoding: chunked\r\n"]),
    }
    put(out, &[b"\r\n"]);
    Asked {
        head: *asking.method == Method::HEAD,
        connect: *asking.method == Method::CONNECT,
        close,
    }
}

/// Whether its head has said that there may be fields behind the body (RFC 9110 section 6.5.1).
pub(super) fn has_trailers(headers: &HeaderMap) -> bool {
    headers.contains_key(TRAILER)
}

pub(super) fn put_field(out: &mut Vec<u8>, name: &HeaderName, value: &HeaderValue) {
    put(
        out,
        &[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"],
    );
}

#[inline]
fn put(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let headers: HeaderMap = [
            ("x-a", "1"),
            ("connection", "TE, close"),
            ("host", "a.test"),
        ]
        .into_iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect();
        let authority = HeaderValue::from_static("a.test:81");
        let mut asking = Asking {
            method: &Method::HEAD,
            whole: None,
            path: "/x?y",
            host: None,
            lines: b"",
            headers: &headers,
            more: [None, None],
        };
        let mut out = Vec::new();
        let asked = head(&mut out, &asking, Extent::None);
        assert!(asked.head && asked.close && !asked.connect);
        let text = String::from_utf8(std::mem::take(&mut out)).unwrap();
        let expected =
            "HEAD /x?y HTTP/1.1\r\nhost: a.test\r\nx-a: 1\r\nconnection: TE, close\r\n\r\n";
        assert_eq!(text, expected);
        let (method, none) = (Method::POST, HeaderMap::new());
        asking.method = &method;
        asking.headers = &none;
        asking.whole = Some(("http", &authority));
        (asking.host, asking.lines) = (Some(&authority), b"C: D\r\n");
        asking.more[1] = Some((HeaderName::from_static("b"), authority.clone()));
        for (body, line) in [
            (Extent::Bytes(0), "content-length: 0"),
            (
                Extent::Bytes(u64::MAX),
                "content-length: 18446744073709551615",
            ),
            (Extent::Chunked, "transfer-encoding: chunked"),
        ] {
            head(&mut out, &asking, body);
            let text = String::from_utf8(std::mem::take(&mut out)).unwrap();
            let expected = format!(
                "POST http://a.test:81/x?y HTTP/1.1\r\nhost: a.test:81\r\nC: D\r\nb: a.test:81\r\n{line}\r\n\r\n"
            );
            assert_eq!(text, expected);
        }
    }
}
