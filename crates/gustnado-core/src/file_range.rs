//! Some bytes of an open file, on their way out: read a chunk at a time, or named to a socket that takes
//! them from the file itself. It must not know sockets, nor why they are sent.
//!
//! What lies in the system's memory is taken where it is sent, as that costs less than a second
//! thread; what the disk has to be asked for is read by a thread that may wait.

use std::{
    io,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use http_body::Frame;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::{
    chunk::Chunk,
    error::BoxError,
    limits::{FILE_AT_ONCE, FILE_PIECE},
    open_file::OpenFile,
};

/// Some bytes of an open file.
///
/// It ends with an error, and so cuts the answer short, when the file turns out not to be what it was
/// when it was opened; it never makes up bytes.
#[derive(Debug)]
pub(crate) struct FileRange {
    file: Arc<OpenFile>,
    /// What was not sent yet.
    left: Range<u64>,
    /// What of it lies in memory ends here, as far as is known.
    at_hand: u64,
    /// The same bytes, where they are here, too.
    copy: Option<Bytes>,
    /// A thread reads the next bytes: those of a chunk, or all that are to be at hand.
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    /// Bytes that went out one after the other without waiting.
    at_once: u64,
}

impl FileRange {
    pub(crate) fn new(file: Arc<OpenFile>, range: Range<u64>) -> Self {
        Self {
            file,
            at_hand: range.start,
            left: range,
            copy: None,
            reading: None,
            at_once: 0,
        }
    }

    /// As many bytes from `first` on as there are in `copy`, which are the same.
    pub(crate) fn with_copy(file: Arc<OpenFile>, first: u64, copy: Bytes) -> Self {
        let mut range = Self::new(file, first..first + copy.len() as u64);
        range.copy = Some(copy);
        range
    }

    /// All of them, where they are here, too.
    pub(crate) fn copy(&self) -> Option<&Bytes> {
        self.copy.as_ref()
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.left.end - self.left.start
    }

    pub(crate) fn file(&self) -> &OpenFile {
        &self.file
    }

    /// The next bytes that can be sent from the file without a wait for the disk; empty at the end.
    /// `None`: they are better sent as [frames](Self::poll_frame), as they are here, too.
    pub(crate) fn poll_at_hand(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Range<u64>>>> {
        if let Some(reading) = &mut self.reading {
            let read = ready!(Pin::new(reading).poll(cx));
            self.reading = None;
            read??;
        }
        let next = self.left.start;
        if self.left.is_empty() {
            return Poll::Ready(Ok(Some(next..next)));
        }
        ready!(self.poll_turn(cx));
        match self.file.check() {
            Err(_) if self.copy.is_some() => return Poll::Ready(Ok(None)),
            checked => checked?,
        }
        if next >= self.at_hand {
            let piece = next..self.left.end.min(next + FILE_PIECE);
            if !self.file.is_at_hand(&piece) {
                if self.copy.is_some() {
                    return Poll::Ready(Ok(None));
                }
                self.fetch(piece);
                return self.poll_at_hand(cx);
            }
            self.at_hand = piece.end;
        }
        Poll::Ready(Ok(Some(next..self.at_hand)))
    }

    /// Has these bytes, which are the next, brought into the system's memory.
    fn fetch(&mut self, bytes: Range<u64>) {
        let file = Arc::clone(&self.file);
        self.at_hand = bytes.end;
        self.at_once = 0;
        self.reading = Some(spawn_blocking(move || fetch(&file, bytes)));
    }

    /// So many bytes went out.
    pub(crate) fn advance(&mut self, count: u64) {
        let count = count.min(self.remaining());
        self.left.start += count;
        self.at_once += count;
        if let Some(copy) = &mut self.copy {
            // As many as there are of it.
            copy.advance(count as usize);
        }
    }

    /// Nothing can be sent for a while, in which what is in memory may leave it.
    pub(crate) fn rest(&mut self) {
        self.at_hand = self.left.start;
        self.at_once = 0;
    }

    /// Waits for others to have their turn, where a reader is as fast as we are.
    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.at_once < FILE_AT_ONCE {
            return Poll::Ready(());
        }
        self.at_once = 0;
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// The next chunk.
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(copy) = self.copy.take() {
            self.left.start = self.left.end;
            return Poll::Ready((!copy.is_empty()).then(|| Ok(Frame::data(copy))));
        }
        let read = match &mut self.reading {
            Some(reading) => {
                let read = ready!(Pin::new(reading).poll(cx));
                self.reading = None;
                read.map_err(BoxError::from)
                    .and_then(|read| Ok(read?))
                    .map(|bytes| (!bytes.is_empty()).then_some(bytes))
            }
            None => Ok(None),
        };
        let read = match read {
            Ok(Some(bytes)) => Ok(bytes),
            // What is read for a socket is no chunk.
            Ok(None) if self.left.is_empty() => return Poll::Ready(None),
            Ok(None) => {
                ready!(self.poll_turn(cx));
                match self.chunk() {
                    Ok(Some(bytes)) => Ok(bytes),
                    Ok(None) => return self.poll_frame(cx),
                    Err(error) => Err(error.into()),
                }
            }
            Err(error) => Err(error),
        };
        match &read {
            Ok(bytes) => self.advance(bytes.len() as u64),
            // Nothing comes behind an error.
            Err(_) => self.left.start = self.left.end,
        }
        Poll::Ready(Some(read.map(Frame::data)))
    }

    /// The next chunk, where it lies in memory; else it is read from now on.
    fn chunk(&mut self) -> io::Result<Option<Bytes>> {
        let (first, mut chunk) = (self.left.start, Chunk::new(self.remaining()));
        if self.file.read_at_once(first, chunk.room())? {
            return Ok(Some(chunk.into_bytes()));
        }
        let file = Arc::clone(&self.file);
        self.at_once = 0;
        self.reading = Some(spawn_blocking(move || {
            file.read(first, chunk.room())?;
            Ok(chunk.into_bytes())
        }));
        Ok(None)
    }
}

/// Has the system read these bytes into its memory, and waits until it has.
fn fetch(file: &OpenFile, mut bytes: Range<u64>) -> io::Result<Bytes> {
    let mut chunk = Chunk::new(u64::MAX);
    while !bytes.is_empty() {
        let count = (bytes.end - bytes.start).min(chunk.length());
        // What is in memory has a length that fits.
        file.read(bytes.start, &mut chunk.room()[..count as usize])?;
        bytes.start += count;
    }
    Ok(Bytes::new())
}
