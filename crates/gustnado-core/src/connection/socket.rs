//! A connected stream of bytes, of whatever kind. It must not know what is sent over it.

use std::{
    future::poll_fn,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

#[cfg(feature = "tls")]
use super::secure::Secure;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
#[cfg(unix)]
use {
    socket2::SockRef,
    std::{
        io::Read as _,
        mem::MaybeUninit,
        os::fd::{AsRawFd as _, RawFd},
    },
    tokio::{io::Interest, net::UnixStream},
};

#[cfg(target_os = "linux")]
use std::os::fd::{AsFd as _, BorrowedFd};

/// A connected stream of bytes.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    #[cfg(feature = "tls")]
    Tls(Box<Secure>),
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
            #[cfg(feature = "tls")]
            Self::Tls(socket) => socket.poll_read(cx, buf),
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
            #[cfg(feature = "tls")]
            Self::Tls(socket) => write(socket.stream(), cx, slices),
        }
    }

    /// Writes what it takes at once, without having anybody woken when it takes more.
    #[inline]
    pub(super) fn try_write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match (self, slices) {
            (Self::Tcp(socket), [one]) => socket.try_write(one),
            (Self::Tcp(socket), all) => socket.try_write_vectored(all),
            #[cfg(unix)]
            (Self::Unix(socket), [one]) => socket.try_write(one),
            #[cfg(unix)]
            (Self::Unix(socket), all) => socket.try_write_vectored(all),
            // It may have to read first.
            #[cfg(feature = "tls")]
            (Self::Tls(_), _) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Whether what is written is encrypted first.
    pub(super) fn is_secure(&self) -> bool {
        match self {
            Self::Tcp(_) => false,
            #[cfg(unix)]
            Self::Unix(_) => false,
            #[cfg(feature = "tls")]
            Self::Tls(_) => true,
        }
    }

    /// Writes in a way of one's own what it takes at once.
    #[cfg(target_os = "linux")]
    #[inline]
    pub(super) fn try_write_with(
        &self,
        write: impl FnOnce(BorrowedFd<'_>) -> io::Result<usize>,
    ) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.try_io(Interest::WRITABLE, || write(socket.as_fd())),
            Self::Unix(socket) => socket.try_io(Interest::WRITABLE, || write(socket.as_fd())),
            // Beside what it encrypts, nothing may go out.
            #[cfg(feature = "tls")]
            Self::Tls(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Writes in a way of one's own, once the socket takes something.
    #[cfg(target_os = "linux")]
    pub(super) fn poll_write_with(
        &self,
        cx: &mut Context<'_>,
        mut write: impl FnMut(BorrowedFd<'_>) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            match self {
                Self::Tcp(socket) => ready!(socket.poll_write_ready(cx))?,
                Self::Unix(socket) => ready!(socket.poll_write_ready(cx))?,
                #[cfg(feature = "tls")]
                Self::Tls(_) => {}
            }
            match self.try_write_with(&mut write) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                written => return Poll::Ready(written),
            }
        }
    }

    /// Sends what was written and is held: by TLS, which encrypts whole records.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(socket) => Pin::new(socket).poll_flush(cx),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket).poll_flush(cx),
            #[cfg(feature = "tls")]
            Self::Tls(socket) => socket.stream().poll_flush(cx),
        }
    }

    /// Whether bytes have left since this was last asked, other than by a write that says so.
    pub(super) fn take_progress(&mut self) -> bool {
        match self {
            #[cfg(feature = "tls")]
            Self::Tls(socket) => socket.take_progress(),
            _ => false,
        }
    }

    /// Says that nothing follows.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(socket) => Pin::new(socket).poll_shutdown(cx),
            #[cfg(unix)]
            Self::Unix(socket) => Pin::new(socket).poll_shutdown(cx),
            #[cfg(feature = "tls")]
            Self::Tls(socket) => socket.stream().poll_shutdown(cx),
        }
    }

    /// Has its end be seen as one that was not meant, where the peer can tell. What has not left by then
    /// never does.
    pub(super) fn abort(&self) {
        match self {
            Self::Tcp(socket) => {
                if let Err(error) = socket.set_zero_linger() {
                    tracing::debug!(%error, "a connection cannot be reset");
                }
            }
            #[cfg(unix)]
            Self::Unix(_) => {}
            // That TLS has not said that it ends is enough (RFC 8446 section 6.1).
            #[cfg(feature = "tls")]
            Self::Tls(_) => {}
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
            #[cfg(feature = "tls")]
            Self::Tls(socket) => socket.poll_unread(cx),
        }
    }

    /// Waits for what comes, and copies it without taking it; 0 bytes are the end. `None`: it cannot
    /// be seen in a socket of this kind.
    pub(crate) async fn peek(&self, buf: &mut [u8]) -> io::Result<Option<usize>> {
        match self {
            Self::Tcp(socket) => socket.peek(buf).await.map(Some),
            #[cfg(unix)]
            Self::Unix(_) => Ok(None),
            #[cfg(feature = "tls")]
            Self::Tls(_) => Ok(None),
        }
    }

    /// Waits for what comes, and takes at most as much as fits; 0 bytes are the end.
    pub(crate) async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut buf = ReadBuf::new(buf);
        poll_fn(|cx| self.poll_read(cx, &mut buf)).await?;
        Ok(buf.filled().len())
    }

    /// Sends all of these bytes to a peer that TLS has not met, and says that nothing follows.
    #[cfg(feature = "tls")]
    pub(crate) async fn end_with(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let count = poll_fn(|cx| self.poll_write(cx, &[IoSlice::new(bytes)])).await?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            bytes = &bytes[count..];
        }
        poll_fn(|cx| self.poll_shutdown(cx)).await
    }

    /// Whether it can leave the runtime and come back: one that keeps nothing of its own.
    #[cfg(unix)]
    pub(super) fn can_park(&self) -> bool {
        matches!(self, Self::Tcp(_) | Self::Unix(_))
    }

    /// Leaves the runtime.
    #[cfg(unix)]
    pub(super) fn park(self) -> io::Result<Still> {
        match self {
            Self::Tcp(socket) => socket.into_std().map(Still::Tcp),
            Self::Unix(socket) => socket.into_std().map(Still::Unix),
            // It keeps its keys, so it is not asked to.
            #[cfg(feature = "tls")]
            Self::Tls(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// What has gone wrong and was not told yet.
    pub(super) fn take_error(&self) -> io::Result<Option<io::Error>> {
        match self {
            Self::Tcp(socket) => socket.take_error(),
            #[cfg(unix)]
            Self::Unix(socket) => socket.take_error(),
            #[cfg(feature = "tls")]
            Self::Tls(socket) => socket.take_error(),
        }
    }
}

/// A socket outside of the runtime. It does not block.
#[cfg(unix)]
#[derive(Debug)]
pub(super) enum Still {
    Tcp(std::net::TcpStream),
    Unix(std::os::unix::net::UnixStream),
}

#[cfg(unix)]
impl Still {
    pub(super) fn fd(&self) -> RawFd {
        match self {
            Self::Tcp(socket) => socket.as_raw_fd(),
            Self::Unix(socket) => socket.as_raw_fd(),
        }
    }

    /// Reads what is there.
    pub(super) fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => (&*socket).read(buf),
            Self::Unix(socket) => (&*socket).read(buf),
        }
    }

    /// Comes back to the runtime, which must be there.
    pub(super) fn wake(self) -> io::Result<Socket> {
        match self {
            Self::Tcp(socket) => TcpStream::from_std(socket).map(Socket::Tcp),
            Self::Unix(socket) => UnixStream::from_std(socket).map(Socket::Unix),
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

/// As TLS has its bytes carried, and other protocols.
impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Self::poll_read(&mut self, cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Self::poll_write(&mut self, cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Self::poll_write(&mut self, cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Self::poll_flush(&mut self, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Self::poll_shutdown(&mut self, cx)
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
