//! A file as a body: read off the event loop, a chunk when the socket can take it. It must not know
//! why it is sent.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use gustnado_core::BoxError;
use http_body::{Frame, SizeHint};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::{disk::OpenFile, limits};

/// Bytes of a file, from where it was opened at.
///
/// It ends with an error, and so cuts the connection short, when the file turns out not to be what
/// the head said; it never makes up bytes.
pub(crate) struct FileBody {
    next: Next,
    remaining: u64,
}

enum Next {
    NotAsked(OpenFile),
    Reading(JoinHandle<(OpenFile, io::Result<Bytes>)>),
    Nothing,
}

impl FileBody {
    pub(crate) fn new(file: OpenFile, length: u64) -> Self {
        let next = Next::NotAsked(file);
        Self {
            next,
            remaining: length,
        }
    }

    /// Begins to read the next chunk.
    fn read(&mut self, mut file: OpenFile) {
        let length = usize::try_from(self.remaining)
            .map_or(limits::CHUNK, |remaining| remaining.min(limits::CHUNK));
        self.next = Next::Reading(spawn_blocking(move || {
            let bytes = file.read(length);
            (file, bytes)
        }));
    }
}

impl http_body::Body for FileBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::NotAsked(file) => self.read(file),
            other => self.next = other,
        }
        let Next::Reading(reading) = &mut self.next else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(cx));
        self.next = Next::Nothing;
        let result = read.map_err(BoxError::from).and_then(|(file, bytes)| {
            let bytes = bytes?;
            self.remaining -= bytes.len() as u64;
            if self.remaining > 0 {
                // Not read ahead: what the system has yet to send is more, and costs nothing here.
                self.next = Next::NotAsked(file);
            }
            Ok(Frame::data(bytes))
        });
        if result.is_err() {
            self.remaining = 0;
        }
        Poll::Ready(Some(result))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
