//! What was coded while somebody waited, coded anew at its best, in the background. It must not know
//! requests.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use bytes::Bytes;

use super::{
    Store,
    later::{Job, Later},
};
use crate::{
    coding::Coding,
    encode::{self, Effort},
    entry::{Content, Facts, Representation},
    limits::RAISE_QUEUE,
};

/// What is to be coded at its best.
#[derive(Clone)]
pub(super) struct Raise {
    facts: Arc<Facts>,
    coding: Coding,
}

impl Job for Raise {
    const THREAD: &'static str = "gustnado-raise";
    const MOST: usize = RAISE_QUEUE;

    fn queue(store: &Store) -> &Later<Self> {
        &store.raiser
    }

    fn run(&self, store: &Store) {
        store.raise(&self.facts, self.coding);
    }
}

impl PartialEq for Raise {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.facts, &other.facts) && self.coding == other.coding
    }
}

impl fmt::Debug for Raise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at its best in {:?}",
            self.facts.found.path, self.coding
        )
    }
}

impl Store {
    /// Has a representation coded at its best, if it is one that was made quickly.
    pub(super) fn raise_later(self: &Arc<Self>, facts: &Arc<Facts>, made: &Representation) {
        let quick = made.made_from.is_some() && !made.is_best();
        if !self.settings.recompress || !quick || !encode::has_best(made.coding) {
            return;
        }
        let job = Raise {
            facts: Arc::clone(facts),
            coding: made.coding,
        };
        Later::add(self, job);
    }

    /// Codes one at its best and puts it in the place of what was made quickly, where that is still
    /// wanted.
    fn raise(&self, facts: &Facts, coding: Coding) {
        let quick = self.cache.peek(&facts.found.path, coding);
        let quick = quick.filter(|quick| quick.version == facts.version);
        let Some((quick, bytes)) = quick.zip(self.bytes(facts)) else {
            return;
        };
        let best = match encode::encode(coding, Effort::Best, &bytes) {
            Ok(best) => best.filter(|best| (best.len() as u64) < quick.length),
            Err(error) => {
                tracing::warn!(%error, path = facts.found.path, "not compressed any better");
                None
            }
        };
        let Some(best) = best else {
            quick.note_best();
            self.raised.fetch_add(1, Relaxed);
            return;
        };
        if let (Some(shelf), Some(original)) = (&self.shelf, facts.found.content) {
            shelf.put(original, coding, &best);
        }
        let best = Representation::kept(facts, coding, best);
        best.note_best();
        self.cache.keep_instead(&facts.found.path, &quick, best);
        self.raised.fetch_add(1, Relaxed);
    }

    /// The bytes of the original, if these facts are still about it.
    pub(super) fn bytes(&self, facts: &Facts) -> Option<Bytes> {
        let kept = self.cache.peek(&facts.found.path, Coding::Identity);
        let kept = kept.filter(|kept| kept.version == facts.version);
        if let Some(Content::Kept(bytes)) = kept.map(|kept| kept.content.clone()) {
            return Some(bytes);
        }
        let loaded = self
            .settings
            .root
            .load(&facts.found.full, self.cache.largest());
        let loaded = loaded
            .ok()
            .filter(|loaded| loaded.stamp == facts.found.stamp);
        loaded?.bytes
    }
}
