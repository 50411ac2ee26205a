//! The head of a request and who sent it, as inputs that are known by their types. Nothing of them
//! is decoded.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, Method, Uri, Version};

use super::{context::Cx, need::Stage, typed::FromRequest};
use crate::{describe::Operation, error::Error};

/// The other end of the connection, as an input. Behind a proxy, that is the proxy.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Peer;
///
/// fn is_local(peer: Peer) -> bool {
///     peer.ip().is_some_and(|ip| ip.is_loopback())
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(Option<SocketAddr>);

impl Peer {
    /// Its address; `None` where it has none, as in a test that uses no socket.
    #[must_use]
    pub fn addr(self) -> Option<SocketAddr> {
        self.0
    }

    /// The IP address in it.
    #[must_use]
    pub fn ip(self) -> Option<IpAddr> {
        self.0.map(|addr| addr.ip())
    }
}

impl FromRequest for Peer {
    const STAGE: Stage = Stage::Params;

    fn describe(_operation: &mut Operation) {}

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        Ok(Self(cx.request().peer()))
    }
}

/// The head of the request, as an input: a copy of it.
///
/// A single header field is had for less with `#[header]`, and with a type.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RequestHead {
    /// The method.
    pub method: Method,
    /// The target.
    pub uri: Uri,
    /// The version of the protocol.
    pub version: Version,
    /// The header fields.
    pub headers: HeaderMap,
}

impl FromRequest for RequestHead {
    const STAGE: Stage = Stage::Params;

    fn describe(_operation: &mut Operation) {}

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        let head = cx.request().head();
        Ok(Self {
            method: head.method.clone(),
            uri: head.uri.clone(),
            version: head.version,
            headers: head.headers.clone(),
        })
    }
}
