//! How soon, and how often, what has crashed is started again. It must not know what that is.

use std::time::{Duration, Instant};

use crate::limits::{CRASH_PAUSE, CRASHES, CRASHES_AT_START, CRASHES_FORGOTTEN};

/// How many more crashes are put up with.
#[derive(Debug)]
pub(super) struct Budget {
    left: u32,
    /// All has been well once.
    started: bool,
    last: Option<Instant>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            left: CRASHES_AT_START,
            started: false,
            last: None,
        }
    }

    /// All is well, for the first time or again.
    pub(super) fn well(&mut self) {
        if !self.started {
            self.started = true;
            self.left = CRASHES;
        }
    }

    /// Notes a crash. Says whether it was one too many.
    pub(super) fn crash(&mut self, now: Instant) -> bool {
        let calm = |last: Instant| now.saturating_duration_since(last) >= CRASHES_FORGOTTEN;
        if self.started && self.last.is_some_and(calm) {
            self.left = CRASHES;
        }
        self.last = Some(now);
        self.left = self.left.saturating_sub(1);
        self.left == 0
    }
}

/// How long to wait with the next start, after so many in a row that came to nothing.
pub(super) fn pause(failures: u32) -> Duration {
    let (first, longest) = CRASH_PAUSE;
    match failures.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => (first * 2u32.saturating_pow(doublings.min(20))).min(longest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_a_bound() {
        let table = [
            (0, 0),
            (1, 100),
            (2, 200),
            (3, 400),
            (9, 25_600),
            (10, 30_000),
        ];
        for (failures, millis) in table {
            assert_eq!(pause(failures), Duration::from_millis(millis), "{failures}");
        }
        assert_eq!(pause(u32::MAX), CRASH_PAUSE.1);
    }

    #[test]
    fn mistakes_at_the_start_are_told_soon() {
        let mut budget = Budget::new();
        let now = Instant::now();
        let crashes = (1..).find(|_| budget.crash(now));
        assert_eq!(crashes, Some(CRASHES_AT_START));
    }

    #[test]
    fn crashes_are_forgotten_after_a_calm_time() {
        let begin = Instant::now();
        let mut budget = Budget::new();
        budget.well();
        for _ in 1..CRASHES {
            assert!(!budget.crash(begin));
        }
        let calm = begin + CRASHES_FORGOTTEN;
        assert!(!budget.crash(calm), "all but one were forgotten");
        for _ in 2..CRASHES {
            budget.well();
            assert!(!budget.crash(calm));
        }
        assert!(budget.crash(calm));
    }
}
