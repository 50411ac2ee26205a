//! The head of an answer over HTTP/1: its bytes, and what they say of the rest. Pure; it must not know
//! sockets, nor what becomes of an answer.

use std::mem::MaybeUninit;

use bytes::Bytes;
use gustnado_core::fields::Fields;
use http::{StatusCode, Version, header::CONTENT_LENGTH};

use super::{
    fault::Fault,
    length::{Framing, Length},
};
use crate::{
    head::Head,
    limits::{FIELDS, HEAD},
};

/// What of a request decides how its answer is read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    /// By HEAD: the answer ends behind its head.
    pub(super) head: bool,
    /// By CONNECT: behind a good answer there is no more HTTP.
    pub(super) connect: bool,
    /// It said itself that no other request follows.
    pub(super) close: bool,
}

/// A head, and what it says of what is behind it.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) head: Head,
    /// Bytes that it took.
    pub(super) bytes: usize,
    pub(super) framing: Framing,
    /// Whether another request may follow.
    pub(super) keep_alive: bool,
}

/// Reads a head; `None` where more bytes are needed. What is more than may be is too large also where
/// more would come.
pub(super) fn parse(bytes: &Bytes, asked: Asked) -> Result<Option<Parsed>, Fault> {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS];
    let mut answer = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default().parse_response_with_uninit_headers(
        &mut answer,
        bytes,
        &mut fields,
    );
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) if length <= HEAD => length,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD => return Ok(None),
        Ok(_) => return Err(Fault::TooLarge),
        Err(error) => return Err(why(error)),
    };
    let (Some(code), Some(minor)) = (answer.code, answer.version) else {
        return Ok(None);
    };
    let status = StatusCode::from_u16(code).map_err(|_| Fault::Broken("invalid status"))?;
    let version = match minor {
        0 => Version::HTTP_10,
        _ => Version::HTTP_11,
    };
    let (mut said, mut came) = (Said::default(), Fields::of(&bytes[..length]));
    for field in &*answer.headers {
        let (name, value) = (field.name.as_bytes(), field.value);
        said.note(name, value)?;
        came.push(bytes, name, value);
    }
    said.correct(bytes, &mut came);
    let (framing, keep_alive) = said.of((status, version), asked);
    Ok(Some(Parsed {
        head: Head::new(status, version, came),
        bytes: length,
        framing,
        keep_alive,
    }))
}

#[cold]
fn why(error: httparse::Error) -> Fault {
    Fault::Broken(match error {
        httparse::Error::TooManyHeaders => return Fault::TooLarge,
        httparse::Error::Version => "invalid version of HTTP",
        httparse::Error::Status => "invalid status",
        httparse::Error::HeaderName => "invalid header name",
        httparse::Error::HeaderValue => "invalid header value",
        httparse::Error::NewLine => "invalid end of a line",
        httparse::Error::Token => "invalid status line",
    })
}

/// What the fields say of the message itself.
struct Said<'a> {
    length: Length,
    /// The first that was said of that.
    first: Option<(&'a [u8], &'a [u8])>,
    close: bool,
    keep_alive: bool,
}

impl Default for Said<'_> {
    fn default() -> Self {
        Self {
            length: Length::NONE,
            first: None,
            close: false,
            keep_alive: false,
        }
    }
}

