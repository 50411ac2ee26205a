//! The body of the request at hand, as its connection sees it: what is read of it, when, and what
//! becomes of the rest. It must not know who reads it, nor what is answered.

use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::{
    feed::{Failure, Feed, Given, Inflow, feed},
    inbox::Inbox,
    length::Framing,
};
use crate::{
    chunked::{Broken, Chunked, Piece},
    connection::{
        clock::{Clock, Tick},
        live::Live,
        pace::{Pace, Wait},
    },
    limits::{CHUNK_OVERHEAD, Limits},
};

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A body that was not all there with its head.
#[derive(Debug)]
pub(super) struct Incoming {
    feed: Feed,
    decoder: Decoder,
    /// The peer sends it only when it is told to, and was not yet.
    asking: bool,
    pace: Pace,
    /// Since its reader waits, and nothing comes.
    wait: Option<Wait>,
    /// How it has ended.
    end: Option<Result<(), Failure>>,
}

#[derive(Debug)]
enum Decoder {
    /// So many bytes are still to come.
    Sized(u64),
    Chunked(Box<Chunked>),
}

/// What came of looking after a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fed {
    /// Its reader has something new.
    More,
    /// It wants nothing, or there is nothing.
    Nothing,
}

/// Where a body that is read for nobody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Discarded {
    /// At its end: the next request can follow.
    All,
    /// Somewhere within it.
    Some,
}

impl Incoming {
    /// A body that is framed so, and its reader's end. Where it is not asked for, what is here of it
    /// is there for the reader at once.
    pub(super) fn new(
        framing: Framing,
        asking: bool,
        inbox: &mut Inbox,
        limits: &Limits,
        connection: &Waker,
    ) -> (Self, Inflow) {
        let (length, decoder) = match framing {
            Framing::Sized(length) => (Some(length), Decoder::Sized(length)),
            Framing::Chunked => {
                let trailers = (limits.head_bytes, limits.headers);
                let chunked = Chunked::new(CHUNK_OVERHEAD, trailers);
                (None, Decoder::Chunked(Box::new(chunked)))
            }
        };
        let (feed, inflow) = feed(length, connection);
        let mut incoming = Self {
            feed,
            decoder,
            asking: asking && inbox.is_empty(),
            pace: Pace::default(),
            wait: None,
            end: None,
        };
        incoming.hand_on(inbox);
        (incoming, inflow)
    }

    /// Whether nothing of it will be read from the connection any more.
    pub(super) fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Whether the next request stands behind it.
    pub(super) fn is_whole(&self) -> bool {
        self.end == Some(Ok(()))
    }

    /// Whether nobody reads it any more.
    pub(super) fn is_left(&self) -> bool {
        self.feed.is_left()
    }

    /// When it is late, and what it is called then.
    pub(super) fn wait(&self) -> Option<(Tick, Failure)> {
        let wait = self.wait?;
        Some((wait.due, Failure::Late(wait.late)))
    }

    /// Gives the reader more if it waits for it.
    pub(super) fn pump(
        &mut self,
        inbox: &mut Inbox,
        live: &mut Live,
        cx: &mut Context<'_>,
        clock: &Clock,
        limits: &Limits,
    ) -> Fed {
        if self.has_ended() || !self.feed.is_wanted() {
            self.wait = None;
            return Fed::Nothing;
        }
        if std::mem::take(&mut self.asking) {
            live.say(CONTINUE);
        }
        loop {
            if self.hand_on(inbox) {
                return Fed::More;
            }
            match inbox.poll_more(live, cx) {
                Poll::Ready(Ok(count @ 1..)) => {
                    self.pace.came(count, clock);
                    self.wait = None;
                }
                Poll::Ready(Ok(_) | Err(_)) => {
                    self.fail(Failure::Ended);
                    return Fed::More;
                }
                Poll::Pending => {
                    self.feed.note(cx.waker());
                    self.wait = Some(self.pace.wait(clock, limits));
                    return Fed::Nothing;
                }
            }
        }
    }

    /// Hands on all that is here, small chunks as one piece. Says whether that was anything.
    fn hand_on(&mut self, inbox: &mut Inbox) -> bool {
        let mut given = Given::default();
        let mut more = Vec::new();
        while self.end.is_none() {
            match self.decoder.next(&mut inbox.bytes) {
                Ok(None) => break,
                Ok(Some(Piece::Data(data))) if given.data.is_empty() => given.data = data,
                Ok(Some(Piece::Data(data))) => more.extend_from_slice(&data),
                Ok(Some(Piece::End(trailers))) => {
                    given.trailers = trailers;
                    self.end = Some(Ok(()));
                }
                Err(broken) => {
                    tracing::debug!(%broken, "a body could not be read");
                    self.end = Some(Err(Failure::Broken));
                }
            }
            if let Decoder::Sized(0) = self.decoder {
                self.end = Some(Ok(()));
            }
        }
        if !more.is_empty() {
            given.data = [&given.data[..], &more].concat().into();
        }
        if given.is_empty() && self.end.is_none() {
            return false;
        }
        self.wait = None;
        self.feed.give(given, self.end);
        true
    }

    /// There will be no more of it, for this reason.
    pub(super) fn fail(&mut self, failure: Failure) {
        self.wait = None;
        self.end = Some(Err(failure));
        self.feed.give(Given::default(), self.end);
    }

    /// Throws away what is here and nobody reads, if it is this much at most.
    pub(super) fn discard(
        &mut self,
        inbox: &mut Inbox,
        live: &mut Live,
        cx: &mut Context<'_>,
        most: usize,
    ) -> Discarded {
        let mut most = most as u64;
        let declared = match self.decoder {
            Decoder::Sized(left) => left,
            Decoder::Chunked(_) => 0,
        };
        if self.asking || declared > most {
            return Discarded::Some;
        }
        while self.end.is_none() {
            match self.decoder.next(&mut inbox.bytes) {
                Ok(Some(Piece::Data(data))) => {
                    let Some(left) = most.checked_sub(data.len() as u64) else {
                        return Discarded::Some;
                    };
                    most = left;
                    if let Decoder::Sized(0) = self.decoder {
                        self.end = Some(Ok(()));
                    }
                }
                Ok(Some(Piece::End(_))) => self.end = Some(Ok(())),
                Err(_) => self.end = Some(Err(Failure::Broken)),
                Ok(None) => match inbox.poll_more(live, cx) {
                    Poll::Ready(Ok(1..)) => {}
                    _ => return Discarded::Some,
                },
            }
        }
        if self.is_whole() {
            Discarded::All
        } else {
            Discarded::Some
        }
    }
}

impl Decoder {
    /// Takes the next piece off the bytes.
    fn next(&mut self, bytes: &mut Bytes) -> Result<Option<Piece>, Broken> {
        match self {
            Self::Chunked(chunked) => chunked.next(bytes),
            Self::Sized(left) => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX);
                let data = bytes.split_to(here.min(bytes.len()));
                *left -= data.len() as u64;
                Ok((!data.is_empty()).then_some(Piece::Data(data)))
            }
        }
    }
}
