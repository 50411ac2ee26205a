//! Why bytes are no request. It must not know how the peer is told.

/// What is wrong with bytes that should be the head of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::connection) enum Fault {
    /// More bytes, or more fields, than a head may have.
    TooLarge,
    /// HTTP/2's preface, behind a request over HTTP/1 or where HTTP/2 is not spoken.
    Preface,
    /// The peer has said all, and the head is not whole.
    Ended,
    /// What there is cannot be read, for this reason.
    Broken(&'static str),
}
