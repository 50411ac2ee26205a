//! The head of a request and who sent it, as inputs that are known by their types. Nothing of them
//! is decoded.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, Method, Uri, Version};

use super::{context::Cx, need::Stage, typed::FromRequest};
use crate::{describe::Operation, error::Error, trust::Client};

/// The other end of the connection, as an input. Behind a proxy, that is the proxy;
/// [`Client`] is who asked it.
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
    /// The one with this address, for tests of handlers.
    #[must_use]
    pub fn new(addr: Option<SocketAddr>) -> Self {
        Self(addr)
    }

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

impl FromRequest for Client {
    const STAGE: Stage = Stage::Params;

    fn describe(_operation: &mut Operation) {}

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        Ok(cx.client())
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

impl RequestHead {
    /// A head of HTTP/1.1 without header fields, for tests of handlers.
    #[must_use]
    pub fn new(method: Method, uri: Uri) -> Self {
        Self {
            method,
            uri,
            version: Version::HTTP_11,
            headers: HeaderMap::new(),
        }
    }
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
