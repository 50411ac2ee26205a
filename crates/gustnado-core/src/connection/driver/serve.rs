//! A connection at work: hyper is polled, and what it wrote is sent. It must not know bounds.

use std::task::{Context, Poll};

use super::{Driver, Phase, Step, protocol::Serve};
use crate::connection::{clock::NEVER, live::enter};

impl<S: Serve> Driver<S> {
    /// Http1 and Http2: lets hyper work until it has nothing to do, then sends what it wrote.
    pub(super) fn serve(&mut self, cx: &mut Context<'_>) -> Step {
        self.again = NEVER;
        let phase = &mut self.phase;
        let poll = enter(&mut self.live, || match phase {
            Phase::Http1(hyper) => hyper.as_mut().poll(cx),
            #[cfg(feature = "http2")]
            Phase::Http2(hyper) => hyper.as_mut().poll(cx),
            Phase::Dormant(_) | Phase::Leaving(_) | Phase::Closing(_) => Poll::Pending,
        });
        if let Poll::Ready(result) = poll {
            let live = self.live.as_mut();
            if let Some(go_on) = live.and_then(|live| live.go_on.take())
                && result.is_ok()
            {
                return self.leave(go_on);
            }
            return self.over(&result);
        }
        let Some(live) = &mut self.live else {
            return Step::Done;
        };
        if let Poll::Ready(Err(_)) = live.poll_flush(cx) {
            return Step::Done;
        }
        if matches!(self.phase, Phase::Http1(_)) && self.vitals.is_answering() {
            // hyper does not look: it was told that peers may have said all.
            match self.departure.look(live, &self.vitals, &self.clock, cx) {
                Some(tick) => self.again = tick,
                None => return Step::Done,
            }
        }
        let deadline = self.deadline();
        if let Phase::Http1(_) = self.phase {
            return self.rest(deadline);
        }
        Step::Wait(deadline)
    }
}
