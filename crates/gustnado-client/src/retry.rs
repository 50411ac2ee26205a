//! When a call is tried again after a pause, and how many may be: whoever is overloaded must not get
//! more to do by it. It decides and sends nothing.

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

use crate::{
    error::{Error, ErrorKind, Phase},
    limits::{RETRY_BURST, RETRY_PAUSE, RETRY_SHARE},
};

/// What a client may spend on second tries: each call earns a share of one, up to a few.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU64);

/// A whole try, in the parts that calls earn.
const TRY: u64 = 100;

impl Budget {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(RETRY_BURST * TRY))
    }

    /// A call is made.
    pub(crate) fn earn(&self) {
        let full = RETRY_BURST * TRY;
        let earned = |left: u64| (left < full).then(|| full.min(left + RETRY_SHARE));
        // Where it is full already nothing is earned.
        let _ = self.0.fetch_update(Relaxed, Relaxed, earned);
    }

    /// Whether a try can be paid, which it is then.
    pub(crate) fn spend(&self) -> bool {
        let spent = |left: u64| left.checked_sub(TRY);
        self.0.fetch_update(Relaxed, Relaxed, spent).is_ok()
    }
}

/// Whether the other side may do better in a moment.
pub(crate) fn is_passing(outcome: Result<StatusCode, &Error>) -> bool {
    match outcome {
        Ok(status) => matches!(status.as_u16(), 429 | 502 | 503 | 504),
        Err(error) => matches!(
            error.kind(),
            ErrorKind::Connect
                | ErrorKind::Cut
                | ErrorKind::Timeout(Phase::Connect | Phase::FirstByte)
        ),
    }
}

/// How long to wait before the try after `tries`: up to twice as long each time, and anything from
/// nothing to that, so that those who failed together do not come back together. Where the answer says
/// how long, at least that.
pub(crate) fn pause(tries: usize, headers: Option<&HeaderMap>) -> Duration {
    let (first, longest) = RETRY_PAUSE;
    let doubled = u32::try_from(tries).unwrap_or(u32::MAX).min(16);
    let most = longest.min(first * 2_u32.pow(doubled));
    // A new one has new keys each time.
    let part = RandomState::new().hash_one(tries) >> 32;
    let random = most.mul_f64(part as f64 / f64::from(u32::MAX));
    let asked = headers.and_then(|headers| headers.get(RETRY_AFTER));
    let asked = asked.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    random.max(Duration::from_secs(asked.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        let table = [(0, 100), (1, 200), (2, 400), (40, 5_000)];
        for (tries, most) in table {
            let pauses: Vec<_> = (0..50).map(|_| pause(tries, None)).collect();
            let most = Duration::from_millis(most);
            assert!(pauses.iter().all(|pause| *pause <= most), "{tries}");
            assert!(pauses.iter().any(|pause| *pause > most / 2), "{tries}");
            assert!(pauses.iter().any(|pause| *pause < most / 2), "{tries}");
        }
        let headers = HeaderMap::from_iter([(RETRY_AFTER, "7".parse().unwrap())]);
        assert_eq!(pause(0, Some(&headers)), Duration::from_secs(7));
    }

    #[test]
    fn tries_are_a_share_of_calls() {
        let budget = Budget::new();
        let burst = (0..100).filter(|_| budget.spend()).count();
        assert_eq!(burst, 10);
        for _ in 0..9 {
            budget.earn();
        }
        assert!(!budget.spend());
        budget.earn();
        assert!(budget.spend() && !budget.spend());
        (0..1_000).for_each(|_| budget.earn());
        assert_eq!((0..100).filter(|_| budget.spend()).count(), 10);
    }
}
