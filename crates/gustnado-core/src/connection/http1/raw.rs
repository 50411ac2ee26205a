//! A head before anything is made of it: whether it is one of the many that ask for a file and nothing
//! else. Pure; it must not know who has the file.

use super::own::Own;
use crate::{connection::framing::Host, glance::Glance, look::Since};

/// What of a head was parsed: all of it is well-formed, and nothing of it was looked at.
#[derive(Debug)]
pub(super) struct Raw<'a, 'b>(pub(super) &'a httparse::Request<'a, 'b>);

impl Raw<'_, '_> {
    /// The target of a GET of HTTP/1.1.
    #[inline]
    pub(super) fn target_of_get(&self) -> Option<&str> {
        let parsed = self.0;
        (parsed.method == Some("GET") && parsed.version == Some(1)).then_some(parsed.path)?
    }

    /// What is to be seen of it: of a request that comes to the right host, has no body, ends nothing and
    /// asks for no other protocol. Whatever else has to be looked at by whoever makes requests.
    #[inline]
    pub(super) fn glance(&self, since: Since) -> Option<Glance<'_>> {
        let (mut host, fields) = (Host::Missing, &*self.0.headers);
        for field in fields {
            match Own::named(field.name.as_bytes()) {
                None => {}
                Some(Own::Host) => host.note(field.value),
                Some(Own::Connection) if field.value.eq_ignore_ascii_case(b"keep-alive") => {}
                Some(_) => return None,
            }
        }
        if host != Host::One {
            return None;
        }
        Glance::of_get(self.target_of_get()?, fields, since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_seen(head: &str) -> bool {
        let mut fields = [httparse::EMPTY_HEADER; 8];
        let mut parsed = httparse::Request::new(&mut fields);
        assert!(parsed.parse(head.as_bytes()).unwrap().is_complete());
        Raw(&parsed).glance(Since::now()).is_some()
    }

    #[test]
    fn what_needs_a_request_is_not_seen() {
        for (line, fields, seen) in [
            ("GET /a HTTP/1.1", "Host: a\r\n", true),
            ("GET /a?b HTTP/1.1", "host: a:80\r\nCookie: a=b\r\n", true),
            (
                "GET /a HTTP/1.1",
                "Host: a\r\nConnection: Keep-Alive\r\n",
                true,
            ),
            ("GET /a HTTP/1.1", "Host: a\r\nRange: bytes=0-1\r\n", true),
            // Refused, or not by everybody read alike.
            ("GET /a HTTP/1.1", "", false),
            ("GET /a HTTP/1.1", "Host: a\r\nHost: a\r\n", false),
            ("GET /a HTTP/1.1", "Host: a/b\r\n", false),
            ("GET /a#b HTTP/1.1", "Host: a\r\n", false),
            ("GET http://a/ HTTP/1.1", "Host: a\r\n", false),
            ("GET * HTTP/1.1", "Host: a\r\n", false),
            // With a body, or what is said of one.
            ("GET /a HTTP/1.1", "Host: a\r\nContent-Length: 0\r\n", false),
            (
                "GET /a HTTP/1.1",
                "Host: a\r\nTransfer-Encoding: chunked\r\n",
                false,
            ),
            (
                "GET /a HTTP/1.1",
                "Host: a\r\nExpect: 100-continue\r\n",
                false,
            ),
            // The connection does not go on, or not like this.
            ("GET /a HTTP/1.1", "Host: a\r\nConnection: close\r\n", false),
            (
                "GET /a HTTP/1.1",
                "Host: a\r\nConnection: upgrade\r\n",
                false,
            ),
            (
                "GET /a HTTP/1.1",
                "Host: a\r\nUpgrade: websocket\r\n",
                false,
            ),
            (
                "GET /a HTTP/1.0",
                "Host: a\r\nConnection: keep-alive\r\n",
                false,
            ),
            ("HEAD /a HTTP/1.1", "Host: a\r\n", false),
            ("POST /a HTTP/1.1", "Host: a\r\n", false),
        ] {
            let head = format!("{line}\r\n{fields}\r\n");
            assert_eq!(is_seen(&head), seen, "{head}");
        }
    }
}
