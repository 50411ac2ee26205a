//! Pieces of a file as a body, and what stands between them. It must not know why they are sent.

use std::{
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use gustnado_core::{Body, BoxError, OpenFile};
use http_body::{Frame, SizeHint};

use crate::{decide::Slice, limits, parts::Piece};

/// Where the bytes of a file are.
#[derive(Debug)]
pub(crate) enum Source {
    Memory {
        bytes: Bytes,
        /// Where they lie, too.
        file: Option<Arc<OpenFile>>,
    },
    File(Arc<OpenFile>),
}

impl Source {
    /// Some of them.
    pub(crate) fn body(&self, range: Range<u64>) -> Body {
        match self {
            Self::Memory { bytes, file } => {
                // What is in memory has a length that fits, and the range is within it.
                let slice = bytes.slice(range.start as usize..range.end as usize);
                match file {
                    Some(file) if slice.len() as u64 >= limits::SEND_OPEN => {
                        Body::file_with_copy(Arc::clone(file), range.start, slice)
                    }
                    _ => slice.into(),
                }
            }
            Self::File(file) => Body::file(Arc::clone(file), range),
        }
    }
}

/// Pieces of a file, and what stands between them.
///
/// It ends with an error, and so cuts the connection short, when the file turns out not to be what
/// the head said; it never makes up bytes.
#[derive(Debug)]
pub(crate) struct PiecesBody {
    source: Source,
    pieces: std::vec::IntoIter<Piece>,
    /// What is left of the piece that is being sent.
    slice: Option<Slice>,
    /// What is being sent of it.
    part: Body,
    remaining: u64,
}

impl PiecesBody {
    pub(crate) fn new(source: Source, pieces: Vec<Piece>) -> Self {
        Self {
            source,
            remaining: pieces.iter().map(Piece::length).sum(),
            pieces: pieces.into_iter(),
            slice: None,
            part: Body::empty(),
        }
    }

    /// What is to be sent next; nothing at the end.
    fn next(&mut self) -> Option<Body> {
        let slice = match self.slice.take() {
            Some(slice) => slice,
            None => match self.pieces.next()? {
                Piece::Text(text) => return Some(text.into()),
                Piece::Slice(slice) => slice,
            },
        };
        // What lies in memory is there anyway; what is read is so for a reader that may stop.
        let most = match &self.source {
            Source::Memory { .. } => u64::MAX,
            Source::File(_) => limits::PART_CHUNK,
        };
        let next = slice.first + slice.length().min(most);
        self.slice = (next <= slice.last).then_some(Slice {
            first: next,
            last: slice.last,
        });
        Some(self.source.body(slice.first..next))
    }
}

impl http_body::Body for PiecesBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        while self.remaining > 0 {
            let Some(frame) = ready!(Pin::new(&mut self.part).poll_frame(cx)) else {
                match self.next() {
                    Some(next) => self.part = next,
                    None => break,
                }
                continue;
            };
            let sent = match &frame {
                Ok(frame) => frame.data_ref().map_or(0, Bytes::len) as u64,
                // Nothing comes behind an error.
                Err(_) => self.remaining,
            };
            self.remaining = self.remaining.saturating_sub(sent);
            return Poll::Ready(Some(frame));
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::mpsc, time::Duration};

    use http_body::Body;
    use tokio::task::spawn_blocking;

    use super::*;
    use crate::disk::Root;

    const LENGTH: usize = 3_000_000;

    // Rule 75: the only thread that may wait has something else to do, and others have their turn.
    #[test]
    fn what_the_system_has_in_memory_needs_no_other_thread() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path().to_owned());
        let path = root.join("a");
        std::fs::write(&path, vec![7; LENGTH]).unwrap();
        if !says_what_is_in_memory(&path) {
            return;
        }
        let file = root.load(&path, 0).unwrap().file.unwrap();
        let (done, wait) = mpsc::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let (sent, in_time, pauses) = runtime.block_on(async {
            let busy = spawn_blocking(move || wait.recv_timeout(Duration::from_secs(10)));
            let mut body = Source::File(Arc::new(file)).body(0..LENGTH as u64);
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
        assert!(pauses >= 2, "{pauses}");
    }

    /// Whether the file system says what of a file it has in memory.
    #[cfg(target_os = "linux")]
    fn says_what_is_in_memory(path: &std::path::Path) -> bool {
        use rustix::io::{ReadWriteFlags, preadv2};
        let file = std::fs::File::open(path).unwrap();
        let mut room = [0];
        let mut rooms = [std::io::IoSliceMut::new(&mut room)];
        preadv2(&file, &mut rooms, 0, ReadWriteFlags::NOWAIT).is_ok()
    }

    #[cfg(not(target_os = "linux"))]
    fn says_what_is_in_memory(_path: &std::path::Path) -> bool {
        false
    }
}
