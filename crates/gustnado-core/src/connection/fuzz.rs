//! What must hold of the first bytes of a connection, of heads and chunks, of Host and of targets, whatever they are. It
//! must not know who makes them up.

use http::{Request, Uri};

use super::{
    framing,
    http2::frames::Frames,
    sniff,
    sniff::Protocol::{Http1, Http2, Undecided},
    target,
};
use crate::trust::fuzz::is_harmless;

pub use super::http1::fuzz::{chunks, head};

/// What was decided stays so, however many bytes follow.
pub fn preface(bytes: &[u8]) {
    let mut before = Undecided;
    for end in 0..=bytes.len().min(64) {
        let now = sniff::sniff(&bytes[..end]);
        assert!(
            before == Undecided || now == before,
            "{before:?}, then {now:?}"
        );
        assert!(now != Undecided || end < 24, "the preface has 24 bytes");
        before = now;
    }
    let method = bytes.first().is_some_and(|first| *first != b'P');
    assert!(!method || before == Http1, "no preface begins so");
    assert!(before != Http2 || bytes.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
}

/// Frames are counted alike in whatever pieces they come.
pub fn frames(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else {
        return;
    };
    let (mut whole, mut pieces) = (Frames::default(), Frames::default());
    whole.see(bytes);
    for piece in bytes.chunks(usize::from(*size).max(1)) {
        pieces.see(piece);
    }
    assert_eq!(whole.stream, pieces.stream);
    assert!(whole.stream <= u32::MAX >> 1);
    assert_eq!(whole.asks(), pieces.asks());
    // No more of them than fit, behind a preface.
    let most = u32::try_from(bytes.len().saturating_sub(24) / 9).unwrap_or(u32::MAX);
    assert!(!whole.is_flood(most, 0, 1));
}

/// What is taken for a host can end nothing that it is written into.
pub fn host(bytes: &[u8]) {
    if framing::is_host(bytes) {
        assert!(is_harmless(bytes));
    }
}

/// What is not refused is a path, or has one.
pub fn target(bytes: &[u8]) {
    let (method, bytes) = match bytes.split_first() {
        Some((0, rest)) => ("OPTIONS", rest),
        Some((1, rest)) => ("CONNECT", rest),
        _ => ("GET", bytes),
    };
    let Ok(uri) = Uri::try_from(bytes) else {
        return;
    };
    let request = Request::builder().method(method).uri(uri).body(());
    let Ok((head, ())) = request.map(Request::into_parts) else {
        return;
    };
    if target::fault(&head.clone().into()).is_none() {
        let path = head.uri.path();
        assert!(
            path.starts_with('/') || (path == "*" && method == "OPTIONS"),
            "{path}"
        );
        assert!(method != "CONNECT");
    }
}
