//! The body of an answer as it leaves: framed as its head said. It must not know requests.

use std::{
    io::{self, IoSlice, Write as _},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use http::HeaderMap;
use http_body::{Body as _, Frame};

use super::encode::{Extent, Said, put_field};
use crate::{
    access::Access, body::Body, connection::live::Live, file_range::FileRange, limits::CORK_COPY,
};

/// A body on its way out.
#[derive(Debug)]
pub(super) struct Sending {
    body: Body,
    extent: Extent,
    trailers: bool,
    /// What is too large to be copied, and what stands behind it.
    rest: Bytes,
    tail: &'static [u8],
    ended: bool,
}

/// The answer cannot be sent to its end.
#[derive(Debug)]
pub(super) struct Cut;

impl From<io::Error> for Cut {
    fn from(_: io::Error) -> Self {
        Self
    }
}

/// Hands on a body that is small and all there, behind its head. Says whether it was.
#[inline]
pub(super) fn at_once(body: &Body, said: Said, live: &mut Live, access: &mut Access) -> bool {
    let Extent::Bytes(length) = said.body else {
        return false;
    };
    if length == 0 {
        return true;
    }
    let small = body
        .as_full()
        .filter(|bytes| bytes.len() <= CORK_COPY && bytes.len() as u64 == length);
    if let Some(bytes) = small {
        live.out().extend_from_slice(bytes);
        access.sent(bytes.len());
    }
    small.is_some()
}

impl Sending {
    pub(super) fn new(body: Body, said: Said) -> Self {
        Self {
            body,
            extent: said.body,
            trailers: said.trailers,
            rest: Bytes::new(),
            tail: b"",
            ended: false,
        }
    }

    /// Whether there is more to come, and only the end of the connection would be its end.
    pub(super) fn ends_by_close(&self) -> bool {
        matches!(self.extent, Extent::Close) && !self.ended
    }

    /// Hands on as much as the socket takes.
    pub(super) fn poll(
        &mut self,
        live: &mut Live,
        access: &mut Access,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Cut>> {
        loop {
            while !self.rest.is_empty() {
                let sent = ready!(live.poll_send(cx, &[IoSlice::new(&self.rest)]))?;
                self.rest.advance(sent);
            }
            if !self.tail.is_empty() {
                // What was in front of the rest has left with it, so there is room.
                let tail = std::mem::take(&mut self.tail);
                live.out().extend_from_slice(tail);
            }
            if self.ended {
                return Poll::Ready(Ok(()));
            }
            if let Extent::Bytes(left) = &mut self.extent
                && let Some(file) = self.body.as_file_mut()
                && file.remaining() == *left
                && live.sends_files()
                && ready!(poll_file(file, left, live, access, cx))?
            {
                return Poll::Ready(Ok(()));
            }
            // What is put behind another in the same buffer has its bound there.
            ready!(live.poll_room(cx))?;
            let frame = match self.body.take_full() {
                Some(bytes) => Some(Ok(Frame::data(bytes))),
                None => ready!(Pin::new(&mut self.body).poll_frame(cx)),
            };
            access.frame(frame.as_ref());
            match frame {
                None => self.end(None, live)?,
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.put(data, live)?,
                    Err(frame) => self.end(frame.into_trailers().ok(), live)?,
                },
                Some(Err(error)) => {
                    tracing::debug!(%error, "an answer is cut");
                    return Poll::Ready(Err(Cut));
                }
            }
        }
    }

    /// The next bytes of the body.
    fn put(&mut self, mut data: Bytes, live: &mut Live) -> Result<(), Cut> {
        if data.is_empty() {
            return Ok(());
        }
        let length = data.len() as u64;
        match &mut self.extent {
            Extent::Close => {}
            Extent::Chunked => {
                write!(live.out(), "{length:x}\r\n")?;
                self.tail = b"\r\n";
            }
            Extent::Bytes(left) if length <= *left => {
                *left -= length;
                self.ended = *left == 0;
            }
            Extent::Bytes(left) => {
                // What is behind the length that was said would be read as the next answer.
                tracing::warn!("an answer's body is longer than its Content-Length");
                data.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                self.ended = true;
            }
        }
        if data.len() > CORK_COPY {
            self.rest = data;
            return Ok(());
        }
        let out = live.out();
        out.extend_from_slice(&data);
        out.extend_from_slice(std::mem::take(&mut self.tail));
        Ok(())
    }

    /// The end of the body.
    fn end(&mut self, trailers: Option<HeaderMap>, live: &mut Live) -> Result<(), Cut> {
        self.ended = true;
        match self.extent {
            Extent::Close | Extent::Bytes(0) => Ok(()),
            Extent::Bytes(_) => {
                tracing::warn!("an answer's body is shorter than its Content-Length");
                Err(Cut)
            }
            Extent::Chunked => {
                let out = live.out();
                out.extend_from_slice(b"0\r\n");
                // RFC 9110 section 6.5.1: only where the head has said that some would come.
                let trailers = trailers.filter(|_| self.trailers);
                for (name, value) in trailers.iter().flatten() {
                    put_field(out, name.as_str().as_bytes(), value.as_bytes());
                }
                out.extend_from_slice(b"\r\n");
                Ok(())
            }
        }
    }
}

/// Has the system send the bytes of a file that are left. Says whether that was to be done so.
fn poll_file(
    file: &mut FileRange,
    left: &mut u64,
    live: &mut Live,
    access: &mut Access,
    cx: &mut Context<'_>,
) -> Poll<Result<bool, Cut>> {
    loop {
        let bytes = ready!(file.poll_at_hand(cx)).inspect_err(|error| {
            tracing::debug!(%error, "an answer is cut");
        });
        let Some(bytes) = bytes? else {
            return Poll::Ready(Ok(false));
        };
        if bytes.is_empty() {
            return Poll::Ready(Ok(true));
        }
        match live.poll_send_file(cx, file.file(), bytes)? {
            Poll::Ready(0) => {
                tracing::debug!("an answer is cut: the file became shorter while it was sent");
                return Poll::Ready(Err(Cut));
            }
            Poll::Ready(sent) => {
                file.advance(sent);
                *left -= sent;
                access.more(sent);
            }
            Poll::Pending => {
                file.rest();
                return Poll::Pending;
            }
        }
    }
}
