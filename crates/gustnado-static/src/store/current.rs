//! Whether what is kept is still what lies on the disk, as the mode of the store has it. It must not
//! know what is kept, nor what becomes of what is not.

use std::sync::atomic::Ordering::Relaxed;

use gustnado_core::{Glance, Look};

use super::Store;
use crate::{
    disk::Kind,
    entry::{Facts, Found, Representation},
    settings::Coherence,
    watch::Watch,
};

impl Store {
    /// Whether a representation that was at hand before is so still. `looked` is when that was last seen on
    /// the disk: where the request came before, it need not be looked at again.
    #[inline]
    pub(crate) fn is_fresh(
        &self,
        facts: &Facts,
        representation: &Representation,
        looked: &mut Look,
        head: &Glance<'_>,
    ) -> bool {
        if head.came_before(*looked) {
            return true;
        }
        let looks = self.settings.coherence == Coherence::Stat && !facts.found.in_program;
        let look = looks.then(Look::now);
        let fresh = self.is_current(facts) && self.fits(representation, facts);
        if fresh && let Some(look) = look {
            *looked = look;
        }
        fresh
    }

    /// Whether the file on disk is the one these facts are about, and what lies beside it too.
    #[inline]
    pub(super) fn is_current(&self, facts: &Facts) -> bool {
        match self.settings.coherence {
            _ if facts.found.in_program => true,
            Coherence::Frozen => true,
            Coherence::Stat => self.is_same(facts) && self.surroundings_are_current(facts),
            Coherence::Watch => self.is_vouched_for(facts) || self.looks_the_same(facts),
        }
    }

    /// Whether a representation was made from these facts, and the file it was read from is there
    /// still.
    #[inline]
    pub(super) fn fits(&self, representation: &Representation, facts: &Facts) -> bool {
        if representation.version != facts.version {
            return false;
        }
        let Some((path, stamp)) = &representation.sibling else {
            return true;
        };
        match self.settings.coherence {
            Coherence::Frozen => true,
            Coherence::Watch if self.is_vouched_for(facts) => true,
            Coherence::Watch | Coherence::Stat => self.settings.root.is_still(path, stamp),
        }
    }

    /// Whether nothing has changed since the file was looked at, which was not long ago.
    fn is_vouched_for(&self, facts: &Facts) -> bool {
        let changes = self.watch().and_then(Watch::changes);
        changes.is_some_and(|changes| facts.vouched.load(Relaxed) == changes + 1)
            && !self.is_to_be_looked_around(facts)
    }

    /// Looks at the file and around it, and has it watched from then on.
    fn looks_the_same(&self, facts: &Facts) -> bool {
        let watch = self.watch();
        // Counted before the look: what changes behind it counts.
        let changes = watch.and_then(Watch::changes);
        let covered = watch.zip(self.settings.root.folder());
        let covered = covered.is_some_and(|(watch, root)| watch.covers(root, &facts.found.path));
        let same = self.is_same(facts) && self.looks_the_same_around(facts);
        let vouched = changes.filter(|_| same && covered);
        facts
            .vouched
            .store(vouched.map_or(0, |changes| changes + 1), Relaxed);
        same
    }

    fn watch(&self) -> Option<&Watch> {
        self.watch.get_or_init(Watch::new).as_ref()
    }

    fn is_same(&self, facts: &Facts) -> bool {
        let Found { full, stamp, .. } = &facts.found;
        self.settings.root.is_still(full, stamp)
    }

    /// Looks for siblings that came or went, and goes the way to the file anew, which a link may
    /// lead out of the root by now; but not each time.
    fn surroundings_are_current(&self, facts: &Facts) -> bool {
        !self.is_to_be_looked_around(facts) || self.looks_the_same_around(facts)
    }

    fn is_to_be_looked_around(&self, facts: &Facts) -> bool {
        let passed = self.now().saturating_sub(facts.siblings_seen.load(Relaxed));
        u128::from(passed) >= self.settings.limits.sibling_time.as_millis()
    }

    fn looks_the_same_around(&self, facts: &Facts) -> bool {
        let now = self.now();
        let (root, found) = (&self.settings.root, &facts.found);
        let same = root
            .look(&found.full)
            .is_ok_and(|kind| kind == Kind::File(found.stamp))
            && (!self.settings.precompressed || root.siblings(&found.full) == found.siblings);
        if same {
            facts.siblings_seen.store(now, Relaxed);
        }
        same
    }
}
