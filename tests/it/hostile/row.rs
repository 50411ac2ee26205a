//! One connection of bytes, and how it is to end.

use std::{
    io::{ErrorKind, Read as _},
    net::Shutdown,
};

use super::program::Program;
use crate::wire::peer::Peer;

/// What is sent, and what is to come of it: the statuses, then `open`, `close` when the last answer
/// said so, or `cut` when it did not.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) expected: &'static str,
    bytes: Vec<u8>,
    end: bool,
}

/// The rows of a file: `name | what comes of it | bytes`, escaped.
pub(super) fn rows(text: &'static str) -> Vec<Row> {
    let lines = text.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &'static str| {
        let mut parts = line.splitn(3, " | ");
        let mut next = || parts.next().expect("three parts");
        let (name, expected, bytes) = (next(), next(), next());
        let cut = bytes.strip_suffix("{end}");
        Row {
            name,
            expected,
            bytes: unescape(cut.unwrap_or(bytes)),
            end: cut.is_some(),
        }
    };
    lines.map(row).collect()
}

/// What `\r`, `\xHH`, `{3*ab}` and so on stand for; `{m}` is the marker.
fn unescape(text: &str) -> Vec<u8> {
    const MARKER: &[u8; 33] = b"GET /marker HTTP/1.1\r\nhost: a\r\n\r\n";
    let (mut bytes, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let length = match rest.as_bytes() {
            [b'{', ..] => {
                let end = rest.find('}').expect("an end");
                match rest[1..end].split_once('*') {
                    Some((times, what)) => {
                        let times = times.parse().expect("a number");
                        bytes.extend(unescape(what).repeat(times));
                    }
                    None => bytes.extend(MARKER),
                }
                end + 1
            }
            [b'\\', b'x', ..] => {
                bytes.push(u8::from_str_radix(&rest[2..4], 16).expect("a byte"));
                4
            }
            [b'\\', kind, ..] => {
                let known = [(b'r', b'\r'), (b'n', b'\n'), (b't', b'\t'), (b'\\', b'\\')];
                let known = known.iter().find(|(name, _)| name == kind);
                bytes.push(known.expect("an escape").1);
                2
            }
            [first, ..] => {
                bytes.push(*first);
                1
            }
            [] => 0,
        };
        rest = &rest[length..];
    }
    bytes
}

/// What came of a row, in the words of what is expected.
pub(super) fn outcome(program: &Program, row: &Row) -> String {
    let mut peer = Peer::connect(program.addr);
    peer.try_send(&row.bytes);
    let open = row.expected.ends_with("open");
    if row.end {
        let _ = peer.socket().shutdown(Shutdown::Write);
    } else if open {
        peer.try_send("GET /behind HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    }
    let (bytes, end) = to_the_end(&peer);
    let mut words = Vec::new();
    let mut said = "cut";
    let bodiless = row.bytes.starts_with(b"HEAD ");
    for answer in answers(&bytes, bodiless) {
        if open && answer.body == b"GET /behind []" {
            said = "open";
        } else {
            said = if answer.closes() { "close" } else { "cut" };
            words.push(answer.status());
        }
    }
    words.push(if end == "end" { said } else { end });
    words.join(" ")
}

/// All that comes, and how it ended.
fn to_the_end(peer: &Peer) -> (Vec<u8>, &'static str) {
    let mut bytes = Vec::new();
    let mut socket = peer.socket();
    let end = match socket.read_to_end(&mut bytes) {
        Ok(_) => "end",
        Err(error) if error.kind() == ErrorKind::ConnectionReset => "reset",
        Err(_) => "silence",
    };
    (bytes, end)
}

/// One answer out of several.
struct Answer<'a> {
    head: &'a str,
    body: &'a [u8],
}

impl<'a> Answer<'a> {
    fn status(&self) -> &'a str {
        let known = self.head.starts_with("HTTP/1.");
        known
            .then(|| self.head.get(9..12))
            .flatten()
            .unwrap_or("none")
    }

    /// Whether it says that the connection ends behind it.
    fn closes(&self) -> bool {
        let head = self.head.to_ascii_lowercase();
        head.starts_with("http/1.0") || head.contains("\r\nconnection: close\r\n")
    }
}

/// The answers in these bytes. `bodiless`: the first of them has a length and no body.
fn answers(mut bytes: &[u8], bodiless: bool) -> Vec<Answer<'_>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.windows(4).position(|part| part == b"\r\n\r\n");
        let (head, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 4));
        let head = std::str::from_utf8(head).unwrap_or("not text");
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.map_or(0, |(_, length)| length.parse().expect("a length"));
        let length = if bodiless && found.is_empty() {
            0
        } else {
            length
        };
        let (body, rest) = rest.split_at(rest.len().min(length));
        found.push(Answer { head, body });
        bytes = rest;
    }
    found
}
