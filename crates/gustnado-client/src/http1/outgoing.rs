//! A request as it leaves: its head, and its body framed as the head said. It must not know answers.

use std::{
    io::{self, IoSlice, Write as _},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use gustnado_core::Body;
use http::{HeaderMap, Method};
use http_body::{Body as _, Frame};

use super::{
    encode::{self, Asking, Extent, put_field},
    fault::Fault,
    head::Asked,
};
use crate::{
    limits::{COPY, OUT},
    wire::Wire,
};

/// A request on its way out, or none.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// What is written first, and how much of it was.
    out: Vec<u8>,
    at: usize,
    /// What is too large to be copied, and what stands behind it.
    rest: Bytes,
    tail: &'static [u8],
    /// What the rest comes from, while there is any.
    body: Option<Body>,
    /// Whether something was read of that.
    begun: bool,
    extent: Extent,
    trailers: bool,
    /// Something may still be on its way to the socket.
    unflushed: bool,
}

/// Why it does not leave whole.
#[derive(Debug)]
pub(super) enum Unsent {
    /// The connection takes no more.
    Write(io::Error),
    Body(Fault),
}

impl Default for Outgoing {
    fn default() -> Self {
        Self {
            out: Vec::new(),
            at: 0,
            rest: Bytes::new(),
            tail: b"",
            body: None,
            begun: false,
            extent: Extent::None,
            trailers: false,
            unflushed: false,
        }
    }
}

impl Outgoing {
    /// Takes a request, nothing of which is written yet.
    pub(super) fn begin(&mut self, asking: &Asking<'_>, body: Body) -> Asked {
        self.out.clear();
        self.at = 0;
        self.begun = false;
        self.trailers = false;
        self.extent = extent(asking.method, &body);
        let asked = encode::head(&mut self.out, asking, self.extent);
        self.body = match self.extent {
            Extent::None => None,
            Extent::Bytes(_) => Some(body),
            Extent::Chunked => {
                self.trailers = encode::has_trailers(asking.headers);
                Some(body)
            }
        };
        asked
    }

    /// The body, if nobody has read of it and nothing was written.
    pub(super) fn unread(&mut self) -> Option<Body> {
        if self.begun || self.at > 0 {
            return None;
        }
        Some(self.body.take().unwrap_or_default())
    }

    /// Whether all of it has left.
    pub(super) fn is_done(&self) -> bool {
        self.body.is_none() && !self.has_bytes() && !self.unflushed
    }

    /// Nothing more of it will leave.
    pub(super) fn give_up(&mut self) {
        *self = Self::default();
    }

    /// Hands on as much as the wire takes.
    pub(super) fn poll(
        &mut self,
        wire: &mut Wire,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Unsent>> {
        loop {
            self.gather(cx).map_err(Unsent::Body)?;
            if self.has_bytes() {
                ready!(self.poll_write(wire, cx)).map_err(Unsent::Write)?;
                continue;
            }
            if self.unflushed {
                ready!(wire.poll_flush(cx)).map_err(Unsent::Write)?;
                self.unflushed = false;
            }
            return match self.body {
                None => Poll::Ready(Ok(())),
                // Who makes it wakes us.
                Some(_) => Poll::Pending,
            };
        }
    }

    fn has_bytes(&self) -> bool {
        self.at < self.out.len() || !self.rest.is_empty() || !self.tail.is_empty()
    }

    /// Reads of the body what can leave with what is there, so that a small request is one write.
    fn gather(&mut self, cx: &mut Context<'_>) -> Result<(), Fault> {
        while self.rest.is_empty() && self.tail.is_empty() && self.out.len() < OUT {
            let Some(body) = &mut self.body else {
                return Ok(());
            };
            self.begun = true;
            match Pin::new(body).poll_frame(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(None) => self.end(None)?,
                Poll::Ready(Some(Ok(frame))) => self.put(frame)?,
                Poll::Ready(Some(Err(error))) => return Err(Fault::Upload(error)),
            }
        }
        Ok(())
    }

    fn put(&mut self, frame: Frame<Bytes>) -> Result<(), Fault> {
        let data = match frame.into_data() {
            Ok(data) if data.is_empty() => return Ok(()),
            Ok(data) => data,
            Err(frame) => return self.end(frame.into_trailers().ok()),
        };
        let length = data.len() as u64;
        match &mut self.extent {
            Extent::Bytes(left) => {
                *left = left
                    .checked_sub(length)
                    .ok_or_else(|| wrong_length("more"))?;
            }
            Extent::Chunked => {
                // Writing to memory does not fail.
                let _ = write!(self.out, "{length:x}\r\n");
                self.tail = b"\r\n";
            }
            Extent::None => return Ok(()),
        }
        if data.len() <= COPY {
            self.out.extend_from_slice(&data);
            self.out.extend_from_slice(std::mem::take(&mut self.tail));
        } else {
            self.rest = data;
        }
        if self.extent == Extent::Bytes(0) {
            self.body = None;
        }
        Ok(())
    }

    fn end(&mut self, trailers: Option<HeaderMap>) -> Result<(), Fault> {
        self.body = None;
        match self.extent {
            Extent::None | Extent::Bytes(0) => {}
            Extent::Bytes(_) => return Err(wrong_length("fewer")),
            Extent::Chunked => {
                self.out.extend_from_slice(b"0\r\n");
                let trailers = trailers.filter(|_| self.trailers);
                for (name, value) in trailers.iter().flatten() {
                    put_field(&mut self.out, name, value);
                }
                self.out.extend_from_slice(b"\r\n");
            }
        }
        Ok(())
    }

    /// Writes what is there.
    fn poll_write(&mut self, wire: &mut Wire, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.has_bytes() {
            let parts = [&self.out[self.at..], &self.rest, self.tail].map(IoSlice::new);
            // One alone is the usual case, and cheaper.
            let count = if self.rest.is_empty() && self.tail.is_empty() {
                ready!(wire.poll_write(cx, &parts[..1]))?
            } else {
                ready!(wire.poll_write(cx, &parts))?
            };
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unflushed = true;
            self.wrote(count);
        }
        self.out.clear();
        self.at = 0;
        Poll::Ready(Ok(()))
    }

    fn wrote(&mut self, count: usize) {
        let first = count.min(self.out.len() - self.at);
        self.at += first;
        let second = (count - first).min(self.rest.len());
        self.rest.advance(second);
        self.tail = self.tail.get(count - first - second..).unwrap_or_default();
    }
}

/// How a body is said to come.
fn extent(method: &Method, body: &Body) -> Extent {
    match body.size_hint().exact() {
        // What is said of none is among the fields.
        Some(0) if body.is_end_stream() => Extent::None,
        Some(0) if matches!(*method, Method::GET | Method::HEAD) => Extent::None,
        Some(length) => Extent::Bytes(length),
        None => Extent::Chunked,
    }
}

#[cold]
fn wrong_length(which: &str) -> Fault {
    Fault::Upload(format!("the body has {which} bytes than it said").into())
}
