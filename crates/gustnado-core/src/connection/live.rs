//! The real thing behind hyper's IO: the socket, the corked writes, and what the driver wants to
//! know of both. It must not know HTTP.

use std::{
    cell::RefCell,
    io::{self, IoSlice},
    mem::MaybeUninit,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::rt::ReadBufCursor;
use tokio::io::ReadBuf;

#[cfg(feature = "http2")]
use super::frames::Frames;
use super::{
    cork::Cork,
    refusal::{is_bare, says_close},
    socket::Socket,
};
use crate::{
    limits::READ,
    upgrade::{GoOn, Handover},
};

thread_local! {
    /// The connection that is being polled on this thread.
    static SLOT: RefCell<Option<Box<Live>>> = const { RefCell::new(None) };
}

/// A socket and what waits to be written to it.
pub(super) struct Live {
    socket: Socket,
    /// Read by the driver before there was a hyper to read it.
    prefix: Option<Box<Bytes>>,
    cork: Cork,
    /// Bytes came in since the driver last looked.
    pub(super) received: bool,
    /// Bytes went out since the driver last looked.
    pub(super) progressed: bool,
    /// The socket took no more at the last write.
    pub(super) blocked: bool,
    /// hyper was told so, and holds the rest of what it has to say.
    held: bool,
    /// To be written at the end of the head that hyper says next.
    lines: Bytes,
    /// Bytes of the last write, if it was gathered.
    last: usize,
    /// The next write is looked at: does hyper close the connection without being asked to?
    watch: bool,
    /// It does.
    pub(super) conflict: bool,
    /// What goes on with another protocol once hyper has ended.
    pub(super) go_on: Option<GoOn>,
    /// Looks at what is read, over HTTP/2.
    #[cfg(feature = "http2")]
    pub(super) frames: Option<Box<Frames>>,
}

/// What lies on the socket, unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// More.
    GoesOn,
    /// The end of what it sends.
    HasSaidAll,
}

/// Runs `poll` with `live` in the thread's slot, where hyper's IO finds it, and takes it out
/// again, also when `poll` panics.
pub(super) fn enter<T>(live: &mut Option<Box<Live>>, poll: impl FnOnce() -> T) -> T {
    struct Restore<'a> {
        live: &'a mut Option<Box<Live>>,
        outer: Option<Box<Live>>,
    }
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            *self.live = SLOT.replace(self.outer.take());
        }
    }
    let outer = SLOT.replace(live.take());
    let _restore = Restore { live, outer };
    poll()
}

/// Calls `with` on the connection that is being polled.
pub(super) fn current<T>(
    with: impl FnOnce(&mut Live) -> Poll<io::Result<T>>,
) -> Poll<io::Result<T>> {
    SLOT.with_borrow_mut(|slot| match slot {
        Some(live) => with(live),
        None => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
    })
}

/// Whether hyper holds nothing that it has to say, so that its next words are the head of its next
/// answer.
pub(super) fn takes_lines() -> bool {
    SLOT.with_borrow(|slot| slot.as_ref().is_some_and(|live| !live.held))
}

/// Has these lines written at the end of the head that hyper says next.
pub(super) fn write_lines(lines: Bytes) {
    if lines.is_empty() {
        return;
    }
    SLOT.with_borrow_mut(|slot| {
        if let Some(live) = slot {
            live.lines = lines;
        }
    });
}

/// Has the connection that is being polled go on with another protocol behind its next answer.
#[cold]
pub(super) fn hand_over(to: Option<Handover>) {
    SLOT.with_borrow_mut(|slot| {
        if let Some(live) = slot {
            live.go_on = to.and_then(|to| to.take());
        }
    });
}

/// Has the connection that is being polled look at its next write.
pub(super) fn watch() {
    SLOT.with_borrow_mut(|slot| {
        if let Some(live) = slot {
            live.watch = true;
        }
    });
}

/// Whether hyper, on the connection that is being polled, has something that the socket did not
/// take.
pub(super) fn is_held() -> bool {
    SLOT.with_borrow(|slot| slot.as_ref().is_some_and(|live| live.held))
}

