//! Which protocol the first bytes of a connection are. Pure; it must not know sockets.

/// The connection preface of HTTP/2 (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What the first bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// Anything that is not HTTP/2; if it is nothing at all, the parser of HTTP/1.1 says so.
    Http1,
    /// HTTP/2 with prior knowledge.
    #[cfg_attr(
        not(feature = "http2"),
        expect(dead_code, reason = "sniffed for with http2")
    )]
    Http2,
    /// The preface so far: more bytes are needed.
    Undecided,
}

/// Looks at the first bytes of a connection.
pub(super) fn sniff(bytes: &[u8]) -> Protocol {
    if !cfg!(feature = "http2") {
        return Protocol::Http1;
    }
    let length = bytes.len().min(PREFACE.len());
    if bytes[..length] != PREFACE[..length] {
        Protocol::Http1
    } else if length == PREFACE.len() {
        Protocol::Http2
    } else {
        Protocol::Undecided
    }
}

#[cfg(all(test, feature = "http2"))]
mod tests {
    use super::*;

    #[test]
    fn first_bytes() {
        let table: [(&[u8], Protocol); 8] = [
            (b"", Protocol::Undecided),
            (b"P", Protocol::Undecided),
            (b"PO", Protocol::Http1),
            (b"GET / HTTP/1.1", Protocol::Http1),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r", Protocol::Undecided),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Protocol::Http2),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0", Protocol::Http2),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\rx", Protocol::Http1),
        ];
        for (bytes, protocol) in table {
            assert_eq!(sniff(bytes), protocol, "{}", bytes.escape_ascii());
        }
    }
}
