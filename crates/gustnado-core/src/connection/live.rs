//! The socket of a connection, its corked writes, and what the driver wants to know of both. It must
//! not know HTTP.

use std::{
    io::{self, IoSlice},
    ops::Range,
    task::{Context, Poll, ready},
};

use tokio::io::ReadBuf;

use super::{cork::Cork, sendfile, socket::Socket};
use crate::open_file::OpenFile;

/// A socket and what waits to be written to it.
pub(super) struct Live {
    socket: Socket,
    cork: Cork,
    /// Bytes went out since the driver last looked.
    pub(super) progressed: bool,
    /// The socket took no more at the last write.
    pub(super) blocked: bool,
    /// Something that was to be sent behind what is gathered is held by whoever has it.
    held: bool,
}

/// What lies on the socket, unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// More.
    GoesOn,
    /// The end of what it sends.
    HasSaidAll,
}

impl Live {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket,
            cork: Cork::default(),
            progressed: false,
            blocked: false,
            held: false,
        }
    }

    #[cfg(unix)]
    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The socket alone. Nothing may wait to be written.
    pub(super) fn into_socket(self) -> Socket {
        self.socket
    }

    /// Reads what there is room for.
    pub(super) fn poll_read_into(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        let before = buf.filled().len();
        ready!(self.socket.poll_read(cx, buf))?;
        Poll::Ready(Ok(buf.filled().len() - before))
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
    #[cfg(feature = "http2")]
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            if let Some(count) = self.cork.gather(slices) {
                self.held = false;
                return Poll::Ready(Ok(count));
            }
            match self.poll_send(cx, slices) {
                Poll::Ready(Ok(0)) => {}
                written => return written,
            }
        }
    }

    /// Sees to it that there is room for a head or a small piece of a body.
    pub(super) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.cork.is_open() {
            ready!(self.poll_send(cx, &[]))?;
        }
        Poll::Ready(Ok(()))
    }

    /// Where to put a head or a small piece of a body, once there is [room](Self::poll_room).
    pub(super) fn out(&mut self) -> &mut Vec<u8> {
        self.cork.out()
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

    /// Whether all that was said is sent.
    pub(super) fn is_between(&self) -> bool {
        !self.held && self.cork.is_empty()
    }

    /// Whether all that was said is taken, if not sent: what is said now stands behind it.
    pub(super) fn is_whole(&self) -> bool {
        !self.held
    }

    /// Gathers words beside the answers of handlers. They are few, one for a request at most, and none
    /// of them is lost: they are put behind whatever waits.
    pub(super) fn say(&mut self, words: &[u8]) {
        self.cork.out().extend_from_slice(words);
    }

    /// Sends what was gathered, and says that nothing follows.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_flush(cx))?;
        self.socket.poll_shutdown(cx)
    }

    /// Sends what was gathered and these slices behind it. Says how many bytes of the slices went out.
    pub(super) fn poll_send(
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
                self.held = false;
                self.progressed = true;
                Poll::Ready(Ok(count))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.blocked = true;
                self.held |= !slices.is_empty();
                self.progressed |= self.socket.take_progress();
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    /// Whether bytes of a file can be [sent](Self::poll_send_file) without reading them.
    pub(super) fn sends_files(&self) -> bool {
        sendfile::is_for(&self.socket)
    }

    /// Sends what was gathered and these bytes of a file behind it, as far as the socket takes them. Says
    /// how many bytes of the file went out; 0 means that it has no more.
    pub(super) fn poll_send_file(
        &mut self,
        cx: &mut Context<'_>,
        file: &OpenFile,
        bytes: Range<u64>,
    ) -> Poll<io::Result<u64>> {
        let sent = self.poll_behind(cx, file, bytes);
        self.blocked = sent.is_pending();
        self.held = sent.is_pending();
        self.progressed |= sent.is_ready();
        sent
    }

    fn poll_behind(
        &mut self,
        cx: &mut Context<'_>,
        file: &OpenFile,
        bytes: Range<u64>,
    ) -> Poll<io::Result<u64>> {
        while !self.cork.is_empty() {
            let sent = ready!(sendfile::poll_more(&self.socket, cx, self.cork.pending()))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.cork.advance(sent);
            self.progressed = true;
        }
        sendfile::poll(&self.socket, cx, file.file(), bytes)
    }
}
