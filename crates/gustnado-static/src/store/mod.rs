//! Path and preferences → a file's facts and one representation of it: from memory when it is still
//! the file on disk, else loaded or coded, once for all who wait. It must not know methods,
//! preconditions or answers.

mod fingerprint;
mod load;
mod make;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    cache::Cache,
    coding::Codings,
    disk::{Kind, OpenFile},
    entry::{Facts, Found, Representation},
    failure::Failure,
    negotiate::Preferences,
    settings::Settings,
};

use fingerprint::Fingerprints;
use load::Known;

/// A file and the representation that was chosen of it; they belong together.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) facts: Arc<Facts>,
    pub(crate) representation: Arc<Representation>,
}

/// What there is for a path and preferences.
#[derive(Debug)]
pub(crate) enum Choice {
    File(Chosen),
    Folder,
    /// Nothing that the client takes.
    Nothing(Arc<Facts>),
    /// The disk has moved on, or a coding is not worth it: it is to be chosen anew.
    Again,
}

/// Files, some of them in memory.
pub(crate) struct Store {
    settings: Settings,
    cache: Cache,
    encoders: Semaphore,
    started: Instant,
    versions: AtomicU64,
    loads: AtomicU64,
    encodings: AtomicU64,
    fingerprints: Fingerprints,
}

impl Store {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            cache: Cache::new(&settings.limits),
            encoders: Semaphore::new(settings.limits.encoders.max(1)),
            started: Instant::now(),
            versions: AtomicU64::new(0),
            loads: AtomicU64::new(0),
            encodings: AtomicU64::new(0),
            fingerprints: Fingerprints::default(),
            settings,
        }
    }

    /// Bytes and entries in memory; files loaded and codings made so far.
    pub(crate) fn counts(&self) -> (u64, usize, u64, u64) {
        let (bytes, entries) = self.cache.size();
        let (loads, encodings) = (self.loads.load(Relaxed), self.encodings.load(Relaxed));
        (bytes, entries, loads, encodings)
    }

    /// What is in memory and still the file on disk; nothing when that takes more than a look.
    pub(crate) fn at_hand(&self, path: &str, preferences: &Preferences) -> Option<Chosen> {
        let facts = self.cache.facts(path)?;
        if !facts.settled || !self.is_current(&facts) {
            return None;
        }
        let coding = preferences.choose(facts.available())?;
        let representation = self.cache.representation(path, coding)?;
        self.fits(&representation, &facts).then_some(Chosen {
            facts,
            representation,
        })
    }

    /// What there is, loaded or coded if it has to be.
    pub(crate) async fn find(
        self: &Arc<Self>,
        path: &str,
        preferences: &Preferences,
    ) -> Result<Choice, Failure> {
        let facts = match self.facts(path).await? {
            Known::File(facts) => facts,
            Known::Folder => return Ok(Choice::Folder),
            Known::Moved => return Ok(Choice::Again),
        };
        let Some(coding) = preferences.choose(facts.available()) else {
            return Ok(Choice::Nothing(facts));
        };
        Ok(match self.representation(&facts, coding).await? {
            None => Choice::Again,
            Some(representation) => Choice::File(Chosen {
                facts,
                representation,
            }),
        })
    }

    /// Opens the file that a representation is streamed from.
    ///
    /// # Errors
    /// Changing when it is no longer the one that was chosen.
    pub(crate) async fn open(self: &Arc<Self>, chosen: &Chosen) -> Result<OpenFile, Failure> {
        let (path, stamp) = chosen.representation.file(&chosen.facts);
        if let Some(file) = self.settings.root.open_at_once(path, stamp) {
            return Ok(file);
        }
        let (store, wanted) = (Arc::clone(self), chosen.clone());
        spawn_blocking(move || {
            let (path, stamp) = wanted.representation.file(&wanted.facts);
            store.settings.root.open(path, stamp)
        })
        .await?
    }

    /// The last resort for a file that is replaced faster than it can be coded and kept: one look,
    /// one version, as it is. An open file comes with what is to be streamed.
    pub(crate) async fn as_it_is(
        self: &Arc<Self>,
        path: &str,
        preferences: &Preferences,
    ) -> Result<(Choice, Option<OpenFile>), Failure> {
        let Some(loaded) = self.load(path, None).await? else {
            return Ok((Choice::Folder, None));
        };
        let facts = loaded.facts;
        if preferences.choose(Codings::NONE).is_none() {
            return Ok((Choice::Nothing(facts), None));
        }
        let streamed = || Arc::new(Representation::streamed(&facts));
        let representation = loaded.original.unwrap_or_else(streamed);
        let chosen = Chosen {
            facts,
            representation,
        };
        Ok((Choice::File(chosen), loaded.file))
    }

    /// Whether the file on disk is the one these facts are about, and what lies beside it too.
    fn is_current(&self, facts: &Facts) -> bool {
        let Found { full, stamp, .. } = &facts.found;
        self.settings.root.is_still(full, stamp) && self.surroundings_are_current(facts)
    }

    /// Looks for siblings that came or went, and goes the way to the file anew, which a link may
    /// lead out of the root by now; but not each time.
    fn surroundings_are_current(&self, facts: &Facts) -> bool {
        let now = self.now();
        let passed = now.saturating_sub(facts.siblings_seen.load(Relaxed));
        if u128::from(passed) < self.settings.limits.sibling_time.as_millis() {
            return true;
        }
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

    /// Milliseconds since the start.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether a representation was made from these facts, and the file it was read from is there
    /// still.
    fn fits(&self, representation: &Representation, facts: &Facts) -> bool {
        representation.version == facts.version
            && representation
                .sibling
                .as_ref()
                .is_none_or(|(path, stamp)| self.settings.root.is_still(path, stamp))
    }
}
