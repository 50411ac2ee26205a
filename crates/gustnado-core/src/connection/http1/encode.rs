//! The head of an answer over HTTP/1: what it says, as bytes. Pure but for the date; it must not know
//! sockets, nor how a body is made.

use http::{
    HeaderMap, StatusCode, Version,
    header::{CONNECTION, CONTENT_LENGTH, DATE, TRAILER, TRANSFER_ENCODING},
};
use http_body::Body as _;

use super::{date, head::says};
use crate::{
    connection::clock::Clock,
    lines::{put_length, put_status},
    ready::AsItIs,
    response::Response,
};

/// What of a request its answer's head depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) version: Version,
    /// By HEAD: the answer ends behind its head.
    pub(super) head: bool,
    /// Whether the connection may go on.
    pub(super) keep_alive: bool,
}

impl Asked {
    /// By a GET of HTTP/1.1, behind whose answer the connection goes on.
    pub(super) const PLAIN: Self = Self {
        version: Version::HTTP_11,
        head: false,
        keep_alive: true,
    };
}

/// What was said of the rest of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) body: Extent,
    /// Whether the connection goes on.
    pub(super) keep_alive: bool,
    /// Whether the answer may have trailers.
    pub(super) trailers: bool,
}

impl Said {
    /// So many bytes follow, and then the next answer.
    pub(super) fn bytes(length: u64) -> Self {
        Self {
            body: Extent::Bytes(length),
            keep_alive: true,
            trailers: false,
        }
    }
}

/// How the body of an answer is told from what follows (RFC 9112 section 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Bytes(u64),
    Chunked,
    /// It goes on until the connection ends.
    Close,
}

/// Writes the head of an answer. `lines` are fields of it that were written before.
pub(super) fn head(
    out: &mut Vec<u8>,
    answer: &Response,
    lines: &[u8],
    asked: Asked,
    clock: &Clock,
) -> Said {
    let (status, length) = (answer.status(), answer.body().size_hint().exact());
    put_status(out, status);
    let own = match answer.line() {
        Some(line) => {
            out.extend_from_slice(line);
            Own::default()
        }
        None => own_fields(out, status, answer.headers()),
    };
    out.extend_from_slice(lines);
    let body = extent(status, length.or(own.length), asked);
    let mut keep_alive = asked.keep_alive && !own.close;
    match body {
        Extent::Bytes(_) if status.is_informational() => {}
        Extent::Bytes(_) if asked.head || status == StatusCode::NOT_MODIFIED => {
            // What GET would have had, where that was said.
            own.length
                .into_iter()
                .for_each(|length| put_length(out, length));
        }
        Extent::Bytes(_) if status == StatusCode::NO_CONTENT => {}
        Extent::Bytes(length) => put_length(out, length),
        Extent::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
        Extent::Close => keep_alive = false,
    }
    if status == StatusCode::SWITCHING_PROTOCOLS {
    } else if !keep_alive {
        out.extend_from_slice(b"connection: close\r\n");
    } else if asked.version < Version::HTTP_11 {
        out.extend_from_slice(b"connection: keep-alive\r\n");
    }
    if own.date {
        out.extend_from_slice(b"\r\n");
    } else {
        out.extend_from_slice(&date::line(clock));
    }
    Said {
        body,
        keep_alive,
        trailers: own.trailer,
    }
}

/// Writes the head of an answer that was made before, behind which the connection goes on.
#[inline]
pub(super) fn as_it_is(out: &mut Vec<u8>, answer: &AsItIs, date: &date::Line) {
    out.extend_from_slice(answer.start());
    out.extend_from_slice(date);
}

/// What an answer's own fields say.
#[derive(Default)]
struct Own {
    length: Option<u64>,
    close: bool,
    date: bool,
    trailer: bool,
}

/// Writes its fields, but for those that say where it ends.
fn own_fields(out: &mut Vec<u8>, status: StatusCode, fields: &HeaderMap) -> Own {
    let mut own = Own::default();
    for (name, value) in fields {
        match *name {
            CONTENT_LENGTH => {
                own.length = value.to_str().ok().and_then(|length| length.parse().ok());
                continue;
            }
            TRANSFER_ENCODING => continue,
            CONNECTION if says(value, "close") => {
                own.close = true;
                continue;
            }
            CONNECTION
                if says(value, "keep-alive") && status != StatusCode::SWITCHING_PROTOCOLS =>
            {
                continue;
            }
            DATE => own.date = true,
            TRAILER => own.trailer = true,
            _ => {}
        }
        put_field(out, name.as_str().as_bytes(), value.as_bytes());
    }
    own
}