impl<'a> Said<'a> {
    #[inline]
    fn note(&mut self, name: &'a [u8], value: &'a [u8]) -> Result<(), Fault> {
        // Nearly every name has another length.
        match name.len() {
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                self.length.declare(value)?;
                self.first.get_or_insert((name, value));
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => self.length.code(value)?,
            10 if name.eq_ignore_ascii_case(b"connection") => {
                self.close |= says(value, b"close");
                self.keep_alive |= says(value, b"keep-alive");
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether both a length and a coding are said: one that is in between may have gone by the other
    /// (RFC 9112 section 6.3).
    fn is_conflict(&self) -> bool {
        self.length.is_coded() && self.length.declared().is_some()
    }

    /// Has the fields say of the length only what is true, and once: whoever gets them may hand them on.
    #[inline]
    fn correct(&self, bytes: &[u8], fields: &mut Fields) {
        if self.is_conflict() {
            tracing::debug!("an answer had both Content-Length and Transfer-Encoding");
            fields.remove(&CONTENT_LENGTH);
        } else if self.length.is_repeated()
            && let Some((name, value)) = self.first
        {
            fields.remove(&CONTENT_LENGTH);
            let first = value.split(|byte| *byte == b',').next();
            fields.push(bytes, name, first.unwrap_or(value).trim_ascii());
        }
    }

    /// Whether another request may follow, as far as both sides say and nothing is in doubt.
    fn goes_on(&self, status: StatusCode, version: Version, asked: Asked) -> bool {
        let coded = self.length.is_coded();
        // Who codes what its version does not know may have been misunderstood before (RFC 9112 section
        // 6.1).
        let old = version < Version::HTTP_11;
        if self.close || asked.close || old && (coded || !self.keep_alive) {
            return false;
        }
        // Who says how a body comes that cannot be there may send it all the same (RFC 9112 section 6.1,
        // RFC 9110 section 8.6).
        let length = self.length.declared();
        let lies = coded || length.is_some_and(|length| length > 0);
        let doubtful = self.is_conflict() || status == StatusCode::NO_CONTENT && lies;
        !doubtful
    }

    /// How the body of such an answer comes, and whether another request may follow.
    fn of(&self, (status, version): (StatusCode, Version), asked: Asked) -> (Framing, bool) {
        let fine = self.goes_on(status, version, asked);
        let leaves = asked.connect && status.is_success();
        let bare = asked.head
            || leaves
            || status.is_informational()
            || status == StatusCode::NO_CONTENT
            || status == StatusCode::NOT_MODIFIED;
        if bare {
            let leaves = leaves || status == StatusCode::SWITCHING_PROTOCOLS;
            return (Framing::Sized(0), fine && !leaves);
        }
        let framing = self.length.framing();
        (framing, fine && framing != Framing::UntilEnd)
    }
}

/// Whether a list has this word.
pub(super) fn says(value: &[u8], word: &[u8]) -> bool {
    let mut words = value.split(|byte| *byte == b',');
    words.any(|own| own.trim_ascii().eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, asked: Asked) -> Option<(u16, Framing, bool)> {
        let parsed = parse(&Bytes::copy_from_slice(text.as_bytes()), asked).ok()??;
        assert_eq!(parsed.bytes, text.len());
        let status = parsed.head.status.as_u16();
        Some((status, parsed.framing, parsed.keep_alive))
    }

    const ANY: Asked = Asked {
        head: false,
        connect: false,
        close: false,
    };
    const NONE: Framing = Framing::Sized(0);

    fn check(table: &[(&str, Asked, (u16, Framing, bool))]) {
        for (text, asked, expected) in table {
            // As they stand on the wire.
            let text = format!("HTTP/{}\r\n\r\n", text.replace('\n', "\r\n"));
            assert_eq!(read(&text, *asked), Some(*expected), "{text} {asked:?}");
        }
    }

    #[test]
    fn bodies_are_as_their_heads_say() {
        let (head, connect) = (
            Asked { head: true, ..ANY },
            Asked {
                connect: true,
                ..ANY
            },
        );
        check(&[
            ("1.1 200 OK", ANY, (200, Framing::UntilEnd, false)),
            (
                "1.1 200\ncontent-length: 3",
                ANY,
                (200, Framing::Sized(3), true),
            ),
            ("1.1 200 OK\ncontent-length: 3", head, (200, NONE, true)),
            ("1.1 200 OK", head, (200, NONE, true)),
            ("1.1 204 No", ANY, (204, NONE, true)),
            ("1.1 204 No\ncontent-length: 0", ANY, (204, NONE, true)),
            ("1.1 304 No\ncontent-length: 3", ANY, (304, NONE, true)),
            ("1.1 103 Early Hints", ANY, (103, NONE, true)),
            ("1.1 101 Switching Protocols", ANY, (101, NONE, false)),
            ("1.1 200 OK", connect, (200, NONE, false)),
            (
                "1.1 407 No\ncontent-length: 2",
                connect,
                (407, Framing::Sized(2), true),
            ),
        ]);
    }

    #[test]
    fn connections_go_on_where_both_sides_want_it() {
        let last = Asked { close: true, ..ANY };
        check(&[
            (
                "1.1 200 OK\ncontent-length: 3",
                last,
                (200, Framing::Sized(3), false),
            ),
            (
                "1.1 200 OK\nConnection: x, Close\ncontent-length: 0",
                ANY,
                (200, NONE, false),
            ),
            ("1.0 200 OK\ncontent-length: 0", ANY, (200, NONE, false)),
            (
                "1.0 200 OK\nconnection: keep-alive\ncontent-length: 0",
                ANY,
                (200, NONE, true),
            ),
            (
                "1.0 200 OK\nconnection: keep-alive\ntransfer-encoding: chunked",
                ANY,
                (200, Framing::Chunked, false),
            ),
        ]);
    }

    #[test]
    fn connections_end_where_it_is_in_doubt_what_a_body_is() {
        let head = Asked { head: true, ..ANY };
        let both = "content-length: 3\ntransfer-encoding: chunked";
        let other = "content-length: 3\ntransfer-encoding: gzip";
        check(&[
            (
                &format!("1.1 200 OK\n{both}"),
                ANY,
                (200, Framing::Chunked, false),
            ),
            (
                &format!("1.1 200 OK\n{other}"),
                ANY,
                (200, Framing::UntilEnd, false),
            ),
            (&format!("1.1 200 OK\n{both}"), head, (200, NONE, false)),
            (&format!("1.1 304 No\n{both}"), ANY, (304, NONE, false)),
            ("1.1 204 No\ncontent-length: 3", ANY, (204, NONE, false)),
            (
                "1.1 204 No\ntransfer-encoding: chunked",
                ANY,
                (204, NONE, false),
            ),
            (
                "1.1 304 No\ntransfer-encoding: chunked",
                ANY,
                (304, NONE, true),
            ),
        ]);
    }

    #[test]
    fn what_is_said_of_the_length_is_true_and_said_once() {
        let table = [
            ("content-length: 5\nContent-Length: 05", Some("5")),
            ("content-length: 5, 5", Some("5")),
            ("content-length: 5", Some("5")),
            ("content-length: 5\ntransfer-encoding: chunked", None),
            ("transfer-encoding: chunked\ncontent-length: 5", None),
            ("content-length: 5\ntransfer-encoding:", None),
        ];
        for (fields, expected) in table {
            let text = format!("HTTP/1.1 200 OK\n{fields}\n\n").replace('\n', "\r\n");
            let parsed = parse(&Bytes::from(text), ANY).unwrap().unwrap();
            let lengths = parsed.head.headers().get_all(CONTENT_LENGTH);
            let lengths: Vec<_> = lengths
                .iter()
                .map(|value| value.to_str().unwrap())
                .collect();
            assert_eq!(lengths, Vec::from_iter(expected), "{fields}");
        }
    }

    #[test]
    fn too_much_is_too_large() {
        let fields = |count: usize| format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(count));
        assert!(read(&fields(FIELDS), Asked::default()).is_some());
        let cut = |text: String| parse(&Bytes::from(text), Asked::default()).unwrap_err();
        assert!(matches!(cut(fields(FIELDS + 1)), Fault::TooLarge));
        let long = format!("HTTP/1.1 200 OK\r\na: {}", "b".repeat(HEAD));
        assert!(matches!(cut(long.clone()), Fault::TooLarge));
        assert!(matches!(cut(long + "\r\n\r\n"), Fault::TooLarge));
    }

    proptest! {
        /// A head ends where it says, and what is behind it changes nothing.
        #[test]
        fn what_is_behind_a_head_is_not_its(
            line in "HTTP/1[.][01] [1-5][0-9]{2}( [a-zA-Z ]{0,8})?\r\n",
            fields in "((content-length|connection|x): ?[0-9a-z, ]{0,6}\r\n){0,4}",
            behind in "[ -~\r\n]{0,20}",
        ) {
            let head = format!("{line}{fields}\r\n");
            let alone = parse(&Bytes::from(head.clone()), Asked::default());
            let followed = parse(&Bytes::from(head.clone() + &behind), Asked::default());
            match (alone, followed) {
                (Ok(Some(alone)), Ok(Some(followed))) => {
                    prop_assert_eq!(alone.bytes, head.len());
                    prop_assert_eq!(followed.bytes, head.len());
                    prop_assert_eq!(alone.framing, followed.framing);
                    prop_assert_eq!(alone.head.headers(), followed.head.headers());
                }
                (Err(_), Err(_)) => {}
                other => prop_assert!(false, "{:?}", other),
            }
            for length in 0..head.len() {
                let part = parse(&Bytes::from(head[..length].to_owned()), Asked::default());
                prop_assert!(!matches!(part, Ok(Some(_))), "{}", length);
            }
        }
    }
}
