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
    pub(super) fn poll_more(
        &mut self,
        live: &mut Live,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut scratch = SCRATCH;
        let mut more = ReadBuf::uninit(&mut scratch);
        ready!(live.poll_read_into(cx, &mut more))?;
        self.push(more.filled());
        Poll::Ready(Ok(more.filled().len()))
    }

    /// Puts more behind what is here.
    #[inline]
    pub(super) fn push(&mut self, more: &[u8]) {
        if more.is_empty() {
            return;
        }
        self.bytes = if self.bytes.is_empty() {
            Bytes::copy_from_slice(more)
        } else {
            Bytes::from([&self.bytes, more].concat())
        };
    }
}

/// Where bytes are read to, on the stack: so what is kept is as large as what came and was not understood
/// at once, and what is parsed lies in the first-level cache. The copy costs a hundredth of the read.
pub(super) const SCRATCH: [MaybeUninit<u8>; READ] = [MaybeUninit::uninit(); READ];
