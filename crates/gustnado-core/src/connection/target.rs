//! What hyper lets pass as the target of a request over HTTP/1 though it has no meaning for a server
//! that is no proxy (RFC 9112 section 3.2). It must not know what becomes of a refusal.

use http::{Method, Uri, request::Parts};

use crate::error::Error;

/// What is wrong with the method and the target of a request over HTTP/1.
pub(super) fn fault(head: &Parts) -> Option<Error> {
    // Whatever a handler that answers every method said, hyper would send it as the start of one.
    if head.method == Method::CONNECT {
        return Some(Error::new(501, "this server opens no tunnels"));
    }
    let detail = target(&head.uri, &head.method);
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
            let status = fault(&head).map(|error| error.status().as_u16());
            assert_eq!(status, expected, "{method} {target}");
        }
    }
}
