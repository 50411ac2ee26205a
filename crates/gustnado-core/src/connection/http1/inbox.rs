//! What a peer has sent and nobody has understood yet. It must not know what it means.

use std::{
    io,
    mem::MaybeUninit,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tokio::io::ReadBuf;

use crate::{connection::live::Live, limits::READ};

/// Bytes that were read. An empty one owns no memory.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub(super) bytes: Bytes,
}

impl Inbox {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether there is nothing but empty lines, which some clients send behind a body: they belong to
    /// no request (RFC 9112 section 2.2).
    pub(super) fn is_blank(&self) -> bool {
        let ends = self.bytes.last().is_none_or(|last| *last == b'\n');
        ends && self.bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
    }

    /// Reads more. 0 bytes are the end.
    ///
    /// By way of the stack: so what is kept is as large as what came, and what is parsed lies in the
    /// first-level cache. The copy costs a hundredth of the read.
    pub(super) fn poll_more(
        &mut self,
        live: &mut Live,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut scratch = [MaybeUninit::uninit(); READ];
        let mut read = ReadBuf::uninit(&mut scratch);
        ready!(live.poll_read_into(cx, &mut read))?;
        let more = read.filled();
        self.bytes = if self.bytes.is_empty() {
            Bytes::copy_from_slice(more)
        } else {
            Bytes::from([&self.bytes, more].concat())
        };
        Poll::Ready(Ok(more.len()))
    }
}
