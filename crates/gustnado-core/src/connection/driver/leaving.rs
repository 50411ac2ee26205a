//! A connection's way to another protocol, once the answer that says so has left. It must not know
//! which protocol.

use std::task::{Context, Poll};

use bytes::Bytes;

use super::{Driver, Guard, Phase, Step};
use crate::{
    connection::clock::NEVER,
    task::spawn,
    upgrade::{GoOn, Upgraded},
};

/// What goes on, and what was read before.
pub(super) struct Leaving {
    go_on: GoOn,
    first: Bytes,
}

impl Driver {
    /// An answer of 101 was written.
    pub(super) fn leave(&mut self, go_on: GoOn) -> Step {
        let phase = std::mem::replace(&mut self.phase, Phase::Dormant(Vec::new()));
        let Phase::Http1(http1) = phase else {
            return Step::Done;
        };
        let first = http1.into_rest();
        self.phase = Phase::Leaving(Box::new(Leaving { go_on, first }));
        self.time.stall = NEVER;
        Step::Again
    }

    /// Leaving: sends what was gathered, the answer of 101 last.
    pub(super) fn take_leave(&mut self, cx: &mut Context<'_>) -> Step {
        let write_time = self.limits().write_time;
        let Some(live) = &mut self.live else {
            return Step::Done;
        };
        match live.poll_flush(cx) {
            Poll::Ready(Ok(())) => Step::Leave,
            Poll::Ready(Err(_)) => Step::Done,
            Poll::Pending => {
                if std::mem::take(&mut live.progressed) || self.time.stall == NEVER {
                    self.time.stall = self.clock.after(write_time);
                }
                Step::Wait(self.time.stall)
            }
        }
    }
}

/// Has what follows go on over the connection, on a task of its own. The connection counts as open
/// until that ends.
pub(super) fn go_on(mut driver: Driver, guard: Guard) {
    let phase = std::mem::replace(&mut driver.phase, Phase::Dormant(Vec::new()));
    let (Phase::Leaving(leaving), Some(live)) = (phase, driver.live.take()) else {
        return;
    };
    let Leaving { go_on, first } = *leaving;
    let socket = live.into_socket();
    spawn(async move {
        let _guard = guard;
        go_on(Upgraded::new(socket, first)).await;
    });
}
