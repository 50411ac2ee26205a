//! A socket that listens, of whatever kind, and what comes out of it. It must not know how it came
//! to be.

#[cfg(unix)]
use std::os::{
    fd::{AsFd, BorrowedFd},
    unix::net as unix,
};
use std::{
    fmt, io,
    net::SocketAddr,
    path::PathBuf,
    task::{Context, Poll, ready},
};

use crate::{arrival::Arrival, connection::Socket};

/// A socket that listens and does not block.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(std::net::TcpListener),
    #[cfg(unix)]
    Unix(unix::UnixListener),
}

/// The same inside a runtime.
#[derive(Debug)]
pub enum Acceptor {
    Tcp(tokio::net::TcpListener),
    #[cfg(unix)]
    Unix(tokio::net::UnixListener),
}

/// A connected socket between two runtimes.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(std::net::TcpStream),
    #[cfg(unix)]
    Unix(unix::UnixStream),
}

/// What a server listens on, once it does. Its `Display` is the text that says the same,
/// `127.0.0.1:8888` or `unix:/run/app.sock`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListenAddr {
    /// An address of TCP.
    Tcp(SocketAddr),
    /// The path of a Unix socket. Empty where it has none, as may be with one that was passed.
    Unix(PathBuf),
}

impl Listener {
    pub(crate) fn addr(&self) -> io::Result<ListenAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(ListenAddr::Tcp),
            #[cfg(unix)]
            Self::Unix(listener) => {
                let addr = listener.local_addr()?;
                let path = addr.as_pathname().unwrap_or_else(|| "".as_ref());
                Ok(ListenAddr::Unix(path.to_owned()))
            }
        }
    }

    /// The same socket once more.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        match self {
            Self::Tcp(listener) => listener.try_clone().map(Self::Tcp),
            #[cfg(unix)]
            Self::Unix(listener) => listener.try_clone().map(Self::Unix),
        }
    }

    /// Enters the runtime that this is called in.
    pub(crate) fn enter(self) -> io::Result<Acceptor> {
        match self {
            Self::Tcp(listener) => tokio::net::TcpListener::from_std(listener).map(Acceptor::Tcp),
            #[cfg(unix)]
            Self::Unix(listener) => {
                tokio::net::UnixListener::from_std(listener).map(Acceptor::Unix)
            }
        }
    }
}

#[cfg(unix)]
impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(listener) => listener.as_fd(),
            Self::Unix(listener) => listener.as_fd(),
        }
    }
}

impl Acceptor {
    pub(crate) fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(Socket, Arrival)>> {
        Poll::Ready(match self {
            Self::Tcp(listener) => {
                ready!(listener.poll_accept(cx)).map(|(socket, peer)| {
                    // Answers leave as they are written; the driver has gathered them.
                    let _ = socket.set_nodelay(true);
                    (Socket::Tcp(socket), peer.into())
                })
            }
            #[cfg(unix)]
            Self::Unix(listener) => ready!(listener.poll_accept(cx))
                .map(|(socket, _)| (Socket::Unix(socket), Arrival::default())),
        })
    }
}

impl Stream {
    /// Takes a socket out of its runtime.
    pub(crate) fn leave(socket: Socket) -> io::Result<Self> {
        match socket {
            Socket::Tcp(socket) => socket.into_std().map(Self::Tcp),
            #[cfg(unix)]
            Socket::Unix(socket) => socket.into_std().map(Self::Unix),
            // It has keys by now, and is where it stays.
            #[cfg(feature = "tls")]
            Socket::Tls(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Enters the runtime that this is called in.
    pub(crate) fn enter(self) -> io::Result<Socket> {
        match self {
            Self::Tcp(socket) => tokio::net::TcpStream::from_std(socket).map(Socket::Tcp),
            #[cfg(unix)]
            Self::Unix(socket) => tokio::net::UnixStream::from_std(socket).map(Socket::Unix),
        }
    }
}

impl fmt::Display for ListenAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(addr) => addr.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