impl Live {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket,
            prefix: None,
            cork: Cork::default(),
            received: false,
            progressed: false,
            blocked: false,
            held: false,
            lines: Bytes::new(),
            last: 0,
            watch: false,
            conflict: false,
            go_on: None,
            #[cfg(feature = "http2")]
            frames: None,
        }
    }

    #[cfg(unix)]
    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The socket alone. Nothing may wait to be written.
    #[cfg(unix)]
    pub(super) fn into_socket(self) -> Socket {
        self.socket
    }

    /// The socket, and what was read of it and put back. Nothing may wait to be written.
    pub(super) fn into_parts(self) -> (Socket, Option<Bytes>) {
        (self.socket, self.prefix.map(|prefix| *prefix))
    }

    /// Puts back bytes that were read too early.
    pub(super) fn unread(&mut self, bytes: Bytes) {
        self.prefix = Some(Box::new(bytes));
    }

    /// Reads into hyper's buffer.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(mut prefix) = self.prefix.take() {
            let count = prefix.len().min(buf.remaining());
            let bytes = prefix.split_to(count);
            if !prefix.is_empty() {
                self.prefix = Some(prefix);
            }
            self.see(&bytes);
            buf.put_slice(&bytes);
            self.received = true;
            return Poll::Ready(Ok(()));
        }
        #[cfg(feature = "http2")]
        if self.frames.as_ref().is_some_and(|frames| frames.asks()) {
            // The driver looks, and has hyper read on.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Filling hyper's own buffer in place would be unsafe; a copy within the first-level cache
        // costs a hundredth of the read.
        let mut scratch = [MaybeUninit::uninit(); READ];
        let most = buf.remaining().min(READ);
        let mut read = ReadBuf::uninit(&mut scratch[..most]);
        ready!(self.poll_read_into(cx, &mut read))?;
        self.see(read.filled());
        buf.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }

    #[inline]
    fn see(&mut self, _bytes: &[u8]) {
        #[cfg(feature = "http2")]
        if let Some(frames) = &mut self.frames {
            frames.see(_bytes);
        }
    }

    /// Reads into a buffer of ours.
    pub(super) fn poll_read_into(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        let before = buf.filled().len();
        ready!(self.socket.poll_read(cx, buf))?;
        let count = buf.filled().len() - before;
        self.received |= count > 0;
        Poll::Ready(Ok(count))
    }

    /// Whether something lies there that nobody has read.
    pub(super) fn poll_unread(&mut self, cx: &mut Context<'_>) -> bool {
        matches!(self.socket.poll_unread(cx), Poll::Ready(Ok(true)))
    }

    /// What the peer has to say while an answer is made. Without data of its own it is asked for no
    /// more than the socket knows.
    pub(super) fn poll_peer(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Peer>> {
        if ready!(self.socket.poll_unread(cx))? {
            return Poll::Ready(Ok(Peer::GoesOn));
        }
        // Behind its end, reading tells of no error any more.
        match self.socket.take_error()? {
            None => Poll::Ready(Ok(Peer::HasSaidAll)),
            Some(error) => Poll::Ready(Err(error)),
        }
    }

    /// Gathers small writes; sends large ones behind what was gathered.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.watch {
            self.look_for_close(slices);
        }
        if !self.lines.is_empty()
            && let Some((head, rest)) = slices.split_first()
        {
            let written = self.poll_write_head(cx, head, rest);
            self.held = written.is_pending();
            return written;
        }
        let written = loop {
            if let Some(count) = self.cork.gather(slices) {
                self.last = count;
                break Poll::Ready(Ok(count));
            }
            self.last = 0;
            match self.poll_send(cx, slices) {
                Poll::Ready(Ok(0)) => {}
                written => break written,
            }
        };
        self.held = written.is_pending();
        written
    }

    /// Takes a head with lines put at its end, then what is behind the head if that is small.
    fn poll_write_head(
        &mut self,
        cx: &mut Context<'_>,
        head: &[u8],
        rest: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        debug_assert!(
            head.starts_with(b"HTTP/1.") && head.ends_with(b"\r\n\r\n"),
            "lines elsewhere than in a head"
        );
        loop {
            if let Some(count) = self.cork.gather_head(head, &self.lines) {
                self.lines = Bytes::new();
                self.last = 0;
                return Poll::Ready(Ok(count + self.cork.gather(rest).unwrap_or(0)));
            }
            ready!(self.poll_send(cx, &[]))?;
        }
    }

    #[cold]
    fn look_for_close(&mut self, slices: &[IoSlice<'_>]) {
        self.watch = false;
        self.conflict = slices.first().is_some_and(|first| says_close(first));
    }

    /// Sends what was gathered.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.cork.is_empty() {
            ready!(self.poll_send(cx, &[]))?;
        }
        let flushed = self.socket.poll_flush(cx);
        self.blocked = flushed.is_pending() || self.held;
        self.progressed |= self.socket.take_progress();
        flushed
    }

    /// Whether all that hyper has said is sent, so that what is said now stands between its words
    /// and not within them.
    pub(super) fn is_between(&self) -> bool {
        !self.held && self.cork.is_empty()
    }

    /// Whether all that hyper has said is taken, if not sent: what is said now stands behind it.
    pub(super) fn is_whole(&self) -> bool {
        !self.held
    }

    /// Gathers words of the driver's own. They are few; where there is no room even for them, the
    /// peer reads nothing and would not read these.
    pub(super) fn say(&mut self, answer: &[u8]) {
        let _ = self.cork.gather(&[IoSlice::new(answer)]);
    }

    /// Takes the last write back if it is a bare refusal and has not left, to say more.
    pub(super) fn retract(&mut self) -> bool {
        let waiting = self.cork.pending();
        let last = waiting.len().checked_sub(self.last);
        let Some(last) = last.filter(|_| self.last > 0 && !self.held) else {
            return false;
        };
        let bare = is_bare(&waiting[last..]);
        if bare {
            self.cork.retract(self.last);
            self.last = 0;
        }
        bare
    }

    /// Sends what was gathered, and says that nothing follows.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_flush(cx))?;
        self.socket.poll_shutdown(cx)
    }

    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let socket = &mut self.socket;
        let result = self
            .cork
            .send(slices, |all| match socket.poll_write(cx, all) {
                Poll::Ready(Ok(0)) => Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(result) => result,
                Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
            });
        match result {
            Ok(count) => {
                self.blocked = false;
                self.progressed = true;
                Poll::Ready(Ok(count))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.blocked = true;
                self.progressed |= self.socket.take_progress();
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}
