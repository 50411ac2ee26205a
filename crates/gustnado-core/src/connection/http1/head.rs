//! The head of a request over HTTP/1: its bytes, and what they say. Pure; it must not know sockets,
//! nor what becomes of a head that it cannot read.

use std::mem::MaybeUninit;

use http::{HeaderValue, Method, Version, header::CONTENT_LENGTH};

use super::{fault::Fault, length::Length, own::Own, raw::Raw};
use crate::{connection::framing::Host, limits::Limits, request::Request};

/// A head, and what it says of its own message.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) request: Request,
    /// Bytes that it took.
    pub(super) bytes: usize,
    pub(super) length: Length,
    pub(super) host: Host,
    /// Whether the connection may go on behind the answer, as far as the peer has a say.
    pub(super) keep_alive: bool,
    /// Whether the body comes only once it was asked for (RFC 9110 section 10.1.1).
    pub(super) expects: bool,
    /// Whether it may ask for another protocol.
    pub(super) upgradable: bool,
}

/// A head that was read.
#[derive(Debug)]
pub(super) enum Parsed<A> {
    Head(Head),
    /// The answer to it was at hand. So many bytes it took.
    Answered(A, usize),
}

impl<A> Parsed<A> {
    /// Bytes that it took.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Head(head) => head.bytes,
            Self::Answered(_, bytes) => *bytes,
        }
    }
}

/// Fields for which there is room on the stack.
const FEW: usize = 100;

type Field<'b> = MaybeUninit<httparse::Header<'b>>;

/// Reads a head; `None` where more bytes are needed. What is more than may be is too large also where
/// more would come. `at_hand` may have its answer, before a request is made of it.
#[inline]
pub(super) fn parse<A>(
    bytes: &[u8],
    limits: &Limits,
    at_hand: impl FnOnce(&Raw<'_, '_>) -> Option<A>,
) -> Result<Option<Parsed<A>>, Fault> {
    let parsed = if limits.headers <= FEW {
        let mut fields = [const { MaybeUninit::uninit() }; FEW];
        read(bytes, &mut fields[..limits.headers], limits, at_hand)
    } else {
        let mut fields = vec![MaybeUninit::uninit(); limits.headers];
        read(bytes, &mut fields, limits, at_hand)
    }?;
    if parsed.is_none() && bytes.len() >= limits.head_bytes {
        return Err(Fault::TooLarge);
    }
    Ok(parsed)
}

fn read<'b, A>(
    bytes: &'b [u8],
    fields: &mut [Field<'b>],
    limits: &Limits,
    at_hand: impl FnOnce(&Raw<'_, '_>) -> Option<A>,
) -> Result<Option<Parsed<A>>, Fault> {
    let mut request = httparse::Request::new(&mut []);
    let length = match request.parse_with_uninit_headers(bytes, fields) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(why(error, &request, bytes)),
    };
    if length > limits.head_bytes {
        return Err(Fault::TooLarge);
    }
    if let Some(answer) = at_hand(&Raw(&request)) {
        return Ok(Some(Parsed::Answered(answer, length)));
    }
    let (Some(method), Some(target), Some(minor)) = (request.method, request.path, request.version)
    else {
        return Ok(None);
    };
    let method =
        Method::from_bytes(method.as_bytes()).map_err(|_| Fault::Broken("invalid method"))?;
    let version = match minor {
        0 => Version::HTTP_10,
        _ => Version::HTTP_11,
    };
    let mut noted = Noted::new(version);
    let mut read = Request::blank();
    let head = read.raw_head_mut();
    head.fill(&bytes[..length], method, target, version)
        .map_err(|_| Fault::Broken("invalid target"))?;
    if !head.is_plain() && target.contains('#') {
        // It stays with the client (RFC 9110 section 7.1), and who looks at paths before us may take it
        // for a part of one.
        return Err(Fault::Broken("a fragment in the target"));
    }
    for field in request.headers {
        let (name, value) = (field.name.as_bytes(), field.value);
        if noted.note(name, value)? {
            head.field(bytes, name, value);
        }
    }
    if noted.length.is_conflict() {
        // RFC 9112 section 6.3: the coding holds, and whoever stands before might think otherwise.
        head.without(&CONTENT_LENGTH);
    }
    head.filled();
    Ok(Some(Parsed::Head(noted.head(read, length))))
}

/// Why it cannot be read, in words.
#[cold]
fn why(error: httparse::Error, request: &httparse::Request<'_, '_>, bytes: &[u8]) -> Fault {
    if bytes.trim_ascii_start().starts_with(b"PRI * HTTP/2.0\r\n") {
        return Fault::Preface;
    }
    Fault::Broken(match error {
        httparse::Error::TooManyHeaders => return Fault::TooLarge,
        httparse::Error::Token if request.method.is_none() => "invalid method",
        httparse::Error::Token => "invalid target",
        httparse::Error::Version => "invalid version of HTTP",
        httparse::Error::HeaderName => "invalid header name",
        httparse::Error::HeaderValue => "invalid header value",
        httparse::Error::NewLine => "invalid end of a line",
        httparse::Error::Status => "invalid request line",
    })
}

/// What the fields say of the message itself.
struct Noted {
    version: Version,
    length: Length,
    host: Host,
    /// `Connection` said so, on any of its lines.
    close: bool,
    keep_alive: bool,
    expects: bool,
    upgrade: bool,
}

impl Noted {
    fn new(version: Version) -> Self {
        Self {
            version,
            length: Length::NONE,
            host: Host::Missing,
            close: false,
            keep_alive: false,
            expects: false,
            upgrade: false,
        }
    }

    /// Looks at a field. Says whether it is to be kept.
    #[inline]
    fn note(&mut self, name: &[u8], value: &[u8]) -> Result<bool, Fault> {
        match Own::named(name) {
            Some(Own::Host) => self.host.note(value),
            Some(Own::Expect) => {
                self.expects |= value.eq_ignore_ascii_case(b"100-continue");
            }
            Some(Own::Upgrade) => self.upgrade = true,
            Some(Own::Connection) => {
                self.close |= lists(value, "close");
                self.keep_alive |= lists(value, "keep-alive");
            }
            Some(Own::ContentLength) => return self.length.declare(value),
            Some(Own::TransferEncoding) => {
                if self.version < Version::HTTP_11 {
                    return Err(Fault::Broken("transfer-encoding in HTTP/1.0"));
                }
                self.length.code(value);
            }
            None => {}
        }
        Ok(true)
    }

    fn head(self, request: Request, bytes: usize) -> Head {
        let new = self.version >= Version::HTTP_11;
        Head {
            keep_alive: !self.close && (new || self.keep_alive) && !self.length.is_conflict(),
            expects: self.expects && new,
            upgradable: self.upgrade && new,
            length: self.length,
            host: self.host,
            request,
            bytes,
        }
    }
}

/// Whether a list of words has this one.
pub(super) fn says(value: &HeaderValue, word: &str) -> bool {
    lists(value.as_bytes(), word)
}

fn lists(value: &[u8], word: &str) -> bool {
    let mut words = value.split(|byte| *byte == b',');
    words.any(|own| own.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
}