/// Writes a line.
#[inline]
pub(super) fn put_field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.reserve(name.len() + value.len() + 4);
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// How the body is told from what follows.
fn extent(status: StatusCode, length: Option<u64>, asked: Asked) -> Extent {
    let bodiless = asked.head
        || status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED;
    match length {
        _ if bodiless => Extent::Bytes(0),
        Some(length) => Extent::Bytes(length),
        None if asked.version >= Version::HTTP_11 => Extent::Chunked,
        // HTTP/1.0 knows no chunks.
        None => Extent::Close,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use crate::{
        body::Body,
        defaults::Defaults,
        ready::{ReadyHead, ReadyMade},
    };

    use super::*;

    const ASKED: Asked = Asked::PLAIN;

    /// The head, without its status line and date.
    fn written(
        status: u16,
        fields: &[(HeaderName, &'static str)],
        length: Option<usize>,
        asked: Asked,
    ) -> (String, Said) {
        let body = match length {
            Some(length) => Body::from(vec![b'.'; length]),
            None => Body::channel(1).1,
        };
        let mut answer = Response::new(status).with_body(body);
        for (name, value) in fields {
            let value = HeaderValue::from_static(value);
            answer.headers_mut().append(name.clone(), value);
        }
        let (mut out, clock) = (Vec::new(), Clock::default());
        let said = head(&mut out, &answer, b"a: b\r\n", asked, &clock);
        let text = String::from_utf8(out).unwrap();
        let lines = text.strip_suffix("\r\n\r\n").unwrap().split("\r\n");
        let lines = lines.skip(1).filter(|line| !line.starts_with("date: "));
        (lines.collect::<Vec<_>>().join("|"), said)
    }

    #[test]
    fn what_was_made_before_is_written_as_it_is() {
        let fields =
            HeaderMap::from_iter([(http::header::ETAG, HeaderValue::from_static("\"a\""))]);
        let head = ReadyHead::new(StatusCode::OK, fields);
        let made = ReadyMade::new(head.into(), "abc".into());
        let answer = AsItIs::of(made, &Defaults::default()).unwrap();
        let (mut out, clock) = (Vec::new(), Clock::default());
        as_it_is(&mut out, &answer, &date::line(&clock));
        let text = String::from_utf8(out).unwrap();
        let begins = "HTTP/1.1 200 OK\r\netag: \"a\"\r\ncontent-length: 3\r\ndate: ";
        let end = text.strip_prefix(begins).unwrap();
        assert!(
            end.ends_with(" GMT\r\n\r\n") && end.lines().count() == 2,
            "{text}"
        );
    }

    const OLD: Asked = Asked {
        version: Version::HTTP_10,
        ..ASKED
    };
    const LAST: Asked = Asked {
        keep_alive: false,
        ..ASKED
    };
    const BY_HEAD: Asked = Asked {
        head: true,
        ..ASKED
    };
    const NONE: Extent = Extent::Bytes(0);

    #[test]
    fn where_an_answer_ends_is_said_once() {
        let table = [
            (Some(3), ASKED, "content-length: 3", Extent::Bytes(3)),
            (Some(0), ASKED, "content-length: 0", NONE),
            (None, ASKED, "transfer-encoding: chunked", Extent::Chunked),
            (None, OLD, "connection: close", Extent::Close),
            (
                Some(3),
                OLD,
                "content-length: 3|connection: keep-alive",
                Extent::Bytes(3),
            ),
            (
                Some(3),
                LAST,
                "content-length: 3|connection: close",
                Extent::Bytes(3),
            ),
        ];
        for (length, asked, expected, body) in table {
            let (text, said) = written(200, &[], length, asked);
            assert_eq!((text, said.body), (format!("a: b|{expected}"), body));
            assert_eq!(said.keep_alive, !expected.contains("close"), "{expected}");
        }
    }

    #[test]
    fn what_an_answer_says_of_its_end_holds_where_it_may() {
        let seven = (CONTENT_LENGTH, "7");
        let chunked = (TRANSFER_ENCODING, "chunked");
        let table: [(u16, &[_], _, _, _, _); 8] = [
            (
                200,
                &[seven.clone(), chunked],
                None,
                ASKED,
                "a: b|content-length: 7",
                Extent::Bytes(7),
            ),
            (
                200,
                std::slice::from_ref(&seven),
                Some(0),
                BY_HEAD,
                "a: b|content-length: 7",
                NONE,
            ),
            (200, &[], Some(0), BY_HEAD, "a: b", NONE),
            (
                304,
                std::slice::from_ref(&seven),
                Some(0),
                ASKED,
                "a: b|content-length: 7",
                NONE,
            ),
            (304, &[], Some(0), ASKED, "a: b", NONE),
            (204, &[], Some(0), ASKED, "a: b", NONE),
            (
                200,
                &[(CONNECTION, "close")],
                Some(0),
                ASKED,
                "a: b|content-length: 0|connection: close",
                NONE,
            ),
            (
                101,
                &[(CONNECTION, "upgrade")],
                Some(0),
                LAST,
                "connection: upgrade|a: b",
                NONE,
            ),
        ];
        for (status, fields, length, asked, expected, body) in table {
            let (text, said) = written(status, fields, length, asked);
            assert_eq!((&*text, said.body), (expected, body), "{status}");
        }
    }

    #[test]
    fn a_date_is_there_once() {
        let own = HeaderValue::from_static("own");
        let answer = Response::new(404).with_header(DATE, own);
        let (mut out, clock) = (Vec::new(), Clock::default());
        head(&mut out, &answer, b"", ASKED, &clock);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "HTTP/1.1 404 Not Found\r\ndate: own\r\ncontent-length: 0\r\n\r\n"
        );
    }
}
