//! One connection of bytes, and how it is to end.

use std::{
    io::{ErrorKind, Read as _},
    net::Shutdown,
};

use super::program::Program;
use crate::wire::peer::Peer;

/// What is sent, and what is to come of it: the statuses, then `open` or `close`.
pub(super) struct Row {
    pub(super) name: &'static str,
    bytes: Vec<u8>,
    expected: &'static str,
    end: bool,
}

pub(super) fn row(name: &'static str, bytes: impl AsRef<[u8]>, expected: &'static str) -> Row {
    Row {
        name,
        bytes: bytes.as_ref().to_vec(),
        expected,
        end: false,
    }
}

impl Row {
    /// Says after the bytes that nothing follows.
    pub(super) fn then_end(mut self) -> Self {
        self.end = true;
        self
    }
}

/// Sends each row to a server with these limits, and asks after each on a fresh connection.
pub(super) fn run(limits: &[&str], rows: Vec<Row>) {
    let mut program = Program::start(limits);
    let mut wrong = Vec::new();
    for row in rows {
        let came = outcome(&program, &row);
        if came != row.expected {
            let bytes = row.bytes[..row.bytes.len().min(300)].escape_ascii();
            wrong.push(format!(
                "{}: {came:?} and not {:?}\n    {bytes}",
                row.name, row.expected
            ));
        }
        program.seen();
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What came of a row, in the words of what is expected.
fn outcome(program: &Program, row: &Row) -> String {
    let mut peer = Peer::connect(program.addr);
    peer.try_send(&row.bytes);
    let open = row.expected.ends_with("open");
    if row.end {
        let _ = peer.socket().shutdown(Shutdown::Write);
    } else if open {
        peer.try_send("GET /behind HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    }
    let (bytes, end) = to_the_end(&peer);
    let (mut words, mut behind) = (Vec::new(), "close");
    for answer in answers(&bytes) {
        if open && answer.body == b"GET /behind []" {
            behind = "open";
        } else {
            words.push(answer.word());
        }
    }
    words.push(if end == "close" { behind } else { end }.to_owned());
    words.join(" ")
}

/// All that comes, and how it ended.
fn to_the_end(peer: &Peer) -> (Vec<u8>, &'static str) {
    let mut bytes = Vec::new();
    let mut socket = peer.socket();
    socket.set_read_timeout(Some(std::time::Duration::from_millis(1500))).unwrap();
    let end = match socket.read_to_end(&mut bytes) {
        Ok(_) => "close",
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

impl Answer<'_> {
    /// Its status, and what is wrong with it.
    fn word(&self) -> String {
        let status = self.head.get(9..12).unwrap_or("none");
        let refused = status.starts_with(['4', '5']);
        let closing = self.head.to_ascii_lowercase().contains("connection: close");
        let note = match status {
            _ if !self.head.starts_with("HTTP/1.") => "(no status line)",
            "400" | "408" | "431" | "501" if refused && !closing => "(close not said)",
            _ => "",
        };
        format!("{status}{note}")
    }
}

fn answers(mut bytes: &[u8]) -> Vec<Answer<'_>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.windows(4).position(|part| part == b"\r\n\r\n");
        let (head, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 4));
        let head = std::str::from_utf8(head).unwrap_or("not text");
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length = length.map_or(0, |(_, length)| length.parse().expect("a length"));
        let (body, rest) = rest.split_at(rest.len().min(length));
        found.push(Answer { head, body });
        bytes = rest;
    }
    found
}
