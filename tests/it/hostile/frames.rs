//! HTTP/2 as frames, so that they can be wrong.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    thread,
    time::Duration,
};

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const PRIORITY: u8 = 2;
pub(super) const RESET: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PUSH: u8 = 5;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

/// Of a HEADERS frame that is a request without a body.
pub(super) const WHOLE: u8 = END_HEADERS | END;
pub(super) const END: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
pub(super) const ACK: u8 = 1;

pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The last stream there can be: whatever came before, it is a new one.
const LAST: u32 = 0x7fff_ffff;

/// The bytes of one frame.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a length");
    let mut frame = length.to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A header block of these fields, none of them in a table (RFC 7541 section 6.2.2).
pub(super) fn block(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name, value] {
            length(&mut block, text.len());
            block.extend(text.as_bytes());
        }
    }
    block
}

/// A length as an integer of seven bits and more (section 5.1).
pub(super) fn length(block: &mut Vec<u8>, length: usize) {
    let Some(mut rest) = length.checked_sub(127) else {
        block.push(length as u8);
        return;
    };
    block.push(127);
    while rest >= 128 {
        block.push((rest % 128 + 128) as u8);
        rest /= 128;
    }
    block.push(rest as u8);
}

/// The head of a good request.
pub(super) fn request(method: &str, path: &str) -> Vec<u8> {
    let (scheme, host) = ((":scheme", "http"), (":authority", "a"));
    block(&[(":method", method), scheme, (":path", path), host])
}

/// What came back from an attack.
#[derive(Debug, Default)]
pub(super) struct Back {
    /// Frames by kind; an acknowledgement is counted apart, as 100 more.
    pub(super) frames: BTreeMap<u8, usize>,
    /// Each GOAWAY and `RST_STREAM` with its code, and each status, once, in their order.
    pub(super) words: Vec<String>,
    /// What the GOAWAY said for people.
    pub(super) said: String,
}

impl Back {
    pub(super) fn count(&self, kind: u8) -> usize {
        self.frames.get(&kind).copied().unwrap_or(0)
    }

    fn note(&mut self, head: &[u8], payload: &[u8]) {
        let (kind, flags) = (head[3], head[4]);
        let ack = matches!(kind, SETTINGS | PING) && flags & ACK != 0;
        *self.frames.entry(kind + 100 * u8::from(ack)).or_default() += 1;
        let code = |at: usize| u32::from_be_bytes(payload[at..at + 4].try_into().expect("a code"));
        let word = match kind {
            GOAWAY => {
                self.said = String::from_utf8_lossy(&payload[8..]).into_owned();
                format!("goaway {}", code(4))
            }
            RESET => format!("reset {}", code(0)),
            // The statuses that stand in the table alone (RFC 7541 appendix A).
            HEADERS => match payload[0] {
                0x88 => "200".to_owned(),
                0x8c => "400".to_owned(),
                0x8d => "404".to_owned(),
                _ => "another status".to_owned(),
            },
            _ => return,
        };
        if !self.words.contains(&word) {
            self.words.push(word);
        }
    }
}

/// Sends a preface, settings, and these bytes while it reads. Says what came back, last of all
/// whether the connection was ended, or is `open`: then a good request behind it was answered.
pub(super) fn attack(addr: SocketAddr, bytes: &[u8], open: bool) -> Back {
    let start = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
    let behind = frame(HEADERS, WHOLE, LAST, &request("GET", "/behind"));
    let mut all = [&start, bytes].concat();
    if open {
        all.extend(behind);
    }
    raw(addr, all)
}

/// Sends just these bytes while it reads, to the end or to the answer to the last stream.
pub(super) fn raw(addr: SocketAddr, bytes: Vec<u8>) -> Back {
    let mut socket = TcpStream::connect(addr).expect("a connection");
    // Only so that a broken server fails the test instead of hanging it.
    let patience = Some(Duration::from_secs(20));
    socket.set_read_timeout(patience).expect("a time-out");
    socket.set_write_timeout(patience).expect("a time-out");
    let mut writer = socket.try_clone().expect("a second handle");
    let sent = thread::spawn(move || {
        let _ = writer.write_all(&bytes);
    });
    let mut back = Back::default();
    let end = read(&mut socket, &mut back);
    back.words.push(end.to_owned());
    drop(socket);
    sent.join().expect("a writer");
    back
}

fn read(socket: &mut TcpStream, back: &mut Back) -> &'static str {
    loop {
        let mut head = [0; 9];
        match socket.read_exact(&mut head) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return "silence",
            Err(_) => return "end",
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        if socket.read_exact(&mut payload).is_err() {
            return "end";
        }
        let stream = u32::from_be_bytes(head[5..9].try_into().expect("four bytes"));
        if stream == LAST && head[3] == HEADERS {
            return "open";
        }
        // Else the answer to the last stream would be waited for.
        if stream == LAST && head[3] == RESET {
            return "the last refused";
        }
        back.note(&head, &payload);
    }
}
