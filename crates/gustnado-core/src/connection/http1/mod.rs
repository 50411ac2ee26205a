//! ONE connection over HTTP/1: a request is read, answered and followed by the next. It must not know
//! what time it is, but for what waits; nor how a connection begins, ends or rests.
//!
//! ```text
//! Head ──▶ Answering ──▶ Sending ──▶ Finishing ──▶ Head, or the end
//! ```
//!
//! In the order of the work:
//!
//! - [`inbox`]: bytes as they are read; [`reading`]: until a head is whole.
//! - [`raw`], [`as_it_is`], [`pages`]: a head whose answer was made before: no request is made of it.
//! - [`head`]: the head of a request; [`length`]: how long its body is; [`fault`]: why it is none.
//! - [`own`]: the fields that say something of the message itself, which both look for.
//! - [`incoming`]: its body, as the connection sees it; [`feed`]: its way to whoever reads it.
//! - [`answerer`]: where its answer is made.
//! - [`encode`]: the head of the answer, [`date`] included; [`sending`]: its body.

mod answerer;
mod as_it_is;
mod date;
mod encode;
mod fault;
mod feed;
#[cfg(fuzzing)]
pub(in crate::connection) mod fuzz;
mod head;
mod inbox;
mod incoming;
mod length;
mod own;
mod pages;
mod raw;
mod reading;
mod sending;

use std::{
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header::CONNECTION};

pub(super) use self::fault::Fault;
use self::{
    answerer::{Answerer, answerer},
    encode::{Asked, Said},
    head::Head,
    inbox::Inbox,
    incoming::{Discarded, Fed, Incoming},
    length::Framing,
    sending::Sending,
};
use super::{
    clock::{Clock, Tick, Vitals},
    framing,
    live::Live,
};
use crate::{
    access::Access,
    body::Body,
    lifecycle::Begun,
    limits::Limits,
    tally::Counted,
    upgrade::{GoOn, Handover},
    write::Outgoing,
};

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// A connection at work.
pub(super) struct Http1 {
    stage: Stage,
    inbox: Inbox,
    /// Bytes in which no whole head was found.
    tried: usize,
    /// There once something took more than a moment.
    answerer: Option<Box<dyn Answerer>>,
    /// The body of the request at hand, where it was not here at once.
    incoming: Option<Incoming>,
    had_body: bool,
    /// The body of the answer at hand, while it is sent. It is large, and a stage is moved for each request.
    sending: Option<Sending>,
    keep_alive: bool,
    /// Requests that were begun since others had their turn.
    turn: u32,
    clock: Arc<Clock>,
    vitals: Arc<Vitals>,
}

enum Stage {
    /// A head is read, or the first byte of one is waited for.
    Head,
    Answering(Exchange),
    Sending(Exchange),
    /// Somebody still reads the body of the request that was answered.
    Finishing,
}

/// A request that is being answered.
struct Exchange {
    asked: Asked,
    access: Access,
    counted: Option<Counted>,
}

/// Why a connection does not go on over HTTP/1.
pub(super) enum End {
    /// The peer has said all, or it was told that nothing follows.
    Closed,
    /// It cannot go on, or an answer cannot be sent to its end.
    Cut,
    /// What came is no request.
    Refused(Fault),
    /// An answer of 101 was written.
    Leave(GoOn),
}

impl Http1 {
    /// One whose first bytes are these.
    pub(super) fn new(first: Bytes, vitals: Arc<Vitals>, clock: Arc<Clock>) -> Self {
        Self {
            stage: Stage::Head,
            inbox: Inbox::new(first),
            tried: 0,
            answerer: None,
            incoming: None,
            had_body: false,
            sending: None,
            keep_alive: true,
            turn: 0,
            clock,
            vitals,
        }
    }

    /// Goes on until something has to be waited for. What is written is gathered, and sent by whoever
    /// polls.
    pub(super) fn poll(&mut self, live: &mut Live, cx: &mut Context<'_>) -> Poll<End> {
        self.turn = 0;
        loop {
            let end = match self.stage {
                Stage::Head => ready!(self.read(live, cx)),
                Stage::Answering(_) => ready!(self.answer(live, cx)),
                Stage::Sending(_) => ready!(self.send(live, cx)),
                Stage::Finishing => ready!(self.finish(live, cx)),
            };
            if let Some(end) = end {
                return Poll::Ready(end);
            }
        }
    }

