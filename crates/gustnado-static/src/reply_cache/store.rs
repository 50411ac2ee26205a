//! All that is kept, bounded in bytes, and what is being made. It must not know requests but for their
//! fields.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use http::HeaderMap;
use quick_cache::{
    OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};
use tokio::{sync::Semaphore, time::Instant};

use super::{
    family::Family,
    flight::Flights,
    kept::Kept,
    key::Key,
    limits::{EXPECTED, ResponseCacheLimits, SHARD, SHARE},
    purge::{Purges, What},
};

/// All that is kept.
#[derive(Debug)]
pub(super) struct Store {
    families: Cache<Key, Arc<Family>, Weight>,
    /// Held, too, while a family is changed: that is read and written in two steps.
    purges: Mutex<Purges>,
    pub(super) flights: Arc<Flights>,
    /// Background runs.
    pub(super) refreshes: Arc<Semaphore>,
    most: usize,
    share: usize,
    pass: Duration,
    pub(super) hits: AtomicU64,
    pub(super) misses: AtomicU64,
}

impl Store {
    pub(super) fn new(limits: &ResponseCacheLimits) -> Self {
        let shards = (limits.memory / SHARD).max(1);
        let shards = 1 << shards.min(64).ilog2();
        let capacity = limits.memory as u64;
        let mut options = OptionsBuilder::new();
        options
            .shards(shards)
            // At least as many that the shards are not made fewer.
            .estimated_items_capacity((limits.memory / EXPECTED).max(shards * 32))
            .weight_capacity(capacity);
        let families = match options.build() {
            Ok(options) => Cache::with_options(
                options,
                Weight,
                quick_cache::DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            // Capacities are given, which is all that can be wrong.
            Err(_) => Cache::with_weighter(0, capacity, Weight),
        };
        Self {
            families,
            purges: Mutex::default(),
            flights: Arc::default(),
            refreshes: Arc::new(Semaphore::new(limits.refreshes.min(Semaphore::MAX_PERMITS))),
            most: limits.variants,
            share: limits.memory / shards / SHARE,
            pass: limits.pass,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// Bytes that the replies of one key may take.
    pub(super) fn share(&self) -> usize {
        self.share
    }

    /// Bytes and keys.
    pub(super) fn size(&self) -> (u64, usize) {
        (self.families.weight(), self.families.len())
    }

    pub(super) fn family(&self, key: &Key) -> Option<Arc<Family>> {
        self.families.get(key)
    }

    /// How many purges there were so far, for a reply that is begun now.
    pub(super) fn purges_so_far(&self) -> u64 {
        self.purges().count()
    }

    /// Keeps a reply, unless it was purged since it was begun. Says whether.
    pub(super) fn keep(&self, key: &Key, kept: &Arc<Kept>, begun: u64) -> bool {
        let purges = self.purges();
        if purges.cover(begun, key, kept.tags()) || kept.weight() + key.len() > self.share {
            return false;
        }
        let old = self.families.peek(key).unwrap_or_default();
        let family = old.with(kept, self.most, self.share, Instant::now());
        self.families.insert(key.clone(), Arc::new(family));
        true
    }

    /// Notes that the reply to a request with these fields was not to be kept. `moved`: nor is what was
    /// kept for such a request true any more.
    pub(super) fn refuse(&self, key: &Key, request: &HeaderMap, moved: bool) {
        let _changing = self.purges();
        let old = self.families.peek(key).unwrap_or_default();
        let family = old.passing(self.pass, Instant::now());
        let family = if moved {
            family.without(request)
        } else {
            family
        };
        self.families.insert(key.clone(), Arc::new(family));
    }

    /// Forgets, also what is on its way: whoever comes from now on gets what is begun from now on.
    pub(super) fn purge(&self, what: What) {
        let mut purges = self.purges();
        self.flights.forget(|place| what.may_cover(place));
        match &what {
            What::All => self.families.clear(),
            What::Target(key) => drop(self.families.remove(key)),
            what => self.families.retain(|key, family| {
                let covered = |kept: &Arc<Kept>| what.covers(key, kept.tags());
                !family.variants().iter().any(covered)
            }),
        }
        purges.note(what);
    }

    pub(super) fn count_hit(&self) {
        self.hits.fetch_add(1, Relaxed);
    }

    pub(super) fn count_miss(&self) {
        self.misses.fetch_add(1, Relaxed);
    }

    fn purges(&self) -> MutexGuard<'_, Purges> {
        self.purges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Weighs keys and families in bytes.
#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Arc<Family>> for Weight {
    fn weight(&self, key: &Key, family: &Arc<Family>) -> u64 {
        (key.len() + family.weight()) as u64
    }
}
