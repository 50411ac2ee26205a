//! Says when something that peers bring about may be logged again. It must not know what it is.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use crate::limits::LOG_PAUSE;

/// Something that happens, as often as it likes, and is logged [seldom](LOG_PAUSE).
#[derive(Debug, Default)]
pub(crate) struct Seldom(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    logged: Option<Instant>,
    times: u64,
}

impl Seldom {
    /// Notes that it has happened. Says how often it has, if that is to be logged now: since the
    /// last time.
    pub(crate) fn note(&self) -> Option<u64> {
        self.note_at(Instant::now())
    }

    fn note_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.times += 1;
        if state.logged.is_some_and(|logged| now - logged < LOG_PAUSE) {
            return None;
        }
        state.logged = Some(now);
        Some(std::mem::take(&mut state.times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_logged_is_counted() {
        let seldom = Seldom::default();
        let begin = Instant::now();
        assert_eq!(seldom.note_at(begin), Some(1));
        assert_eq!(seldom.note_at(begin), None);
        assert_eq!(seldom.note_at(begin + LOG_PAUSE / 2), None);
        assert_eq!(seldom.note_at(begin + LOG_PAUSE), Some(3));
    }
}
