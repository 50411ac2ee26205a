//! Which of the upstreams is next: the one with the fewest requests under way, of those that answer.
//! It must not know what is asked.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    health::{Health, Standing},
    limits::ProxyLimits,
    upstream::Upstream,
};

/// The upstreams of a gateway.
#[derive(Debug)]
pub(crate) struct Choice {
    upstreams: Vec<Upstream>,
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Books {
    /// Who is first among equals.
    turn: usize,
    health: Vec<Health>,
}

/// An upstream that a request goes to. Dropping it says that the request is over.
#[derive(Debug)]
pub(crate) struct Chosen {
    choice: Arc<Choice>,
    index: usize,
    probes: bool,
}

/// What a request says of its upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Worked,
    Failed,
    /// Nothing: it failed by itself.
    Unknown,
}

impl Choice {
    pub(crate) fn new(upstreams: Vec<Upstream>) -> Arc<Self> {
        let health = upstreams.iter().map(|_| Health::default()).collect();
        Arc::new(Self {
            upstreams,
            books: Mutex::new(Books { turn: 0, health }),
        })
    }

    /// Whether there is anything to choose. One alone is asked in any case: nobody else would answer.
    pub(crate) fn has_several(&self) -> bool {
        self.upstreams.len() > 1
    }

    /// The next one, but for those that were `tried`.
    ///
    /// # Errors
    /// How long to wait until there is one, if there is none.
    pub(crate) fn next(self: &Arc<Self>, tried: &[usize]) -> Result<Chosen, Duration> {
        if !self.has_several() {
            return match (self.upstreams.is_empty(), tried) {
                (false, []) => Ok(self.chosen(0, false)),
                _ => Err(Duration::ZERO),
            };
        }
        let now = Instant::now();
        let mut books = self.lock();
        let index = books.pick(now, tried)?;
        let probes = books.health[index].begin(now);
        Ok(self.chosen(index, probes))
    }

    fn chosen(self: &Arc<Self>, index: usize, probes: bool) -> Chosen {
        Chosen {
            choice: self.clone(),
            index,
            probes,
        }
    }

    /// Whoever panicked under the lock left the books in order: each change of them is one step.
    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn pick(&mut self, now: Instant, tried: &[usize]) -> Result<usize, Duration> {
        let count = self.health.len();
        self.turn = (self.turn + 1) % count;
        let mut least: Option<(usize, usize)> = None;
        let mut wait = Duration::MAX;
        for index in (0..count).map(|step| (self.turn + step) % count) {
            if tried.contains(&index) {
                continue;
            }
            let health = &self.health[index];
            match health.standing(now) {
                // Else it would never be its turn while another is idle.
                Standing::Due => return Ok(index),
                Standing::Rests(time) => wait = wait.min(time),
                Standing::Well => {
                    if least.is_none_or(|(_, fewest)| health.in_flight < fewest) {
                        least = Some((index, health.in_flight));
                    }
                }
            }
        }
        least.map(|(index, _)| index).ok_or(wait)
    }
}

impl Chosen {
    pub(crate) fn upstream(&self) -> &Upstream {
        &self.choice.upstreams[self.index]
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Says what came of the request.
    pub(crate) fn tell(&self, outcome: Outcome, limits: &ProxyLimits) {
        if !self.choice.has_several() || outcome == Outcome::Unknown {
            return;
        }
        let mut books = self.choice.lock();
        let health = &mut books.health[self.index];
        if outcome == Outcome::Worked {
            health.worked();
            return;
        }
        let now = Instant::now();
        let well = health.standing(now) == Standing::Well;
        health.failed(now, limits);
        let rests = health.standing(now) != Standing::Well;
        drop(books);
        if well && rests {
            let upstream = self.upstream().name();
            tracing::warn!(upstream, time = ?limits.rest_time, "an upstream is left alone for a while");
        }
    }
}

impl Drop for Chosen {
    fn drop(&mut self) {
        if self.choice.has_several() {
            let mut books = self.choice.lock();
            let health = &mut books.health[self.index];
            health.in_flight -= 1;
            if self.probes {
                health.unprobed();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(count: usize) -> Arc<Choice> {
        let urls = (0..count).map(|index| format!("http://up{index}"));
        Choice::new(urls.map(|url| Upstream::parse(&url).unwrap()).collect())
    }

    #[test]
    fn the_one_with_the_fewest_requests_is_next() {
        let choice = choice(3);
        let mut taken: Vec<_> = (0..6).map(|_| choice.next(&[]).unwrap()).collect();
        let mut seen: Vec<_> = taken.iter().map(Chosen::index).collect();
        seen.sort_unstable();
        assert_eq!(seen, [0, 0, 1, 1, 2, 2]);
        let freed = taken.remove(3).index();
        assert_eq!(choice.next(&[]).unwrap().index(), freed);
        assert_ne!(choice.next(&[freed]).unwrap().index(), freed);
        assert!(choice.next(&[0, 1, 2]).is_err());
    }

    #[test]
    fn who_fails_is_left_alone() {
        let choice = choice(2);
        let limits = ProxyLimits::default();
        let fail = |index: usize| {
            for _ in 0..limits.failures {
                let chosen = choice.next(&[1 - index]).unwrap();
                assert_eq!(chosen.index(), index);
                chosen.tell(Outcome::Failed, &limits);
            }
        };
        fail(0);
        for _ in 0..10 {
            assert_eq!(choice.next(&[]).unwrap().index(), 1);
        }
        fail(1);
        let wait = choice.next(&[]).unwrap_err();
        assert!(wait <= limits.rest_time && wait > limits.rest_time / 2);
    }

    #[test]
    fn one_alone_is_always_asked() {
        let choice = choice(1);
        for _ in 0..10 {
            let chosen = choice.next(&[]).unwrap();
            chosen.tell(Outcome::Failed, &ProxyLimits::default());
        }
        assert!(choice.next(&[]).is_ok() && choice.next(&[0]).is_err());
    }
}
