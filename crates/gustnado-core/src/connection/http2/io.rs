//! What hyper holds as its IO over HTTP/2: a token of size zero, which finds the real thing in a slot
//! of the thread. It must not know HTTP.
//!
//! So the driver keeps the socket, and can flush or say something without asking hyper; no lock, no
//! reference count, no unsafe.

use std::{
    cell::RefCell,
    io::{self, IoSlice},
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::io::ReadBuf;

use super::frames::Frames;
use crate::{connection::live::Live, limits::READ};

thread_local! {
    /// The connection that is being polled on this thread.
    static SLOT: RefCell<Option<Wire>> = const { RefCell::new(None) };
}

/// A connection, and what is looked at of what it reads.
struct Wire {
    live: Box<Live>,
    tap: Box<Tap>,
}

/// What stands between the socket and hyper.
#[derive(Debug)]
pub(super) struct Tap {
    /// Read by the driver before there was a hyper to read it.
    first: Bytes,
    pub(super) frames: Frames,
}

impl Tap {
    pub(super) fn new(first: Bytes) -> Self {
        Self {
            first,
            frames: Frames::default(),
        }
    }
}

/// Runs `poll` with the connection in the thread's slot, where hyper's IO finds it, and takes it out
/// again, also when `poll` panics.
pub(super) fn enter<T>(
    live: &mut Option<Box<Live>>,
    tap: &mut Option<Box<Tap>>,
    poll: impl FnOnce() -> T,
) -> T {
    struct Restore<'a> {
        live: &'a mut Option<Box<Live>>,
        tap: &'a mut Option<Box<Tap>>,
        outer: Option<Wire>,
    }
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            if let Some(wire) = SLOT.replace(self.outer.take()) {
                *self.live = Some(wire.live);
                *self.tap = Some(wire.tap);
            }
        }
    }
    let wire = live.take().zip(tap.take());
    let wire = wire.map(|(live, tap)| Wire { live, tap });
    let outer = SLOT.replace(wire);
    let _restore = Restore { live, tap, outer };
    poll()
}

/// Calls `with` on the connection that is being polled.
fn current<T>(with: impl FnOnce(&mut Wire) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
    SLOT.with_borrow_mut(|slot| match slot {
        Some(wire) => with(wire),
        None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
    })
}

impl Wire {
    /// Reads into hyper's buffer.
    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { live, tap } = self;
        if !tap.first.is_empty() {
            let count = tap.first.len().min(buf.remaining());
            let bytes = tap.first.split_to(count);
            tap.frames.see(&bytes);
            buf.put_slice(&bytes);
            return Poll::Ready(Ok(()));
        }
        if tap.frames.asks() {
            // The driver looks, and has hyper read on.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Filling hyper's own buffer in place would be unsafe; a copy within the first-level cache
        // costs a hundredth of the read.
        let mut scratch = [MaybeUninit::uninit(); READ];
        let most = buf.remaining().min(READ);
        let mut read = ReadBuf::uninit(&mut scratch[..most]);
        ready!(live.poll_read_into(cx, &mut read))?;
        tap.frames.see(read.filled());
        buf.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

/// Stands for the connection that is being polled on this thread.
#[derive(Debug)]
pub(super) struct SlotIo;

impl Read for SlotIo {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        current(|wire| wire.poll_read(cx, buf))
    }
}

impl Write for SlotIo {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        current(|wire| wire.live.poll_write(cx, &[IoSlice::new(buf)]))
    }

    /// Nothing: the driver flushes whenever hyper has no more to do.
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
        current(|wire| wire.live.poll_write(cx, slices))
    }
}
