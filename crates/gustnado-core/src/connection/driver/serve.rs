//! A connection at work: the protocol goes on as far as it can, and what it wrote is sent. It must not
//! know bounds.

use std::task::{Context, Poll};

use super::{Driver, Phase, Step};
use crate::connection::clock::NEVER;

impl Driver {
    /// Http1: until something has to be waited for.
    pub(super) fn serve_http1(&mut self, cx: &mut Context<'_>) -> Step {
        self.again = NEVER;
        let (Phase::Http1(http1), Some(live)) = (&mut self.phase, &mut self.live) else {
            return Step::Done;
        };
        if let Poll::Ready(end) = http1.poll(live, cx) {
            return self.over(end);
        }
        if let Poll::Ready(Err(_)) = live.poll_flush(cx) {
            return Step::Done;
        }
        if http1.is_answering() {
            // Nothing of the request is waited for, so nobody would see that its peer has left.
            let old = http1.is_old();
            match self.departure.look(live, old, &self.clock, cx) {
                Some(tick) => self.again = tick,
                None => return Step::Done,
            }
        }
        let deadline = self.deadline();
        self.rest(deadline)
    }

    /// Http2: the same.
    #[cfg(feature = "http2")]
    pub(super) fn serve_http2(&mut self, cx: &mut Context<'_>) -> Step {
        let Phase::Http2(http2) = &mut self.phase else {
            return Step::Done;
        };
        if let Poll::Ready(result) = http2.poll(&mut self.live, cx) {
            return self.ended(&result);
        }
        let Some(live) = &mut self.live else {
            return Step::Done;
        };
        if let Poll::Ready(Err(_)) = live.poll_flush(cx) {
            return Step::Done;
        }
        Step::Wait(self.deadline())
    }
}
