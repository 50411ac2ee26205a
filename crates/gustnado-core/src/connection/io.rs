//! What hyper holds as its IO: a token of size zero. It must not know more than where the real
//! thing is.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBufCursor, Write};

use super::live::current;

/// Stands for the connection that is being polled on this thread.
///
/// So the driver keeps the socket, and can flush or refuse without asking hyper; no lock, no
/// reference count, no unsafe.
#[derive(Debug)]
pub(super) struct SlotIo;

impl Read for SlotIo {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        current(|live| live.poll_read(cx, buf))
    }
}

impl Write for SlotIo {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        current(|live| live.poll_write(cx, &[IoSlice::new(buf)]))
    }

    /// Nothing: the driver flushes whenever hyper has no more to do, so that the answers of a
    /// pipeline leave together.
    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Nothing: the driver ends the connection, and may have something to say before.
    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        current(|live| live.poll_write(cx, slices))
    }
}
