//! Whether a worker has more to do than it can. It must not know what is done about it.

use std::{sync::Arc, time::Duration};

use crate::{
    limits::Limits,
    seldom::Seldom,
    tally::{Counted, Tally},
};

/// What a worker has to do. Each worker of a served application has its own; clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Load {
    requests: Tally,
    told: Arc<Seldom>,
}

/// Why a worker has more to do than it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overload {
    /// So many requests are at work.
    Requests(usize),
    /// It is so late with what it has to do.
    Lag(Duration),
}

impl Load {
    /// Counts a request until what is returned is dropped; not where there is no bound to hold it
    /// against.
    pub(crate) fn count(&self, limits: &Limits) -> Option<Counted> {
        (limits.requests_in_flight > 0).then(|| self.requests.add())
    }

    /// What is too much for another request, on a worker that was late by `lag` when last looked.
    #[inline]
    pub(crate) fn overload(&self, limits: &Limits, lag: Duration) -> Option<Overload> {
        if lag > limits.lag && !limits.lag.is_zero() {
            return Some(Overload::Lag(lag));
        }
        let most = limits.requests_in_flight;
        if most == 0 {
            return None;
        }
        let requests = self.requests.count();
        (requests >= most).then_some(Overload::Requests(requests))
    }

    /// Says in the log that requests are refused: now and then, not for each.
    pub(crate) fn tell(&self, why: Overload) {
        if self.told.note().is_none() {
            return;
        }
        match why {
            Overload::Requests(requests) => {
                tracing::warn!(requests, "requests are refused: too many are at work");
            }
            Overload::Lag(lag) => {
                let lag_ms = u64::try_from(lag.as_millis()).unwrap_or(u64::MAX);
                tracing::warn!(
                    lag_ms,
                    "requests are refused: the worker is late; does a handler block its thread?"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_told_by_the_limits() {
        let load = Load::default();
        let second = Duration::from_secs(1);
        let mut limits = Limits::default();
        assert!(load.count(&limits).is_none(), "counted for nothing");
        assert_eq!(load.overload(&limits, second), None);
        assert_eq!(load.overload(&limits, second * 2), None);
        let late = Some(Overload::Lag(second * 3));
        assert_eq!(load.overload(&limits, second * 3), late);
        limits.lag = Duration::ZERO;
        assert_eq!(load.overload(&limits, second * 3), None);
        limits.requests_in_flight = 2;
        let one = load.count(&limits);
        assert_eq!(load.overload(&limits, Duration::ZERO), None);
        let _other = load.count(&limits);
        let many = Some(Overload::Requests(2));
        assert_eq!(load.overload(&limits, Duration::ZERO), many);
        drop(one);
        assert_eq!(load.overload(&limits, Duration::ZERO), None);
    }
}
