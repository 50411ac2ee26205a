//! The access log: one line a request, through `tracing`. It must not know how an answer is made or
//! sent, nor what becomes of the line.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, Version};
use http_body::{Body as _, Frame};
use tracing::Level;

use crate::{
    application::App,
    arrival::Arrival,
    body::Body,
    error::BoxError,
    limits::ACCESS_TEXT,
    request::{Request, X_REQUEST_ID},
    request_id, response,
};

/// What the lines are found by.
const TARGET: &str = "gustnado::access";

/// The line of a request, where somebody wants it. It is written when this is dropped: the last byte
/// of the answer was handed over, or will never be.
#[derive(Debug)]
pub(crate) struct Access(Option<Box<Line>>);

#[derive(Debug)]
struct Line {
    begin: Instant,
    /// This and the next two are not there where nobody can tell.
    method: Option<Method>,
    /// Path and query, as they came.
    target: Option<Box<[u8]>>,
    version: Option<Version>,
    peer: Option<SocketAddr>,
    client: Option<IpAddr>,
    id: Arc<str>,
    slow: Duration,
    answer: Option<Answer>,
    /// Of the body.
    bytes: u64,
    ended: bool,
}

/// What is known of an answer before it is sent.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    quiet: bool,
    /// Whether that is this side's failure.
    failed: bool,
    after: Duration,
    /// Bytes of its body, where that is known.
    length: Option<u64>,
}

/// Whether somebody wants lines.
#[inline]
pub(crate) fn is_wanted() -> bool {
    // What is slow or fails is told at this level, and all the rest below.
    tracing::enabled!(target: TARGET, Level::WARN)
}

impl Access {
    /// Of a request whose line nobody wants.
    pub(crate) const NONE: Self = Self(None);

    /// A request has begun. If somebody wants its line, it gets its name here.
    pub(crate) fn begin(app: &App, request: &mut Request) -> Self {
        if !is_wanted() {
            return Self::NONE;
        }
        let id = request_id::of(request);
        request.origin_mut().id = Some(Arc::clone(&id));
        let arrival = request.origin().arrival;
        Self(Some(Box::new(Line {
            begin: Instant::now(),
            method: Some(request.method().clone()),
            target: Some(request.raw_head().kept_path_and_query().into()),
            version: Some(request.version()),
            peer: arrival.peer,
            client: app.trust().address(arrival, || request.headers()),
            id,
            slow: app.limits().slow_time,
            answer: None,
            bytes: 0,
            ended: false,
        })))
    }

    /// What came is no request, and is answered all the same.
    #[cold]
    pub(crate) fn of_none(app: &App, arrival: Arrival, came: &[u8]) -> Self {
        if !is_wanted() {
            return Self::NONE;
        }
        let (method, target, version) = first_line(came);
        Self(Some(Box::new(Line {
            begin: Instant::now(),
            method,
            target,
            version,
            peer: arrival.peer,
            client: app.trust().address_unheard(arrival),
            id: request_id::fresh(),
            slow: Duration::MAX,
            answer: None,
            bytes: 0,
            ended: false,
        })))
    }

    /// It is answered by words that are no response, with so many bytes of body. Gives the name that the
    /// answer is to have.
    pub(crate) fn refused(
        &mut self,
        status: StatusCode,
        quiet: bool,
        bytes: usize,
    ) -> Option<&str> {
        let line = self.0.as_mut()?;
        line.answer = Some(Answer {
            status,
            quiet,
            // What is said to what is no request is never that: also 505, as which version is spoken is
            // warned of once.
            failed: false,
            after: line.begin.elapsed(),
            length: Some(bytes as u64),
        });
        line.bytes = bytes as u64;
        line.ended = true;
        Some(&line.id)
    }

