//! Pieces of a file as a body: read a chunk at a time, when the socket can take it. It must not know
//! why they are sent.
//!
//! What lies in the system's memory is read where it is sent, as copying it costs less than a second
//! thread; what the disk has to be asked for is read by a thread that may wait.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use gustnado_core::BoxError;
use http_body::{Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::{chunk::Chunk, decide::Slice, disk::OpenFile, limits, parts::Piece};

/// Where the bytes of a file are.
#[derive(Debug)]
pub(crate) enum Source {
    Memory(Bytes),
    File(Arc<OpenFile>),
}

/// Pieces of a file, and what stands between them.
///
/// It ends with an error, and so cuts the connection short, when the file turns out not to be what
/// the head said; it never makes up bytes.
pub(crate) struct PiecesBody {
    source: Source,
    pieces: std::vec::IntoIter<Piece>,
    /// What is left of the piece that is being sent.
    slice: Option<Slice>,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    remaining: u64,
    /// Chunks that were read without waiting, one after the other.
    at_once: usize,
}

impl PiecesBody {
    pub(crate) fn new(source: Source, pieces: Vec<Piece>) -> Self {
        Self {
            source,
            remaining: pieces.iter().map(Piece::length).sum(),
            pieces: pieces.into_iter(),
            slice: None,
            reading: None,
            at_once: 0,
        }
    }

    /// The next bytes; nothing when they are being read now, or at the end.
    fn next(&mut self) -> Option<Result<Bytes, BoxError>> {
        let slice = match self.slice.take() {
            Some(slice) => slice,
            None => match self.pieces.next()? {
                Piece::Text(text) => return Some(Ok(text)),
                Piece::Slice(slice) => slice,
            },
        };
        let file = match &self.source {
            // What is in memory has a length that fits, and the slice is within it.
            Source::Memory(bytes) => {
                let range = slice.first as usize..=slice.last as usize;
                return Some(Ok(bytes.slice(range)));
            }
            Source::File(file) => file,
        };
        let mut chunk = Chunk::new(slice.length());
        let next = slice.first + chunk.length();
        self.slice = (next <= slice.last).then_some(Slice {
            first: next,
            last: slice.last,
        });
        match file.read_at_once(slice.first, chunk.room()) {
            Ok(true) => {
                self.at_once += 1;
                return Some(Ok(chunk.into_bytes()));
            }
            Ok(false) => {}
            Err(error) => return Some(Err(error.into())),
        }
        let file = Arc::clone(file);
        self.at_once = 0;
        self.reading = Some(spawn_blocking(move || {
            file.read(slice.first, chunk.room())?;
            Ok(chunk.into_bytes())
        }));
        None
    }
}

impl http_body::Body for PiecesBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        if self.at_once >= limits::AT_ONCE {
            // A reader that is as fast as we are must not keep the others waiting.
            self.at_once = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.reading.is_none()
            && let Some(next) = self.next()
        {
            return Poll::Ready(Some(self.pass(next)));
        }
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        let read = match read {
            Ok(read) => read.map_err(BoxError::from),
            Err(error) => Err(error.into()),
        };
        Poll::Ready(Some(self.pass(read)))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

impl PiecesBody {
    /// Hands bytes on. Nothing comes behind an error.
    fn pass(&mut self, bytes: Result<Bytes, BoxError>) -> Result<Frame<Bytes>, BoxError> {
        let sent = bytes
            .as_ref()
            .map_or(self.remaining, |bytes| bytes.len() as u64);
        self.remaining = self.remaining.saturating_sub(sent);
        bytes.map(Frame::data)
    }
}
