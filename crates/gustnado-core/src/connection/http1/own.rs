//! The fields by which a request says something of its own message or connection, told from all others
//! by their names. It must not know what becomes of them.

use crate::fields::is_named;

/// A field of the message itself: whoever answers without looking at all of these might take what
/// follows for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    Host,
    Expect,
    Upgrade,
    Connection,
    ContentLength,
    TransferEncoding,
}

impl Own {
    /// The one of this name.
    #[inline]
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        // Their lengths tell most names apart.
        match name.len() {
            4 if is_named(name, b"host") => Some(Self::Host),
            6 if is_named(name, b"expect") => Some(Self::Expect),
            7 if is_named(name, b"upgrade") => Some(Self::Upgrade),
            10 if is_named(name, b"connection") => Some(Self::Connection),
            14 if is_named(name, b"content-length") => Some(Self::ContentLength),
            17 if is_named(name, b"transfer-encoding") => Some(Self::TransferEncoding),
            _ => None,
        }
    }
}
