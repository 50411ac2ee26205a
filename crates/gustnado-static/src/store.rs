//! Path and preferences → a file's facts and one representation of it: from memory when it is still
//! the file on disk, else loaded or coded, once for all who wait. It must not know methods,
//! preconditions or answers.

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
    coding::{Coding, Codings},
    disk::{self, Kind, OpenFile},
    encode,
    entry::{self, Content, Facts, Found, Representation},
    failure::Failure,
    limits,
    negotiate::Preferences,
    settings::Settings,
};

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
}

/// What was loaded for a path.
enum Loaded {
    Folder,
    File(Facts, Option<Representation>),
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
        fits(&representation, &facts).then_some(Chosen {
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
        for _ in 0..limits::TRIES {
            let Some(facts) = self.facts(path).await? else {
                return Ok(Choice::Folder);
            };
            let Some(coding) = preferences.choose(facts.available()) else {
                return Ok(Choice::Nothing(facts));
            };
            if let Some(representation) = self.representation(&facts, coding).await? {
                return Ok(Choice::File(Chosen {
                    facts,
                    representation,
                }));
            }
        }
        self.uncoded(path, preferences).await
    }

    /// Opens the file that a representation is streamed from.
    ///
    /// # Errors
    /// Changing when it is no longer the one that was chosen.
    pub(crate) async fn open(
        self: &Arc<Self>,
        chosen: &Chosen,
        first: u64,
    ) -> Result<OpenFile, Failure> {
        let (store, wanted) = (Arc::clone(self), chosen.clone());
        spawn_blocking(move || {
            let (path, stamp) = wanted.representation.file(&wanted.facts);
            OpenFile::open(&store.settings.root, path, stamp, first)
        })
        .await?
    }

    /// The last resort for a file that is replaced faster than it can be coded and kept: one look,
    /// one version, as it is.
    async fn uncoded(
        self: &Arc<Self>,
        path: &str,
        preferences: &Preferences,
    ) -> Result<Choice, Failure> {
        match self.load(path, None).await? {
            Loaded::Folder => Ok(Choice::Folder),
            Loaded::File(facts, representation) => {
                let facts = Arc::new(facts);
                if preferences.choose(Codings::NONE).is_none() {
                    return Ok(Choice::Nothing(facts));
                }
                let as_it_is = || Representation::streamed(&facts);
                let representation = Arc::new(representation.unwrap_or_else(as_it_is));
                Ok(Choice::File(Chosen {
                    facts,
                    representation,
                }))
            }
        }
    }

    /// Whether the file on disk is the one these facts are about, and what lies beside it too.
    fn is_current(&self, facts: &Facts) -> bool {
        disk::is_still(&facts.found.full, &facts.found.stamp) && self.siblings_are_current(facts)
    }

    /// Looks for siblings that came or went, but not each time.
    fn siblings_are_current(&self, facts: &Facts) -> bool {
        if !self.settings.precompressed {
            return true;
        }
        let now = self.now();
        let passed = now.saturating_sub(facts.siblings_seen.load(Relaxed));
        if u128::from(passed) < self.settings.limits.sibling_time.as_millis() {
            return true;
        }
        let same = disk::siblings(&facts.found.full) == facts.found.siblings;
        if same {
            facts.siblings_seen.store(now, Relaxed);
        }
        same
    }

    /// Milliseconds since the start.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Current facts; none for a folder.
    async fn facts(self: &Arc<Self>, path: &str) -> Result<Option<Arc<Facts>>, Failure> {
        let mut old = None;
        for _ in 0..limits::TRIES {
            if let Some(facts) = self.cache.facts(path) {
                if facts.settled && self.is_current(&facts) {
                    return Ok(Some(facts));
                }
                self.cache.drop_facts(&facts);
                old = Some(facts);
            } else if disk::look(&self.settings.root.join(path))? == Kind::Folder {
                // What is not there, is a folder or no file at all is not worth a thread; links
                // out of the root are.
                return self.folder(path).await;
            }
            let turn = match self.cache.facts_or_turn(path).await {
                // Somebody else's; loaded after the last look, or it is looked at again.
                Ok(facts) if self.is_current(&facts) => return Ok(Some(facts)),
                Ok(_) => continue,
                Err(turn) => turn,
            };
            let Loaded::File(facts, representation) = self.load(path, old).await? else {
                return Ok(None);
            };
            let facts = Arc::new(facts);
            if let Some(representation) = representation {
                self.cache.keep(path, Arc::new(representation));
            }
            turn.hand_out(Arc::clone(&facts));
            return Ok(Some(facts));
        }
        Err(Failure::Changing)
    }

    async fn folder(self: &Arc<Self>, path: &str) -> Result<Option<Arc<Facts>>, Failure> {
        let (root, path) = (self.settings.root.clone(), self.settings.root.join(path));
        spawn_blocking(move || disk::inside(&root, &path)).await??;
        Ok(None)
    }

    async fn load(
        self: &Arc<Self>,
        path: &str,
        old: Option<Arc<Facts>>,
    ) -> Result<Loaded, Failure> {
        let (store, path) = (Arc::clone(self), path.to_owned());
        spawn_blocking(move || store.load_blocking(path, old.as_deref())).await?
    }

    fn load_blocking(&self, path: String, old: Option<&Facts>) -> Result<Loaded, Failure> {
        let root = &self.settings.root;
        let full = root.join(&path);
        if disk::look(&full)? == Kind::Folder {
            disk::inside(root, &full)?;
            return Ok(Loaded::Folder);
        }
        let seen = self.now();
        // The siblings before the original: one that is replaced in between is then the older.
        let siblings = match self.settings.precompressed {
            true => disk::siblings(&full),
            false => [None; 3],
        };
        let mut outside = Codings::NONE;
        for (coding, sibling) in Coding::CODED.into_iter().zip(siblings) {
            if sibling.is_some() && disk::inside(root, &disk::sibling(&full, coding)).is_err() {
                outside = outside.with(coding);
            }
        }
        let loaded = disk::load(root, &full, self.cache.largest())?;
        self.loads.fetch_add(1, Relaxed);
        let found = Found {
            path,
            full,
            stamp: loaded.stamp,
            content: loaded.bytes.as_deref().map(entry::hash),
            siblings,
            outside,
        };
        let version = self.versions.fetch_add(1, Relaxed);
        let mut facts = Facts::new(found, &self.settings, version);
        facts.siblings_seen = AtomicU64::new(seen);
        if let Some(old) = old {
            facts.learn_from(old);
        }
        let kept = |bytes| Representation::kept(&facts, Coding::Identity, bytes);
        let representation = loaded.bytes.map(kept);
        Ok(Loaded::File(facts, representation))
    }

    /// The representation of these facts in a coding; none when the disk has moved on, or the
    /// coding turns out not to be worth it: then it is to be chosen anew.
    async fn representation(
        self: &Arc<Self>,
        facts: &Arc<Facts>,
        coding: Coding,
    ) -> Result<Option<Arc<Representation>>, Failure> {
        if let Some(found) = self.cache.representation(&facts.found.path, coding)
            && fits(&found, facts)
        {
            return Ok(Some(found));
        }
        let (store, facts) = (Arc::clone(self), Arc::clone(facts));
        // A task of its own: the work goes on, for the others who wait for it, when this client
        // leaves.
        tokio::spawn(async move { store.make_once(&facts, coding).await }).await?
    }

    async fn make_once(
        self: Arc<Self>,
        facts: &Arc<Facts>,
        coding: Coding,
    ) -> Result<Option<Arc<Representation>>, Failure> {
        let path = facts.found.path.as_str();
        let old = self.cache.representation(path, coding);
        if let Some(old) = &old {
            if fits(old, facts) {
                return Ok(Some(Arc::clone(old)));
            }
            self.cache.drop_representation(path, old);
        }
        let turn = match self.cache.representation_or_turn(path, coding).await {
            Ok(found) => return Ok(fits(&found, facts).then_some(found)),
            Err(turn) => turn,
        };
        let made = match coding {
            Coding::Identity => self.original(facts).await?,
            _ if facts.sibling(coding).is_some() => self.from_sibling(facts, coding).await?,
            _ if !facts.available().has(coding) => None,
            _ => self.coded(facts, coding, old).await?,
        };
        let Some(made) = made else {
            return Ok(None);
        };
        let made = Arc::new(made);
        turn.hand_out(Arc::clone(&made));
        Ok(Some(made))
    }

    /// The original; none when it is no longer the one of these facts.
    async fn original(
        self: &Arc<Self>,
        facts: &Arc<Facts>,
    ) -> Result<Option<Representation>, Failure> {
        if facts.found.content.is_none() {
            return Ok(Some(Representation::streamed(facts)));
        }
        let loaded = self
            .load(&facts.found.path, Some(Arc::clone(facts)))
            .await?;
        let Loaded::File(now, Some(representation)) = loaded else {
            self.cache.drop_facts(facts);
            return Ok(None);
        };
        if now.version != facts.version {
            self.cache.drop_facts(facts);
            return Ok(None);
        }
        Ok(Some(representation))
    }

    /// What lies beside the original; none when it is no longer the one of these facts.
    async fn from_sibling(
        self: &Arc<Self>,
        facts: &Arc<Facts>,
        coding: Coding,
    ) -> Result<Option<Representation>, Failure> {
        let (store, of) = (Arc::clone(self), Arc::clone(facts));
        let loaded = spawn_blocking(move || {
            let file = disk::sibling(&of.found.full, coding);
            let loaded = disk::load(&store.settings.root, &file, store.cache.largest())?;
            store.loads.fetch_add(1, Relaxed);
            let expected = of.sibling(coding);
            Ok((expected == Some(loaded.stamp)).then(|| {
                let file = (file, loaded.stamp);
                Representation::of_sibling(&of, coding, file, loaded.bytes)
            }))
        });
        match loaded.await? {
            Ok(Some(representation)) => Ok(Some(representation)),
            Ok(None) | Err(Failure::Missing) => {
                self.cache.drop_facts(facts);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// The original, coded; none when that does not make it smaller.
    async fn coded(
        self: &Arc<Self>,
        facts: &Arc<Facts>,
        coding: Coding,
        old: Option<Arc<Representation>>,
    ) -> Result<Option<Representation>, Failure> {
        let old = old.filter(|old| old.made_from.is_some());
        if let Some(old) = old.filter(|old| old.made_from == facts.found.content)
            && let Content::Kept(bytes) = &old.content
        {
            // Only the time stamp is another.
            return Ok(Some(Representation::kept(facts, coding, bytes.clone())));
        }
        let original = self
            .cache
            .representation(&facts.found.path, Coding::Identity);
        let original = match original.filter(|original| fits(original, facts)) {
            Some(original) => original,
            None => match self.original(facts).await? {
                Some(original) => Arc::new(original),
                None => return Ok(None),
            },
        };
        let Content::Kept(bytes) = original.content.clone() else {
            return Ok(None);
        };
        let turn = self.encoders.acquire().await;
        let coded = spawn_blocking(move || encode::encode(coding, &bytes)).await?;
        drop(turn);
        self.encodings.fetch_add(1, Relaxed);
        let Some(bytes) = coded.map_err(|error| Failure::Broken(error.into()))? else {
            facts.note_useless(coding);
            return Ok(None);
        };
        Ok(Some(Representation::kept(facts, coding, bytes)))
    }
}

/// Whether a representation was made from these facts, and the file it was read from is there
/// still.
fn fits(representation: &Representation, facts: &Facts) -> bool {
    representation.version == facts.version
        && representation
            .sibling
            .as_ref()
            .is_none_or(|(path, stamp)| disk::is_still(path, stamp))
}