    /// Whether somebody wants its line.
    #[inline]
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.is_some()
    }

    /// There is an answer. It is given the name that the line has, so that whoever has the one finds
    /// the other.
    pub(crate) fn answered(&mut self, response: &mut http::Response<Body>) {
        let Some(line) = &mut self.0 else {
            return;
        };
        if let Some(given) = request_id::given(response.headers()) {
            line.id = given.into();
        } else if let Ok(id) = HeaderValue::from_str(&line.id) {
            response.headers_mut().insert(X_REQUEST_ID, id);
        }
        line.answer = Some(Answer {
            status: response.status(),
            quiet: response::is_quiet(response),
            failed: response.status().is_server_error(),
            after: line.begin.elapsed(),
            length: response.body().size_hint().exact(),
        });
        line.ended = response.body().is_end_stream();
    }

    /// All of the body is handed over.
    #[inline]
    pub(crate) fn sent(&mut self, bytes: usize) {
        if let Some(line) = &mut self.0 {
            line.bytes = bytes as u64;
            line.ended = true;
        }
    }

    /// Some of the body was sent.
    pub(crate) fn more(&mut self, bytes: u64) {
        if let Some(line) = &mut self.0 {
            line.bytes += bytes;
        }
    }

    /// A frame of the body is handed over; `None` is its end.
    #[inline]
    pub(crate) fn frame(&mut self, frame: Option<&Result<Frame<Bytes>, BoxError>>) {
        let Some(line) = &mut self.0 else {
            return;
        };
        match frame {
            Some(Ok(frame)) => line.bytes += frame.data_ref().map_or(0, Bytes::len) as u64,
            Some(Err(_)) => {}
            None => line.ended = true,
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let duration = self.begin.elapsed();
        let after = self.answer.as_ref().map_or(duration, |answer| answer.after);
        if self.answer.as_ref().is_some_and(|answer| answer.quiet) {
            self.write(Told::Quietly, duration);
        } else if after > self.slow {
            self.write(Told::Slow, duration);
        } else if self.answer.as_ref().is_some_and(|answer| answer.failed) {
            self.write(Told::Failed, duration);
        } else {
            self.write(Told::Plainly, duration);
        }
    }
}

/// How a line is told.
#[derive(Clone, Copy)]
enum Told {
    Quietly,
    Plainly,
    Failed,
    Slow,
}

impl Line {
    #[cold]
    fn write(&self, told: Told, duration: Duration) {
        let answer = self.answer.as_ref();
        let length = answer.and_then(|answer| answer.length);
        let whole = answer.is_some() && (self.ended || length == Some(self.bytes));
        let method = self.method.as_ref().map_or("-", Method::as_str);
        let target = self.target.as_deref().unwrap_or(b"-");
        macro_rules! tell {
            ($level:expr, $message:literal) => {
                tracing::event!(
                    target: TARGET,
                    $level,
                    method = %Escaped(method.as_bytes()),
                    target = %Escaped(target),
                    status = answer.map(|answer| answer.status.as_u16()),
                    bytes = self.bytes,
                    duration_ms = millis(duration),
                    answer_ms = answer.map(|answer| millis(answer.after)),
                    client = self.client.map(tracing::field::display),
                    peer = self.peer.map(tracing::field::display),
                    request_id = &*self.id,
                    version = self.version.map(tracing::field::debug),
                    cut = (!whole).then_some(true),
                    $message
                )
            };
        }
        match told {
            Told::Quietly => tell!(Level::DEBUG, "request"),
            Told::Plainly => tell!(Level::INFO, "request"),
            Told::Failed => tell!(Level::WARN, "request"),
            Told::Slow => tell!(Level::WARN, "slow request"),
        }
    }
}

/// What the first line of a head says, as far as it can be read.
fn first_line(came: &[u8]) -> (Option<Method>, Option<Box<[u8]>>, Option<Version>) {
    let line = came.trim_ascii_start().split(|byte| *byte == b'\n').next();
    let mut words = line
        .unwrap_or_default()
        .trim_ascii_end()
        .splitn(3, |byte| *byte == b' ');
    let method = words.next().and_then(|word| Method::from_bytes(word).ok());
    // What has nothing behind it may be anything.
    let Some((method, target)) = method.zip(words.next()) else {
        return (None, None, None);
    };
    let shown = &target[..target.len().min(ACCESS_TEXT + 1)];
    let version = match words.next() {
        Some(b"HTTP/1.0") => Some(Version::HTTP_10),
        Some(b"HTTP/1.1") => Some(Version::HTTP_11),
        Some(b"HTTP/2.0") => Some(Version::HTTP_2),
        _ => None,
    };
    let target = (!shown.is_empty()).then(|| shown.into());
    (Some(method), target, version)
}

