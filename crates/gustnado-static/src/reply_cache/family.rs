//! The kept replies of one key, told apart by their variants. It never changes: another takes its
//! place. It must not know where it is kept.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName};
use tokio::time::Instant;

use super::{
    kept::{Good, Kept},
    limits::OVERHEAD,
};

/// The kept replies of one key.
#[derive(Debug, Clone, Default)]
pub(super) struct Family {
    /// The newest first.
    variants: Vec<Arc<Kept>>,
    /// Until then its replies are taken for ones that are not kept.
    passes: Option<Instant>,
}

impl Family {
    /// The newest reply that a request with these fields may get.
    pub(super) fn find(&self, request: &HeaderMap) -> Option<&Arc<Kept>> {
        let mut variants = self.variants.iter();
        variants.find(|kept| kept.variant().matches(request))
    }

    /// The names that the newest depends on: those of the next, most likely.
    pub(super) fn names(&self) -> Vec<HeaderName> {
        let newest = self.variants.first();
        newest.map_or_else(Vec::new, |kept| kept.variant().names().cloned().collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.variants.is_empty()
    }

    /// Whether its replies are taken for ones that are not kept.
    pub(super) fn passes(&self, now: Instant) -> bool {
        self.passes.is_some_and(|until| now < until)
    }

    pub(super) fn variants(&self) -> &[Arc<Kept>] {
        &self.variants
    }

    /// Bytes that it takes beside its key.
    pub(super) fn weight(&self) -> usize {
        let variants = self.variants.iter();
        OVERHEAD + variants.map(|kept| kept.weight()).sum::<usize>()
    }

    /// The same with another reply, in place of those that it replaces, those that are good for nothing,
    /// and the oldest where they would be more than `most` or weigh more than `share`.
    pub(super) fn with(&self, kept: &Arc<Kept>, most: usize, share: usize, now: Instant) -> Self {
        let old = self.variants.iter();
        let old =
            old.filter(|old| old.variant() != kept.variant() && old.good(now) != Good::Nothing);
        let mut variants: Vec<_> = std::iter::once(kept).chain(old).cloned().collect();
        variants.truncate(most.max(1));
        let mut family = Self {
            variants,
            passes: None,
        };
        while family.variants.len() > 1 && family.weight() > share {
            family.variants.pop();
        }
        family
    }

    /// The same, its replies taken for ones that are not kept, for so long.
    pub(super) fn passing(&self, pass: Duration, now: Instant) -> Self {
        Self {
            variants: self.variants.clone(),
            passes: now.checked_add(pass),
        }
    }

    /// The same without what requests like this one would get.
    pub(super) fn without(mut self, request: &HeaderMap) -> Self {
        self.variants
            .retain(|kept| !kept.variant().matches(request));
        self
    }
}