    /// Whether nothing is asked.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Head) && self.inbox.is_blank()
    }

    /// Whether a head has begun and is not whole.
    pub(super) fn has_begun(&self) -> bool {
        matches!(self.stage, Stage::Head) && !self.inbox.is_blank()
    }

    /// Whether a handler is at work.
    pub(super) fn is_answering(&self) -> bool {
        matches!(self.stage, Stage::Answering(_))
    }

    /// Whether a peer is answered that knows of no word before its answer.
    pub(super) fn is_old(&self) -> bool {
        let Stage::Answering(exchange) = &self.stage else {
            return false;
        };
        exchange.asked.version < http::Version::HTTP_11
    }

    /// Whether the end of the connection would be taken for that of an answer which has not ended: one
    /// without a length for HTTP/1.0 (RFC 9112 section 8).
    pub(super) fn would_look_whole(&self) -> bool {
        self.sending.as_ref().is_some_and(Sending::ends_by_close)
    }

    /// Whether some of what the peer sends may not have been read.
    pub(super) fn had_body(&self) -> bool {
        self.had_body
    }

    /// When the body that is waited for is late.
    pub(super) fn late_at(&self) -> Option<Tick> {
        let (due, _) = self.incoming.as_ref()?.wait()?;
        Some(due)
    }

    /// Tells whoever waits for the body that it is late.
    pub(super) fn be_late(&mut self) {
        if let Some(incoming) = &mut self.incoming
            && let Some((_, late)) = incoming.wait()
        {
            incoming.fail(late);
        }
    }

    /// What was read and not understood.
    pub(super) fn not_understood(&self) -> &[u8] {
        &self.inbox.bytes
    }

    /// The same, to keep.
    pub(super) fn into_rest(self) -> Bytes {
        self.inbox.bytes
    }

    /// A request has come: it is answered at once, or asked of whoever answers it.
    fn begin(&mut self, head: Head, live: &mut Live, cx: &mut Context<'_>) -> Option<End> {
        let vitals = &*self.vitals;
        let app = &vitals.app;
        let mut asked = Asked {
            version: head.request.version(),
            head: *head.request.method() == Method::HEAD,
            keep_alive: head.keep_alive,
        };
        if head.length.is_conflict() {
            let peer = vitals.arrival.peer;
            tracing::warn!(
                ?peer,
                "a request had both Content-Length and Transfer-Encoding"
            );
        }
        let fault = framing::fault(head.request.raw_head(), head.host);
        let (framing, fault) = match (head.length.framing(), fault) {
            (Ok(framing), fault) => (framing, fault),
            (Err(error), fault) => (Framing::Sized(0), fault.or(Some(error))),
        };
        asked.keep_alive &= fault.is_none();
        let (body, incoming) = body(framing, head.expects, &mut self.inbox, app.limits(), cx);
        self.had_body |= incoming.is_some();
        self.incoming = incoming;
        let mut request = head.request;
        *request.body_mut() = body;
        let origin = request.origin_mut();
        origin.arrival = vitals.arrival;
        origin.lines = true;
        origin.upgradable = head.upgradable && framing == Framing::Sized(0);
        let mut exchange = Exchange {
            access: Access::begin(app, &mut request),
            asked,
            counted: None,
        };
        let admitted = match fault {
            None => app.admit(&request, self.clock.lag()),
            // Where it ends may be in doubt, so nothing is read behind it.
            Some(error) => Err(error.with_header(CONNECTION, CLOSE)),
        };
        let begun = match admitted {
            Ok(counted) => {
                exchange.counted = counted;
                app.begin(request, Some(cx))
            }
            Err(error) => Begun::Answered(app.refuse(request, &error)),
        };
        match begun {
            Begun::Answered(outgoing) => self.write(outgoing, exchange, live, cx),
            Begun::Asked(asked) => {
                self.answerer.get_or_insert_with(answerer).ask(asked);
                self.stage = Stage::Answering(exchange);
                None
            }
        }
    }

    /// Answering: until there is an answer.
    fn answer(&mut self, live: &mut Live, cx: &mut Context<'_>) -> Poll<Option<End>> {
        loop {
            let answer = self.answerer.as_mut().map(|answerer| answerer.poll(cx));
            if let Some(Poll::Ready(outgoing)) = answer
                && let Stage::Answering(exchange) =
                    std::mem::replace(&mut self.stage, Stage::Finishing)
            {
                return Poll::Ready(self.write(outgoing, exchange, live, cx));
            }
            if self.pump(live, cx) == Fed::Nothing {
                return Poll::Pending;
            }
        }
    }

    /// Gives whoever reads the request's body more of it.
    fn pump(&mut self, live: &mut Live, cx: &mut Context<'_>) -> Fed {
        let limits = self.vitals.app.limits();
        self.incoming.as_mut().map_or(Fed::Nothing, |incoming| {
            incoming.pump(&mut self.inbox, live, cx, &self.clock, limits)
        })
    }

    /// Writes the head of an answer.
    fn write(
        &mut self,
        outgoing: Outgoing,
        mut exchange: Exchange,
        live: &mut Live,
        cx: &mut Context<'_>,
    ) -> Option<End> {
        let (mut response, lines) = outgoing.into_response();
        let is_last = self.vitals.end.is_due(self.vitals.begun());
        exchange.asked.keep_alive &= !is_last && self.settle(live, cx);
        if exchange.access.is_wanted() {
            exchange.access.answered(response.as_http());
        }
        let said = encode::head(live.out(), &response, &lines, exchange.asked, &self.clock);
        self.keep_alive = said.keep_alive;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let handover: Option<Handover> = response.as_http().extensions_mut().remove();
            let go_on = handover.and_then(|handover| handover.take());
            return Some(go_on.map_or(End::Cut, End::Leave));
        }
        let body = response.into_body();
        if sending::at_once(&body, said, live, &mut exchange.access) {
            self.sent();
        } else {
            self.send_later(exchange, body, said);
        }
        None
    }

    /// The body of an answer follows its head as the socket takes it.
    fn send_later(&mut self, exchange: Exchange, body: Body, said: Said) {
        self.stage = Stage::Sending(exchange);
        self.sending = Some(Sending::new(body, said));
    }

    /// The last byte of an answer is gathered or sent.
    fn sent(&mut self) {
        self.stage = Stage::Finishing;
        self.sending = None;
        self.vitals.end_one();
    }

    /// What was not read of a body is read if it is here and nobody else will. Says whether the next
    /// request can follow: if not, the answer says so.
    fn settle(&mut self, live: &mut Live, cx: &mut Context<'_>) -> bool {
        let most = self.vitals.app.limits().linger_bytes;
        let Some(incoming) = &mut self.incoming else {
            return true;
        };
        if incoming.has_ended() {
            return incoming.is_whole();
        }
        // One that is still read is waited for behind the answer.
        !incoming.is_left() || incoming.discard(&mut self.inbox, live, cx, most) == Discarded::All
    }

    /// Sending: until the last byte is gathered or sent.
    fn send(&mut self, live: &mut Live, cx: &mut Context<'_>) -> Poll<Option<End>> {
        loop {
            let (Stage::Sending(exchange), Some(sending)) = (&mut self.stage, &mut self.sending)
            else {
                return Poll::Ready(None);
            };
            match sending.poll(live, &mut exchange.access, cx) {
                Poll::Ready(Ok(())) => {
                    self.sent();
                    return Poll::Ready(None);
                }
                Poll::Ready(Err(_)) => return Poll::Ready(Some(End::Cut)),
                // What is sent may depend on what is read.
                Poll::Pending if self.pump(live, cx) == Fed::Nothing => return Poll::Pending,
                Poll::Pending => {}
            }
        }
    }

    /// Finishing: until nothing of the request is left to be read.
    fn finish(&mut self, live: &mut Live, cx: &mut Context<'_>) -> Poll<Option<End>> {
        while let Some(incoming) = &self.incoming {
            if incoming.has_ended() || incoming.is_left() {
                self.keep_alive &= self.settle(live, cx);
                self.incoming = None;
            } else if self.pump(live, cx) == Fed::Nothing {
                return Poll::Pending;
            }
        }
        if !self.keep_alive {
            return Poll::Ready(Some(End::Closed));
        }
        self.stage = Stage::Head;
        Poll::Ready(None)
    }
}

/// The body of a request: all of it where it is here, else with what feeds it.
fn body(
    framing: Framing,
    expects: bool,
    inbox: &mut Inbox,
    limits: &Limits,
    cx: &Context<'_>,
) -> (Body, Option<Incoming>) {
    let here = inbox.bytes.len();
    match framing {
        Framing::Sized(0) => (Body::empty(), None),
        Framing::Sized(length) if length <= here as u64 => {
            let length = usize::try_from(length).unwrap_or(here);
            (Body::from(inbox.bytes.split_to(length)), None)
        }
        _ => {
            let (incoming, inflow) = Incoming::new(framing, expects, inbox, limits, cx.waker());
            (Body::incoming(inflow), Some(incoming))
        }
    }
}
