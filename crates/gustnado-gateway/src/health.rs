//! Whether an upstream answers, by what came of its requests. It decides and must not know what it is
//! asked, nor read a clock.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::ProxyLimits;

/// What is known of an upstream.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// Requests that are under way.
    pub(crate) in_flight: usize,
    /// In a row.
    failures: usize,
    /// While it is left alone, and after that until it is known to be better.
    rests_until: Option<Instant>,
    /// One request is on its way to find out.
    probing: bool,
}

/// What may be asked of an upstream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Anything.
    Well,
    /// One request, to find out whether it is better.
    Due,
    /// Nothing for so long.
    Rests(Duration),
}

impl Health {
    pub(crate) fn standing(&self, now: Instant) -> Standing {
        match self.rests_until {
            None => Standing::Well,
            Some(until) if until > now => Standing::Rests(until - now),
            Some(_) if self.probing => Standing::Rests(Duration::ZERO),
            Some(_) => Standing::Due,
        }
    }

    /// A request goes to it; whether that one finds out.
    pub(crate) fn begin(&mut self, now: Instant) -> bool {
        self.in_flight += 1;
        let probes = self.standing(now) == Standing::Due;
        self.probing |= probes;
        probes
    }

    /// It answered.
    pub(crate) fn worked(&mut self) {
        self.failures = 0;
        self.rests_until = None;
    }

    /// It did not, or said that it cannot.
    pub(crate) fn failed(&mut self, now: Instant, limits: &ProxyLimits) {
        self.failures += 1;
        if limits.failures > 0 && self.failures >= limits.failures {
            self.rests_until = Some(now + limits.rest_time);
        }
    }

    /// Nobody finds out any more.
    pub(crate) fn unprobed(&mut self) {
        self.probing = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_often_rests_and_is_tried_by_one() {
        let limits = ProxyLimits::default();
        let now = Instant::now();
        let mut health = Health::default();
        for _ in 0..2 {
            health.failed(now, &limits);
        }
        health.worked();
        for _ in 0..2 {
            health.failed(now, &limits);
            assert_eq!(health.standing(now), Standing::Well);
        }
        health.failed(now, &limits);
        assert_eq!(health.standing(now), Standing::Rests(limits.rest_time));
        assert!(!health.begin(now));
        let later = now + limits.rest_time;
        assert_eq!(health.standing(later), Standing::Due);
        assert!(health.begin(later) && !health.begin(later));
        assert_eq!(health.standing(later), Standing::Rests(Duration::ZERO));
        health.failed(later, &limits);
        health.unprobed();
        assert_eq!(health.standing(later), Standing::Rests(limits.rest_time));
        health.worked();
        assert_eq!(health.standing(later), Standing::Well);
    }

    #[test]
    fn nobody_rests_where_that_is_not_wanted() {
        let limits = ProxyLimits {
            failures: 0,
            ..ProxyLimits::default()
        };
        let now = Instant::now();
        let mut health = Health::default();
        for _ in 0..100 {
            health.failed(now, &limits);
        }
        assert_eq!(health.standing(now), Standing::Well);
    }
}
