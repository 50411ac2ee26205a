//! Path and preferences → a file's facts and one representation of it: from memory when it is still
//! the file on disk, else loaded or coded, once for all who wait. It must not know methods,
//! preconditions or answers.

mod current;
mod delta;
mod fingerprint;
mod later;
mod load;
mod make;
mod raise;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use bytes::Bytes;
use gustnado_core::OpenFile;
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    cache::Cache,
    coding::{Coding, Codings},
    dictionary::FormerVersions,
    entry::{Facts, Opened, Representation},
    failure::Failure,
    limits,
    negotiate::Preferences,
    settings::Settings,
    shelf::Shelf,
    watch::Watch,
};

use fingerprint::Fingerprints;
use later::Later;
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
    /// The files that may be kept open.
    open: Arc<Semaphore>,
    started: Instant,
    versions: AtomicU64,
    loads: AtomicU64,
    encodings: AtomicU64,
    raised: AtomicU64,
    raiser: Later<raise::Raise>,
    deltas: Later<delta::Task>,
    coded_by_dictionary: AtomicU64,
    formers: FormerVersions,
    shelf: Option<Shelf>,
    /// Made when it is first asked, as it has a thread.
    watch: OnceLock<Option<Watch>>,
    fingerprints: Fingerprints,
}

impl Store {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            cache: Cache::new(&settings.limits),
            encoders: Semaphore::new(settings.limits.encoders.max(1)),
            open: Arc::new(Semaphore::new(settings.limits.open_files)),
            started: Instant::now(),
            versions: AtomicU64::new(0),
            loads: AtomicU64::new(0),
            encodings: AtomicU64::new(0),
            raised: AtomicU64::new(0),
            raiser: Later::default(),
            deltas: Later::default(),
            coded_by_dictionary: AtomicU64::new(0),
            formers: FormerVersions::new(&settings.limits),
            shelf: shelf(&settings),
            watch: OnceLock::new(),
            fingerprints: Fingerprints::default(),
            settings,
        }
    }

    /// Bytes and entries in memory.
    pub(crate) fn size(&self) -> (u64, usize) {
        self.cache.size()
    }

    /// Files loaded, codings made, made better, and tried by a dictionary so far.
    pub(crate) fn counts(&self) -> [u64; 4] {
        let deltas = &self.coded_by_dictionary;
        [&self.loads, &self.encodings, &self.raised, deltas].map(|count| count.load(Relaxed))
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

    /// Says that a file is wanted that was found without the store.
    pub(crate) fn touch(&self, facts: &Facts, coding: Coding) {
        self.cache.touch(&facts.found.path, coding);
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

    /// Keeps a file open, where its bytes are kept and are better sent from there, and there are not too
    /// many.
    fn keep_open(&self, bytes: &Bytes, file: Option<OpenFile>) -> Option<Opened> {
        let file = file?;
        if cfg!(not(target_os = "linux")) || (bytes.len() as u64) < limits::SEND_OPEN {
            return None;
        }
        let turn = Arc::clone(&self.open).try_acquire_owned().ok()?;
        Some(Opened {
            file: Arc::new(file),
            _turn: turn,
        })
    }

    /// Milliseconds since the start.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn shelf(settings: &Settings) -> Option<Shelf> {
    let folder = settings.compressed_at.clone()?;
    Some(Shelf::new(folder, settings.limits.compressed))
}
