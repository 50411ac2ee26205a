//! Which bound on time holds now, and what happens when it passes. It must not know how bytes move.

use super::{Driver, Phase, protocol::Serve};
use crate::connection::{
    clock::{NEVER, Tick},
    refusal,
};

/// The ticks at which the bounds pass.
pub(super) struct Times {
    /// Of the head that has begun, if one has.
    pub(super) head: Option<Tick>,
    /// Of the time between requests.
    pub(super) idle: Tick,
    /// Of the write that makes no progress.
    pub(super) stall: Tick,
}

impl<S: Serve> Driver<S> {
    /// Sees how far the connection has come, and which bound holds now.
    pub(super) fn deadline(&mut self) -> Tick {
        let begun = self.vitals.begun();
        let busy = self.vitals.in_flight() > 0;
        let limits = self.vitals.app.limits();
        let Some(live) = &mut self.live else {
            return NEVER;
        };
        let received = std::mem::take(&mut live.received);
        let progressed = std::mem::take(&mut live.progressed);
        if busy || self.busy || begun != self.begun {
            self.time.head = None;
            if !busy {
                let draining = self.draining;
                let idle = if draining {
                    limits.linger_time
                } else {
                    limits.idle_time
                };
                self.time.idle = self.clock.after(idle);
            }
        } else if received && matches!(self.phase, Phase::Http1(_)) {
            let clock = &self.clock;
            let after = || clock.after(limits.head_time);
            self.time.head.get_or_insert_with(after);
        }
        self.busy = busy;
        self.begun = begun;
        if live.blocked {
            if progressed || self.time.stall == NEVER {
                self.time.stall = self.clock.after(limits.write_time);
            }
            return self.time.stall;
        }
        self.time.stall = NEVER;
        if busy {
            return match self.phase {
                // A stream's task may count itself out only after it has woken this one. So this
                // looks again, or it could miss that it is idle.
                #[cfg(feature = "http2")]
                Phase::Http2(_) => self.clock.after(limits.idle_time),
                _ => NEVER,
            };
        }
        self.time.head.unwrap_or(self.time.idle)
    }

    /// A bound has passed. Says whether there is something left to do.
    pub(super) fn expire(&mut self) -> bool {
        let stalled = self.live.as_ref().is_none_or(|live| live.blocked);
        let first_head = self.time.head.is_some() && self.vitals.begun() == 0;
        match &self.phase {
            Phase::Closing(_) => return false,
            _ if stalled => return false,
            #[cfg(feature = "http2")]
            Phase::Http2(_) if !self.draining => {
                // GOAWAY first, and time for what is on its way.
                self.drain();
                return true;
            }
            _ => {}
        }
        if first_head && let Some(live) = &mut self.live {
            live.say(&refusal::request_timeout());
        }
        self.phase = Phase::Closing(self.closing(first_head));
        true
    }
}