/// With three digits behind the point.
fn millis(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

/// What a peer sent, with whatever could look like more than it is made harmless: bytes that are no
/// printable ASCII, quotes and backslashes. What is too long is cut.
struct Escaped<'t>(&'t [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0;
        let shown = &bytes[..bytes.len().min(ACCESS_TEXT)];
        for plain in shown.chunk_by(|one, other| is_plain(*one) && is_plain(*other)) {
            match std::str::from_utf8(plain) {
                Ok(text) if is_plain(plain[0]) => f.write_str(text)?,
                _ => plain
                    .iter()
                    .try_for_each(|byte| write!(f, "\\x{byte:02x}"))?,
            }
        }
        f.write_str(if shown.len() < bytes.len() { "..." } else { "" })
    }
}

fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_peer_sent_is_escaped() {
        let table = [
            ("", ""),
            ("/a?b=c%20d&e={f}", "/a?b=c%20d&e={f}"),
            ("/\"\\", "/\\x22\\x5c"),
            ("a\r\nb", "a\\x0d\\x0ab"),
            ("\u{1b}[31m\u{7f}\0", "\\x1b[31m\\x7f\\x00"),
            ("/\u{e9}\u{202e}", "/\\xc3\\xa9\\xe2\\x80\\xae"),
        ];
        for (text, expected) in table {
            assert_eq!(Escaped(text.as_bytes()).to_string(), expected);
        }
        let long = "a".repeat(ACCESS_TEXT + 1);
        let shown = Escaped(long.as_bytes()).to_string();
        assert_eq!(shown, format!("{}...", "a".repeat(ACCESS_TEXT)));
        // Also where that is within a character.
        let long = format!("{}\u{e9}", "a".repeat(ACCESS_TEXT - 1));
        assert!(Escaped(long.as_bytes()).to_string().ends_with("a\\xc3..."));
    }

    #[test]
    fn a_first_line_is_read_as_far_as_it_goes() {
        let table: &[(&[u8], &str, &[u8], &str)] = &[
            (b"GET /a HTTP/1.1\r\nhost", "GET", b"/a", "HTTP/1.1"),
            (b"\r\n\nGET /a HTTP/1.0\n", "GET", b"/a", "HTTP/1.0"),
            (b"PRI * HTTP/2.0\r\n\r\nSM", "PRI", b"*", "HTTP/2.0"),
            (b"GET /a\xff HTTP/1.1\r\n", "GET", b"/a\xff", "HTTP/1.1"),
            (b"GET /a b HTTP/1.1\r\n", "GET", b"/a", "-"),
            (b"GET /a HTTP/1.2\r\n", "GET", b"/a", "-"),
            (b"GET /ab", "GET", b"/ab", "-"),
            (b"GET /ab\r\n", "GET", b"/ab", "-"),
            (b"GET  /ab\r\n", "GET", b"-", "-"),
            (b"GET", "-", b"-", "-"),
            (b"\x16\x03\x01 x y", "-", b"-", "-"),
            (b" ", "-", b"-", "-"),
            (b"", "-", b"-", "-"),
        ];
        for (came, method, target, version) in table {
            let (got_method, got_target, got_version) = first_line(came);
            let got_version = got_version.map_or("-".to_owned(), |version| format!("{version:?}"));
            assert_eq!(got_method.as_ref().map_or("-", Method::as_str), *method);
            assert_eq!(got_target.as_deref().unwrap_or(b"-"), *target);
            assert_eq!(got_version, *version, "{came:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_line(text in any::<String>()) {
            let shown = Escaped(text.as_bytes()).to_string();
            prop_assert!(shown.bytes().all(|byte| is_plain(byte) || byte == b'\\'), "{shown}");
        }
    }
}
