//! A connected stream of bytes, of whatever kind. It must not know what is sent over it.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
#[cfg(unix)]
use {
    socket2::SockRef,
    std::mem::MaybeUninit,
    tokio::{io::Interest, net::UnixStream},
};

/// A connected stream of bytes.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(socket) => Pin::new(socket).poll_read(cx, buf),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket).poll_read(cx, buf),
        }
    }

    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(socket) => write(Pin::new(socket), cx, slices),
            #[cfg(unix)]
            Self::Unix(socket) => write(Pin::new(socket), cx, slices),
        }
    }

    /// Says that nothing follows.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(socket) => Pin::new(socket).poll_shutdown(cx),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }

    /// Whether something lies there unread; if not, that is the end.
    pub(super) fn poll_unread(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        match self {
            Self::Tcp(socket) => {
                let peeked = ready!(socket.poll_peek(cx, &mut ReadBuf::new(&mut [0])));
                Poll::Ready(peeked.map(|count| count > 0))
            }
            #[cfg(unix)]
            Self::Unix(socket) => unread_unix(socket, cx),
        }
    }

    /// What has gone wrong and was not told yet.
    pub(super) fn take_error(&self) -> io::Result<Option<io::Error>> {
        match self {
            Self::Tcp(socket) => socket.take_error(),
            #[cfg(unix)]
            Self::Unix(socket) => socket.take_error(),
        }
    }
}

fn write(
    socket: Pin<&mut impl AsyncWrite>,
    cx: &mut Context<'_>,
    slices: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    match slices {
        [one] => socket.poll_write(cx, one),
        all => socket.poll_write_vectored(cx, all),
    }
}

/// tokio peeks into sockets of TCP only.
#[cfg(unix)]
fn unread_unix(socket: &UnixStream, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
    loop {
        ready!(socket.poll_read_ready(cx))?;
        let peek = || SockRef::from(socket).peek(&mut [MaybeUninit::uninit()]);
        match socket.try_io(Interest::READABLE, peek) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            peeked => return Poll::Ready(peeked.map(|count| count > 0)),
        }
    }
}
