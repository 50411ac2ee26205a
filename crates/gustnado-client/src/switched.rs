//! A connection that goes on with another protocol, behind an answer of 101 (RFC 9110 section 7.8). It
//! must not know which protocol, nor what was asked.

use std::{
    fmt,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{connection::Connection, pool::Slot, wire::Wire};

/// A connection whose protocol has changed: bytes both ways. None of the client's time-outs hold for it
/// any more. It counts as one of the pool's until it is dropped, which closes it.
pub struct Switched {
    wire: Pin<Box<dyn Duplex>>,
    /// Read before the protocol changed.
    first: Bytes,
    _slot: Slot<Connection>,
}

/// What carries bytes both ways.
trait Duplex: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Duplex for T {}

impl Switched {
    pub(crate) fn new(wire: Wire, first: Bytes, slot: Slot<Connection>) -> Self {
        let wire: Pin<Box<dyn Duplex>> = match wire {
            Wire::Plain(plain) => Box::pin(plain),
            Wire::Tls(stream) => Box::pin(stream),
        };
        Self {
            wire,
            first,
            _slot: slot,
        }
    }
}

impl AsyncRead for Switched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return self.wire.as_mut().poll_read(cx, buf);
        }
        let count = self.first.len().min(buf.remaining());
        buf.put_slice(&self.first[..count]);
        self.first.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Switched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.wire.as_mut().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.wire.as_mut().poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.wire.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.as_mut().poll_shutdown(cx)
    }
}

impl fmt::Debug for Switched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first.len();
        f.debug_struct("Switched")
            .field("first", &first)
            .finish_non_exhaustive()
    }
}
