//! ONE connection over HTTP/1: a request leaves, its answer comes, and the next can follow. It must not
//! know who asks, nor how long may be waited.

use std::{
    io,
    mem::MaybeUninit,
    task::{Context, Poll, Waker, ready},
};

use bytes::{Buf as _, Bytes};
use gustnado_core::{Body, fields};
use http::StatusCode;
use http_body::{Frame, SizeHint};
use tokio::io::ReadBuf;

use super::{
    encode::Asking,
    fault::Fault,
    head::{self, Asked},
    incoming::{Incoming, Next},
    outgoing::{Outgoing, Unsent},
};
use crate::{
    head::Head,
    limits::{HEAD, INTERIM, READ},
    wire::Wire,
};

/// A connection, and the exchange that is under way on it.
#[derive(Debug)]
pub(crate) struct Http1 {
    wire: Wire,
    /// What came and is not understood yet.
    inbox: Bytes,
    /// Bytes of it in which no whole head was found.
    tried: usize,
    outgoing: Outgoing,
    asked: Asked,
    /// Whether it was seen that nothing came unasked before the request.
    looked: bool,
    interim: usize,
    incoming: Incoming,
    keep_alive: bool,
}

impl Http1 {
    pub(crate) fn new(wire: Wire) -> Self {
        Self {
            wire,
            inbox: Bytes::new(),
            tried: 0,
            outgoing: Outgoing::default(),
            asked: Asked::default(),
            looked: false,
            interim: 0,
            incoming: Incoming::Ended,
            keep_alive: true,
        }
    }

    /// Takes a request, to be sent by [`poll_head`](Self::poll_head).
    pub(crate) fn ask(&mut self, asking: &Asking<'_>, body: Body) {
        self.asked = self.outgoing.begin(asking, body);
        (self.tried, self.interim, self.looked) = (0, 0, false);
    }

    /// The body of the request, if nobody has read of it and nothing was written.
    pub(crate) fn unread(&mut self) -> Option<Body> {
        self.outgoing.unread()
    }

    /// Sends the request, and waits for the head of its answer.
    pub(crate) fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<Head, Fault>> {
        if !self.looked {
            // What is here already answers nothing, and behind an end there will be no answer.
            if let Poll::Ready(came) = self.poll_more(cx) {
                return Poll::Ready(Err(Fault::Cut(came.err())));
            }
            self.looked = true;
        }
        self.send(cx)?;
        loop {
            if self.is_worth_a_look() {
                match head::parse(&self.inbox, self.asked)? {
                    None => self.tried = self.inbox.len(),
                    Some(parsed) => {
                        self.inbox.advance(parsed.bytes);
                        self.tried = 0;
                        let status = parsed.head.status;
                        if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
                            self.interim += 1;
                            if self.interim > INTERIM {
                                return Poll::Ready(Err(Fault::Interim));
                            }
                            continue;
                        }
                        self.incoming = Incoming::new(parsed.framing);
                        self.keep_alive = parsed.keep_alive;
                        return Poll::Ready(Ok(parsed.head));
                    }
                }
            }
            match ready!(self.poll_more(cx)) {
                Ok(1..) => {}
                Ok(0) => return Poll::Ready(Err(Fault::Cut(None))),
                Err(error) => return Poll::Ready(Err(Fault::Cut(Some(error)))),
            }
        }
    }

    /// The next part of the answer's body.
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        // What is left of the request may be what the answer is made of.
        self.send(cx)?;
        loop {
            match self.incoming.next(&mut self.inbox)? {
                Next::Frame(frame) => return Poll::Ready(Some(Ok(frame))),
                Next::End => return Poll::Ready(None),
                Next::More => {}
            }
            match ready!(self.poll_more(cx)) {
                Ok(1..) => {}
                Ok(0) => self.incoming.end()?,
                Err(error) => return Poll::Ready(Some(Err(Fault::Cut(Some(error))))),
            }
        }
    }

    /// All of the body, if its length is known and so much is here.
    pub(crate) fn whole(&mut self) -> Option<Bytes> {
        self.incoming.whole(&mut self.inbox)
    }

    /// Whether nothing is left of the answer.
    pub(crate) fn has_ended(&self) -> bool {
        self.incoming.has_ended()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }

    /// Whether another request may follow: the last one is all done, and nothing came behind its
    /// answer. Nobody is woken by the connection from then on.
    pub(crate) fn can_go_on(&mut self) -> bool {
        self.keep_alive && self.has_ended() && self.outgoing.is_done() && self.is_quiet()
    }

    /// Whether nothing came. What TLS has to say by itself is read over.
    pub(crate) fn is_quiet(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        self.inbox.is_empty() && self.poll_more(&mut cx).is_pending()
    }

    /// Whether bytes on the socket may be TLS's own.
    pub(crate) fn is_secure(&self) -> bool {
        matches!(self.wire, Wire::Tls(_))
    }

    /// The wire, and what was read behind the last answer.
    pub(crate) fn into_wire(self) -> (Wire, Bytes) {
        (self.wire, self.inbox)
    }

    /// Hands on what is left of the request.
    fn send(&mut self, cx: &mut Context<'_>) -> Result<(), Fault> {
        if self.outgoing.is_done() {
            return Ok(());
        }
        match self.outgoing.poll(&mut self.wire, cx) {
            Poll::Ready(Err(Unsent::Body(fault))) => return Err(fault),
            // It may have been answered before it was whole. If not, that is told by reading.
            Poll::Ready(Err(Unsent::Write(error))) => {
                tracing::debug!(%error, "a request is not taken to its end");
                self.outgoing.give_up();
                self.asked.close = true;
                self.keep_alive = false;
            }
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
        Ok(())
    }

    /// Whether there may be a whole head now: one that comes byte by byte would be read anew for each.
    fn is_worth_a_look(&self) -> bool {
        let bytes = &self.inbox;
        if self.tried == 0 || bytes.len() >= HEAD {
            return !bytes.is_empty();
        }
        fields::may_end(bytes, self.tried)
    }

    /// Reads more. 0 bytes are the end.
    ///
    /// By way of the stack, so that what is kept is as large as what came.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut room = [MaybeUninit::uninit(); READ];
        let mut buf = ReadBuf::uninit(&mut room);
        ready!(self.wire.poll_read(cx, &mut buf))?;
        let more = buf.filled();
        self.inbox = if self.inbox.is_empty() {
            Bytes::copy_from_slice(more)
        } else {
            Bytes::from([&self.inbox, more].concat())
        };
        Poll::Ready(Ok(more.len()))
    }
}
