//! What is known of a connection when it begins. It must not know what is sent over it.

use std::net::SocketAddr;

/// What is known of a connection when it begins.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Arrival {
    /// Where it comes from, unless from this machine over a Unix socket.
    pub(crate) peer: Option<SocketAddr>,
    /// Whether nobody between could read or change what is sent.
    pub(crate) secure: bool,
}

impl From<SocketAddr> for Arrival {
    fn from(peer: SocketAddr) -> Self {
        Self {
            peer: Some(peer),
            secure: false,
        }
    }
}
