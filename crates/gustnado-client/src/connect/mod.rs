//! From an origin to a connection that is open: name, addresses, socket, proxy, TLS. It must not know
//! what the connection is for, nor that there is a pool.
//!
//! - `proxy`: which proxy is before a host; `tunnel`: the way through it
//! - `resolve`: names to addresses
//! - `race`: addresses to a socket, several at once (RFC 8305)
//! - `tls`: what is trusted, and the handshake

mod proxy;
mod race;
mod resolve;
mod tls;
mod tunnel;

use std::{path::PathBuf, sync::Arc};

use proxy::Kind;
use tokio::time::timeout;

pub(crate) use proxy::Proxies;
pub(crate) use resolve::System;
pub use resolve::{Resolve, Resolved};
pub(crate) use tls::{Tls, TlsSettings};

use crate::{
    connection::Connection,
    error::{Error, ErrorKind, Phase, Result},
    form::Form,
    limits::Limits,
    link::{Link, Socket},
    pool::Slot,
    url::{Origin, Scheme},
    wire::{Plain, Wire},
};

/// How connections are opened.
pub(crate) struct Connector {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) tls: Tls,
    pub(crate) proxies: Proxies,
    /// A socket that stands for all hosts.
    pub(crate) unix: Option<PathBuf>,
    pub(crate) limits: Limits,
}

impl Connector {
    /// Opens a connection, in time.
    pub(crate) async fn open(
        self: Arc<Self>,
        origin: Arc<Origin>,
        slot: Slot<Connection>,
    ) -> Result<Connection> {
        let limit = self.limits.connect_time;
        match timeout(limit, self.steps(&origin, slot)).await {
            Ok(opened) => opened,
            Err(_) => Err(Error::timeout(Phase::Connect, limit)),
        }
    }

    async fn steps(&self, origin: &Origin, slot: Slot<Connection>) -> Result<Connection> {
        let direct = self.unix.is_some();
        let proxy = self.proxies.of(origin).filter(|_| !direct);
        let socket = self.socket(proxy.map_or(origin, |proxy| &proxy.origin));
        let (link, reader) = Link::new(socket.await?);
        let mut plain = Plain {
            link: link.clone(),
            reader,
        };
        let mut form = Form::Path;
        if let Some(proxy) = proxy {
            if proxy.kind == Kind::Http && origin.scheme == Scheme::Http {
                form = Form::Proxy(proxy.authorization());
            } else {
                tunnel::through(proxy, origin, &mut plain).await?;
            }
        }
        let wire = match origin.scheme {
            Scheme::Http => Wire::Plain(plain),
            Scheme::Https => Wire::Tls(Box::new(self.tls.handshake(&origin.host, plain).await?)),
        };
        Connection::new(wire, link, form, self.limits.connection_time, slot).await
    }

    async fn socket(&self, origin: &Origin) -> Result<Socket> {
        if let Some(path) = &self.unix {
            return unix(path).await;
        }
        let addresses = resolve::addresses(&*self.resolver, origin).await?;
        race::connect(addresses).await.map(Socket::Tcp)
    }
}

#[cfg(unix)]
async fn unix(path: &std::path::Path) -> Result<Socket> {
    let connected = tokio::net::UnixStream::connect(path).await;
    connected.map(Socket::Unix).map_err(|error| {
        let detail = format!("the socket {} does not take connections", path.display());
        Error::new(ErrorKind::Connect, detail).with_source(error)
    })
}

#[cfg(not(unix))]
async fn unix(_path: &std::path::Path) -> Result<Socket> {
    Err(Error::new(
        ErrorKind::Connect,
        "there are no Unix sockets here",
    ))
}
