//! What can be read as the target of a request though it has no meaning for a server that is no
//! proxy, or two of them. It must not know what becomes of a refusal.

use http::{Method, Uri};
#[cfg(feature = "http2")]
use http::{header::HOST, request::Parts};

#[cfg(feature = "http2")]
use super::framing;
use crate::{error::Error, head::Head};

/// What is wrong with the method and the target of a request over HTTP/1 (RFC 9112 section 3.2).
pub(super) fn fault(head: &Head) -> Option<Error> {
    // Whatever a handler that answers every method said would be the start of one.
    if *head.method() == Method::CONNECT {
        return Some(Error::new(501, "this server opens no tunnels"));
    }
    if head.is_plain() {
        return None;
    }
    let detail = target(&head.parts().uri, head.method());
    detail.map(|detail| Error::new(400, detail))
}

fn target(uri: &Uri, method: &Method) -> Option<&'static str> {
    let Some(authority) = uri.authority() else {
        let asterisk = uri.path() == "*" && *method != Method::OPTIONS;
        return asterisk.then_some("the target `*` is for OPTIONS only");
    };
    match uri.scheme_str() {
        None => Some("the target is not a path"),
        // RFC 9110 section 4.2.4: a user before the host is a trick more often than a user.
        Some("http" | "https") => {
            let user = authority.as_str().contains('@');
            user.then_some("the target names a user")
        }
        Some(_) => Some("the target is neither http nor https"),
    }
}

/// What is wrong with the host of a request over HTTP/2: it stands in `:authority`, and a `Host` beside
/// it says the same (RFC 9113 section 8.3.1), or two servers would take it for two sites.
#[cfg(feature = "http2")]
pub(super) fn authority_fault(head: &Parts) -> Option<Error> {
    let authority = head
        .uri
        .authority()
        .map_or("", |authority| authority.as_str());
    if authority.contains('@') {
        return Some(Error::new(400, "the target names a user"));
    }
    let mut hosts = head.headers.get_all(HOST).iter();
    let first = hosts.next()?;
    let same = authority.is_empty() || first.as_bytes().eq_ignore_ascii_case(authority.as_bytes());
    let one = hosts.next().is_none() && same && framing::is_host(first.as_bytes());
    (!one).then(|| Error::new(400, "the Host field is not the host of the target"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        let table = [
            ("GET", "/", None),
            ("GET", "/a?b", None),
            ("GET", "http://a/", None),
            ("GET", "HTTPS://a:8/b?c", None),
            ("OPTIONS", "*", None),
            ("GET", "*", Some(400)),
            ("GET", "a", Some(400)),
            ("OPTIONS", "a:80", Some(400)),
            ("GET", "ftp://a/", Some(400)),
            ("GET", "http://u@a/", Some(400)),
            ("CONNECT", "a:80", Some(501)),
            ("CONNECT", "/", Some(501)),
        ];
        for (method, target, expected) in table {
            let request = http::Request::builder().method(method).uri(target).body(());
            let (head, ()) = request.expect("a request").into_parts();
            let status = fault(&head.into()).map(|error| error.status().as_u16());
            assert_eq!(status, expected, "{method} {target}");
        }
    }

    #[cfg(feature = "http2")]
    #[test]
    fn hosts_of_http_2() {
        let table: [(&str, &[&str], _); 8] = [
            ("http://a/", &[], None),
            ("http://a/", &["A"], None),
            ("/", &["a"], None),
            ("/", &["a/b"], Some(400)),
            ("/", &["a", "a"], Some(400)),
            ("http://a/", &["b"], Some(400)),
            ("http://a/", &["a", "b"], Some(400)),
            ("http://u@a/", &[], Some(400)),
        ];
        for (target, hosts, expected) in table {
            let mut request = http::Request::get(target);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            let (head, ()) = request.body(()).expect("a request").into_parts();
            let status = authority_fault(&head).map(|error| error.status().as_u16());
            assert_eq!(status, expected, "{target} {hosts:?}");
        }
    }
}
