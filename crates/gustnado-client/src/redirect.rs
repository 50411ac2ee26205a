//! What a redirect asks for (RFC 9110 section 15.4, and the Fetch standard's HTTP-redirect fetch). It
//! decides and sends nothing.

use http::{
    HeaderMap, Method, StatusCode,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION,
        CONTENT_TYPE, COOKIE, LOCATION, PROXY_AUTHORIZATION,
    },
};

use crate::{
    error::{Error, ErrorKind, Result},
    url::Url,
};

/// What is sent next.
#[derive(Debug)]
pub(crate) struct Hop {
    pub(crate) url: Url,
    pub(crate) method: Method,
    /// Whether the body is sent again.
    pub(crate) body: bool,
}

/// The next hop, if the answer is a redirect that says where to.
pub(crate) fn next(
    method: &Method,
    url: &Url,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<Option<Hop>> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = headers.get(LOCATION) else {
        return Ok(None);
    };
    let wrong = |why: String| Error::new(ErrorKind::Redirect, why);
    let location = std::str::from_utf8(location.as_bytes())
        .map_err(|_| wrong("the redirect's `Location` is not UTF-8".into()))?;
    let next = url.resolve(location).map_err(|error| {
        wrong(format!(
            "the redirect to `{}` cannot be followed: {error}",
            shown(location)
        ))
    })?;
    let get = match status.as_u16() {
        301 | 302 => *method == Method::POST,
        303 => *method != Method::GET && *method != Method::HEAD,
        _ => false,
    };
    let method = if get { Method::GET } else { method.clone() };
    Ok(Some(Hop {
        url: next,
        method,
        body: !get,
    }))
}

/// Takes out what is not for where the next hop leads to.
pub(crate) fn strip(headers: &mut HeaderMap, same_origin: bool, body: bool) {
    if !same_origin {
        for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
            headers.remove(name);
        }
    }
    if !body {
        let of_body = [
            CONTENT_ENCODING,
            CONTENT_LANGUAGE,
            CONTENT_LENGTH,
            CONTENT_LOCATION,
            CONTENT_TYPE,
        ];
        for name in of_body {
            headers.remove(name);
        }
    }
}

/// Without query, and not too much of it.
fn shown(location: &str) -> String {
    let plain = location.split('?').next().unwrap_or_default();
    plain
        .chars()
        .take(100)
        .flat_map(char::escape_debug)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(method: &str, status: u16, location: &str) -> Result<Option<String>> {
        let method = method.parse().unwrap();
        let url = Url::parse("https://a.test/x?y").unwrap();
        let headers = HeaderMap::from_iter([(LOCATION, location.parse().unwrap())]);
        let status = StatusCode::from_u16(status).unwrap();
        let hop = next(&method, &url, status, &headers)?;
        Ok(hop.map(|hop| format!("{} {} {}", hop.method, hop.url, hop.body)))
    }

    #[test]
    fn methods_change_as_the_fetch_standard_says() {
        let table = [
            ("GET", 301, "GET https://a.test/z true"),
            ("POST", 301, "GET https://a.test/z false"),
            ("PUT", 301, "PUT https://a.test/z true"),
            ("POST", 302, "GET https://a.test/z false"),
            ("POST", 303, "GET https://a.test/z false"),
            ("PUT", 303, "GET https://a.test/z false"),
            ("HEAD", 303, "HEAD https://a.test/z true"),
            ("POST", 307, "POST https://a.test/z true"),
            ("POST", 308, "POST https://a.test/z true"),
        ];
        for (method, status, expected) in table {
            let found = hop(method, status, "/z").unwrap();
            assert_eq!(found.as_deref(), Some(expected), "{method} {status}");
        }
        for status in [200, 300, 304, 305, 306, 400] {
            assert_eq!(hop("GET", status, "/z").unwrap(), None, "{status}");
        }
    }

    #[test]
    fn odd_targets_are_errors() {
        for location in [
            "mailto:a@b.test",
            "ftp://b.test/",
            "http://",
            "javascript:alert(1)",
        ] {
            let error = hop("GET", 302, location).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Redirect, "{location}");
        }
    }

    #[test]
    fn secrets_stay_with_their_origin() {
        let all = || {
            let names = [
                AUTHORIZATION,
                COOKIE,
                PROXY_AUTHORIZATION,
                CONTENT_TYPE,
                LOCATION,
            ];
            let pairs = names.into_iter().map(|name| (name, "x".parse().unwrap()));
            HeaderMap::from_iter(pairs)
        };
        let left = |same, body| {
            let mut headers = all();
            strip(&mut headers, same, body);
            headers.len()
        };
        assert_eq!(left(true, true), 5);
        assert_eq!(left(false, true), 2);
        assert_eq!(left(false, false), 1);
    }
}
