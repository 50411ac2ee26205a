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
    /// Bytes that are read at a time, at most.
    most: u64,
    /// Chunks that were read without waiting, one after the other.
    at_once: usize,
}

impl PiecesBody {
    pub(crate) fn new(source: Source, pieces: Vec<Piece>) -> Self {
        Self {
            source,
            remaining: pieces.iter().map(Piece::length).sum(),
            most: if pieces.len() > 1 {
                limits::PART_CHUNK
            } else {
                u64::MAX
            },
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
        let mut chunk = Chunk::new(slice.length().min(self.most));
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

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::mpsc, time::Duration};

    use http_body::Body;

    use super::*;
    use crate::disk::Root;

    const LENGTH: usize = 2_000_000;

    // Rule 75: the only thread that may wait has something else to do, and others have their turn.
    #[test]
    fn what_the_system_has_in_memory_needs_no_other_thread() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path().to_owned());
        let path = root.join("a");
        std::fs::write(&path, vec![7; LENGTH]).unwrap();
        let file = root.load(&path, 0).unwrap().file.unwrap();
        if !file.read_at_once(0, &mut [0]).unwrap() {
            // This file system cannot say what it has in memory.
            return;
        }
        let (done, wait) = mpsc::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let (sent, in_time, pauses) = runtime.block_on(async {
            let busy = spawn_blocking(move || wait.recv_timeout(Duration::from_secs(10)));
            let last = LENGTH as u64 - 1;
            let pieces = vec![Piece::Slice(Slice { first: 0, last })];
            let mut body = PiecesBody::new(Source::File(Arc::new(file)), pieces);
            let (mut sent, mut pauses) = (0, 0);
            while let Some(frame) = poll_fn(|cx| {
                let polled = Pin::new(&mut body).poll_frame(cx);
                pauses += usize::from(polled.is_pending());
                polled
            })
            .await
            {
                sent += frame.unwrap().into_data().unwrap().len();
            }
            let in_time = !busy.is_finished();
            drop(done);
            (sent, in_time, pauses)
        });
        assert_eq!((sent, in_time), (LENGTH, true));
        assert_eq!(pauses, LENGTH / (limits::AT_ONCE * limits::CHUNK));
    }
}
