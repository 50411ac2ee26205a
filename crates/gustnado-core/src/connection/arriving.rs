//! The body of a request as it arrives: how long its reader waits for it, and what is left of it when
//! nobody reads on. It must not know what reads it.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::{
    alarm::Alarm,
    clock::{Clock, Tick, Vitals},
};
use crate::{
    error::BoxError,
    late::TooSlow,
    limits::{Limits, TICK},
};

/// A body on its way in.
#[derive(Debug)]
pub(super) struct Arriving {
    /// `None` once it is left to the connection.
    body: Option<Incoming>,
    /// The last frame came, or an error in its place.
    ended: bool,
    pace: Pace,
    /// Since when it is waited for, until when it may be, and what it is called if it is later.
    waiting: Option<(Tick, Tick, TooSlow)>,
    late: Option<TooSlow>,
    alarm: Alarm,
    vitals: Arc<Vitals>,
    kind: Kind,
}

/// What a body is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A request over HTTP/1: what is left of it stands before the next.
    Next,
    /// The same, from a client that sends it only when it is told to, and was not yet.
    Asking,
    /// A stream of its own.
    Stream,
}

impl Arriving {
    pub(super) fn new(body: Incoming, kind: Kind, vitals: Arc<Vitals>, clock: Arc<Clock>) -> Self {
        vitals.note_body();
        if kind != Kind::Stream {
            vitals.leftover.set(Left::Wanted);
        }
        Self {
            body: Some(body),
            ended: false,
            pace: Pace::default(),
            waiting: None,
            late: None,
            alarm: Alarm::new(clock),
            vitals,
            kind,
        }
    }

    /// The reader waits. Time in which it does not is not the peer's.
    fn wait(&mut self, cx: &Context<'_>) -> Option<TooSlow> {
        let (_, due, late) = *self.waiting.get_or_insert_with(|| {
            let (patience, late) = self.pace.patience(self.vitals.app.limits());
            let clock = self.alarm.clock();
            (clock.now(), clock.after(patience), late)
        });
        if !self.alarm.poll(due, cx) {
            return None;
        }
        if self.kind != Kind::Stream {
            self.vitals.end.now();
        }
        self.late = Some(late);
        self.late
    }

    fn note(&mut self, bytes: Option<usize>) {
        if let Some((since, ..)) = self.waiting.take() {
            self.pace.waited += TICK * self.alarm.clock().now().saturating_sub(since);
        }
        match bytes {
            Some(count) => self.pace.bytes += count as u64,
            None => self.ended = true,
        }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(late) = self.late {
            return Poll::Ready(Some(Err(late.into())));
        }
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(body).poll_frame(cx);
        if self.kind == Kind::Asking {
            self.kind = Kind::Next;
        }
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                self.note(Some(length));
            }
            Poll::Ready(None | Some(Err(_))) => self.note(None),
            Poll::Pending => {
                if let Some(late) = self.wait(cx) {
                    return Poll::Ready(Some(Err(late.into())));
                }
            }
        }
        frame.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.vitals.let_go();
        if self.kind == Kind::Stream || self.ended || self.is_end_stream() {
            return;
        }
        if let Some(body) = self.body.take() {
            let rest = Rest {
                body,
                is_coming: self.kind == Kind::Next && self.late.is_none(),
            };
            self.vitals.leftover.leave(rest);
        }
    }
}

/// How a body has come so far.
#[derive(Debug, Default)]
struct Pace {
    bytes: u64,
    /// How long it was waited for.
    waited: Duration,
}

impl Pace {
    /// How long a wait that begins now may last, and what the body is called if it lasts longer.
    fn patience(&self, limits: &Limits) -> (Duration, TooSlow) {
        let silent = (
            limits.body_idle_time,
            TooSlow::Silent(limits.body_idle_time),
        );
        if limits.body_rate == 0 {
            return silent;
        }
        let millis = self.bytes.saturating_mul(1000) / limits.body_rate as u64;
        let earned = Duration::from_millis(millis).max(limits.body_rate_time);
        let slow = (
            earned.saturating_sub(self.waited),
            TooSlow::Slow(limits.body_rate),
        );
        if slow.0 < silent.0 { slow } else { silent }
    }
}

/// What readers leave of the body of the request that an HTTP/1 connection answers.
#[derive(Debug, Default)]
pub(super) struct Leftover(Mutex<Left>);

#[derive(Debug, Default)]
enum Left {
    /// Nobody will look.
    #[default]
    Unwanted,
    Wanted,
    Here(Box<Rest>),
}

/// A body that was not read to its end.
#[derive(Debug)]
pub(super) struct Rest {
    body: Incoming,
    /// Whether the client sends it, asked or not.
    is_coming: bool,
}

impl Leftover {
    fn set(&self, left: Left) -> Left {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut slot, left)
    }

    fn leave(&self, rest: Rest) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Left::Wanted = *slot {
            *slot = Left::Here(Box::new(rest));
        }
    }

    /// What was left until now. What is left later is the matter of who left it.
    pub(super) fn take(&self) -> Option<Box<Rest>> {
        match self.set(Left::Unwanted) {
            Left::Here(rest) => Some(rest),
            Left::Unwanted | Left::Wanted => None,
        }
    }
}

impl Rest {
    /// Reads what is here already, this many bytes at most. Says whether that was all, so that the
    /// next request can follow.
    pub(super) async fn discard(mut self: Box<Self>, most: usize) -> bool {
        let mut most = most as u64;
        if !self.is_coming || self.body.size_hint().lower() > most {
            return false;
        }
        let mut asked = false;
        std::future::poll_fn(|cx| {
            loop {
                match Pin::new(&mut self.body).poll_frame(cx) {
                    Poll::Ready(None) => return Poll::Ready(true),
                    Poll::Ready(Some(Err(_))) => return Poll::Ready(false),
                    Poll::Ready(Some(Ok(frame))) => {
                        asked = false;
                        let length = frame.data_ref().map_or(0, Bytes::len) as u64;
                        let Some(left) = most.checked_sub(length) else {
                            return Poll::Ready(false);
                        };
                        most = left;
                        if self.body.is_end_stream() {
                            return Poll::Ready(true);
                        }
                    }
                    Poll::Pending if asked => return Poll::Ready(false),
                    Poll::Pending => {
                        // hyper reads before it asks for the answer: what is here comes at once.
                        asked = true;
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_waited_for_as_long_as_it_has_earned() {
        let seconds = Duration::from_secs;
        let mut limits = Limits::default();
        let (silent, slow) = (TooSlow::Silent(seconds(30)), TooSlow::Slow(1024));
        // Bytes that came, seconds they were waited for, seconds more, and what it is then.
        let table = [
            (0, 0, 10, slow),
            (0, 9, 1, slow),
            (0, 99, 0, slow),
            (10 * 1024, 5, 5, slow),
            (20 * 1024, 5, 15, slow),
            (35 * 1024, 5, 30, silent),
            (u64::MAX, 1000, 30, silent),
        ];
        for (bytes, waited, more, late) in table {
            let waited = seconds(waited);
            let pace = Pace { bytes, waited };
            assert_eq!(pace.patience(&limits), (seconds(more), late), "{pace:?}");
        }
        limits.body_rate = 0;
        assert_eq!(Pace::default().patience(&limits), (seconds(30), silent));
    }
}
