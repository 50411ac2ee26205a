//! How fast the body of a request has to come. It must not know who waits for it, nor what becomes of
//! one that is too slow.

use std::time::Duration;

use super::clock::{Clock, Tick};
use crate::{
    late::TooSlow,
    limits::{Limits, TICK},
};

/// How a body has come so far. Time in which nobody waits for it is not the peer's.
#[derive(Debug, Default)]
pub(super) struct Pace {
    bytes: u64,
    /// How long it was waited for.
    waited: Duration,
    waiting: Option<Wait>,
}

/// One wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    since: Tick,
    /// Until when it may last.
    pub(super) due: Tick,
    /// What the body is called if it lasts longer.
    pub(super) late: TooSlow,
}

impl Pace {
    /// It is waited for.
    pub(super) fn wait(&mut self, clock: &Clock, limits: &Limits) -> Wait {
        if let Some(wait) = self.waiting {
            return wait;
        }
        let (patience, late) = self.patience(limits);
        *self.waiting.insert(Wait {
            since: clock.now(),
            due: clock.after(patience),
            late,
        })
    }

    /// So many bytes have come.
    pub(super) fn came(&mut self, bytes: usize, clock: &Clock) {
        if let Some(wait) = self.waiting.take() {
            self.waited += TICK * clock.now().saturating_sub(wait.since);
        }
        self.bytes += bytes as u64;
    }

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
            let pace = Pace {
                bytes,
                waited: seconds(waited),
                waiting: None,
            };
            assert_eq!(pace.patience(&limits), (seconds(more), late), "{pace:?}");
        }
        limits.body_rate = 0;
        assert_eq!(Pace::default().patience(&limits), (seconds(30), silent));
    }
}
