//! A client that speaks bytes.

use std::{
    io::{Error, ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};

/// One connection.
pub(crate) struct Peer {
    stream: Stream,
    unread: Vec<u8>,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// When its last byte was here.
    pub(crate) at: Instant,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The value of a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut fields = lines.filter_map(|line| line.split_once(": "));
        fields.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Status and fields, but for the time and the order they stand in.
    pub(crate) fn said(&self) -> Vec<&str> {
        let lines = self.head.lines();
        let mut lines: Vec<_> = lines.filter(|line| !line.starts_with("date:")).collect();
        lines[1..].sort_unstable();
        lines
    }
}

impl Peer {
    pub(crate) fn connect(addr: SocketAddr) -> Self {
        let socket = TcpStream::connect(addr).expect("a connection");
        // Only so that a broken server fails the test instead of hanging it.
        let patience = Some(Duration::from_secs(20));
        socket.set_read_timeout(patience).expect("a time-out");
        socket.set_write_timeout(patience).expect("a time-out");
        socket.set_nodelay(true).expect("no delay");
        Self {
            stream: Stream::Plain(socket),
            unread: Vec::new(),
        }
    }

    /// Shakes hands.
    pub(crate) fn secure(self, config: Arc<ClientConfig>, name: &str) -> Result<Self, Error> {
        let Stream::Plain(mut socket) = self.stream else {
            panic!("secure already");
        };
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let mut session = ClientConnection::new(config, name).expect("a session");
        while session.is_handshaking() {
            match session.complete_io(&mut socket) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                done => _ = done?,
            }
        }
        Ok(Self {
            stream: Stream::Tls(Box::new(StreamOwned::new(session, socket))),
            unread: Vec::new(),
        })
    }

    pub(crate) fn socket(&self) -> &TcpStream {
        match &self.stream {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => &stream.sock,
        }
    }

    pub(crate) fn session(&self) -> &ClientConnection {
        match &self.stream {
            Stream::Plain(_) => panic!("no TLS"),
            Stream::Tls(stream) => &stream.conn,
        }
    }

    fn io(&mut self) -> &mut dyn ReadWrite {
        match &mut self.stream {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => stream,
        }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.io().write_all(bytes.as_ref()).expect("sent");
    }

    /// Sends what the server may refuse to read.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.io().write_all(bytes.as_ref()).is_ok()
    }

    pub(crate) fn get(&mut self, target: &str) -> Answer {
        self.send(format!("GET {target} HTTP/1.1\r\nhost: lab\r\n\r\n"));
        self.answer()
    }

    pub(crate) fn end(&mut self) {
        if let Stream::Tls(stream) = &mut self.stream {
            stream.conn.send_close_notify();
            stream.flush().expect("flushed");
        }
        self.socket().shutdown(Shutdown::Write).expect("an end");
    }

    /// Reads one answer with a length, or chunked.
    pub(crate) fn answer(&mut self) -> Answer {
        self.read_answer(true)
    }

    /// Reads one answer to a HEAD.
    pub(crate) fn answer_to_head(&mut self) -> Answer {
        self.read_answer(false)
    }

    fn read_answer(&mut self, has_body: bool) -> Answer {
        let head = String::from_utf8(self.until(b"\r\n\r\n")).expect("a text head");
        let status = head.get(9..12).and_then(|code| code.parse().ok());
        let mut answer = Answer {
            status: status.unwrap_or_else(|| panic!("no status line: {head:?}")),
            head,
            body: Vec::new(),
            at: Instant::now(),
        };
        if !has_body || answer.status / 100 == 1 || answer.status == 204 {
            return answer;
        }
        if let Some(length) = answer.header("content-length") {
            let length = length.parse().expect("a length");
            answer.body = self.exactly(length);
        } else if answer.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk() {
                answer.body.extend(chunk);
            }
        }
        answer.at = Instant::now();
        answer
    }

    /// Reads one chunk of a chunked body; `None` is the last.
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = String::from_utf8(self.until(b"\r\n")).expect("a chunk size");
        let length = usize::from_str_radix(line.trim(), 16).expect("a chunk size");
        let chunk = self.exactly(length);
        self.exactly(2);
        (length > 0).then_some(chunk)
    }

    /// Reads a head only.
    pub(crate) fn head(&mut self) -> String {
        String::from_utf8(self.until(b"\r\n\r\n")).expect("a text head")
    }

    pub(crate) fn until(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            let found = self.unread.windows(end.len()).position(|part| part == end);
            if let Some(at) = found {
                return self.unread.drain(..at + end.len()).collect();
            }
            assert!(self.more(), "closed after {:?}", show(&self.unread));
        }
    }

    pub(crate) fn exactly(&mut self, length: usize) -> Vec<u8> {
        while self.unread.len() < length {
            assert!(
                self.more(),
                "closed {} bytes early",
                length - self.unread.len()
            );
        }
        self.unread.drain(..length).collect()
    }

    fn more(&mut self) -> bool {
        let mut buf = [0; 16 * 1024];
        let count = self.read(&mut buf).expect("more or the end");
        self.unread.extend_from_slice(&buf[..count]);
        count > 0
    }

    /// Reads on where a signal interrupts: a socket with a time-out does not do so by itself, not even
    /// when the process was only stopped and continued.
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        loop {
            match self.io().read(buf) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    /// Reads what is there; `None` is the end.
    pub(crate) fn some(&mut self) -> Option<usize> {
        let before = self.unread.len();
        if before > 0 || self.more() {
            return Some(std::mem::take(&mut self.unread).len());
        }
        None
    }

    /// Counts what comes until the connection ends, however it does.
    pub(crate) fn until_broken(&mut self) -> usize {
        let mut buf = [0; 64 * 1024];
        let mut all = 0;
        while let Ok(count) = self.read(&mut buf) {
            if count == 0 {
                break;
            }
            all += count;
        }
        all
    }

    /// Reads to the end of the connection, if it is one that was meant.
    pub(crate) fn until_it_ends(&mut self) -> Result<Vec<u8>, Error> {
        let mut buf = [0; 1024];
        loop {
            match self.read(&mut buf)? {
                0 => return Ok(std::mem::take(&mut self.unread)),
                count => self.unread.extend_from_slice(&buf[..count]),
            }
        }
    }

    /// Reads to the end of the connection.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while self.more() {}
        std::mem::take(&mut self.unread)
    }

    /// Waits for the end of the connection, by a FIN or a reset; nothing may come before it.
    pub(crate) fn closed(&mut self) {
        let mut buf = [0; 1024];
        match self.read(&mut buf) {
            Ok(0) => {}
            Ok(count) => panic!("not closed, but {:?}", show(&buf[..count])),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("not closed: {error}"),
        }
    }
}

trait ReadWrite: Read + Write {}

impl<T: Read + Write> ReadWrite for T {}

fn show(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
