//! A socket that is read and written by whoever speaks HTTP on it, and counts what passes, and by which one
//! sees whether the other side is gone. It must not know HTTP or TLS.

use std::{
    io::{self, IoSlice},
    mem::MaybeUninit,
    net::Shutdown,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
};

use socket2::SockRef;
#[cfg(unix)]
use tokio::net::{UnixStream, unix};
use tokio::{
    io::{AsyncRead, ReadBuf},
    net::{TcpStream, tcp},
};

/// A socket and what passed through it.
#[derive(Debug)]
pub(crate) struct Link {
    writer: Writer,
    read: AtomicU64,
    written: AtomicU64,
}

/// The kinds of socket there are.
#[derive(Debug)]
pub(crate) enum Socket {
    /// By TCP.
    Tcp(TcpStream),
    /// By a path.
    #[cfg(unix)]
    Unix(UnixStream),
}

/// The half of a socket that is written to, and by which it is asked things.
#[derive(Debug)]
enum Writer {
    Tcp(tcp::OwnedWriteHalf),
    #[cfg(unix)]
    Unix(unix::OwnedWriteHalf),
}

/// The half that is read from: tokio's own way to read knows without asking again when there is no more.
#[derive(Debug)]
pub(crate) enum Reader {
    Tcp(tcp::OwnedReadHalf),
    #[cfg(unix)]
    Unix(unix::OwnedReadHalf),
}

/// What an idle socket has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quiet {
    /// Nothing, as it should be.
    Yes,
    /// Bytes that nobody asked for: of an answer, or of TLS.
    Bytes,
    /// That it is closed or broken.
    Gone,
}

macro_rules! either {
    ($writer:expr, $stream:ident => $do:expr) => {
        match $writer {
            Writer::Tcp(half) => {
                let $stream: &TcpStream = half.as_ref();
                $do
            }
            #[cfg(unix)]
            Writer::Unix(half) => {
                let $stream: &UnixStream = half.as_ref();
                $do
            }
        }
    };
}

impl Link {
    pub(crate) fn new(socket: Socket) -> (Arc<Self>, Reader) {
        let (reader, writer) = match socket {
            Socket::Tcp(stream) => {
                let (reader, writer) = stream.into_split();
                (Reader::Tcp(reader), Writer::Tcp(writer))
            }
            #[cfg(unix)]
            Socket::Unix(stream) => {
                let (reader, writer) = stream.into_split();
                (Reader::Unix(reader), Writer::Unix(writer))
            }
        };
        let link = Self {
            writer,
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
        };
        (Arc::new(link), reader)
    }

    /// Bytes of HTTP that were read, and of all that were written, so far.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.read.load(Relaxed), self.written.load(Relaxed))
    }

    /// Something was read: what TLS says by itself does not count.
    pub(crate) fn has_read(&self, count: usize) {
        self.read.fetch_add(count as u64, Relaxed);
    }

    /// Asks the system, not what is known of the last time: what came since may not be noticed yet.
    pub(crate) fn quiet(&self) -> Quiet {
        let mut byte = [MaybeUninit::uninit()];
        let peeked = either!(&self.writer, stream => SockRef::from(stream).peek(&mut byte));
        match peeked {
            Ok(0) => Quiet::Gone,
            Ok(_) => Quiet::Bytes,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Quiet::Yes,
            Err(_) => Quiet::Gone,
        }
    }

    pub(crate) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            let tried = either!(&self.writer, stream => {
                ready!(stream.poll_write_ready(cx))?;
                match parts {
                    [one] => stream.try_write(one),
                    many => stream.try_write_vectored(many),
                }
            });
            match tried {
                Ok(count) => {
                    self.written.fetch_add(count as u64, Relaxed);
                    return Poll::Ready(Ok(count));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Says that nothing more will be written.
    pub(crate) fn shutdown(&self) -> io::Result<()> {
        either!(&self.writer, stream => SockRef::from(stream).shutdown(Shutdown::Write))
    }
}

impl Reader {
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => Pin::new(half).poll_read(cx, buf),
            #[cfg(unix)]
            Self::Unix(half) => Pin::new(half).poll_read(cx, buf),
        }
    }
}
