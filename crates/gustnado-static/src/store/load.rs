//! Facts: those that are kept while they are current, else loaded, once for all who wait. It must
//! not know codings, but for which of them lie on disk.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
};

use gustnado_core::OpenFile;
use tokio::task::spawn_blocking;

use super::Store;
use crate::{
    coding::Coding,
    disk::Kind,
    entry::{self, Facts, Found, Representation},
    failure::Failure,
};

/// What is at a path.
pub(super) enum Known {
    File(Arc<Facts>),
    Folder,
    /// It changed while it was looked at.
    Moved,
}

/// A file that was loaded.
pub(super) struct Loaded {
    pub(super) facts: Arc<Facts>,
    /// Its bytes, when they are to be kept.
    pub(super) original: Option<Arc<Representation>>,
    /// The file, when they are to be streamed.
    pub(super) file: Option<OpenFile>,
}

impl Store {
    /// Current facts.
    pub(super) async fn facts(self: &Arc<Self>, path: &str) -> Result<Known, Failure> {
        let old = self.cache.facts(path);
        match &old {
            Some(facts) if facts.settled && self.is_current(facts) => {
                return Ok(Known::File(Arc::clone(facts)));
            }
            Some(facts) => self.cache.drop_facts(facts),
            // What is not there, is a folder or no file at all is not worth loading.
            None => {
                if self.settings.root.look(&self.settings.root.join(path))? == Kind::Folder {
                    return Ok(Known::Folder);
                }
            }
        }
        let turn = match self.cache.facts_or_turn(path).await {
            // Somebody else's, so the load may have begun before this request came.
            Ok(facts) if self.is_current(&facts) => return Ok(Known::File(facts)),
            Ok(_) => return Ok(Known::Moved),
            Err(turn) => turn,
        };
        let Some(loaded) = self.load(path, old).await? else {
            return Ok(Known::Folder);
        };
        if let Some(original) = loaded.original {
            self.cache.keep(path, original);
        }
        turn.hand_out(Arc::clone(&loaded.facts));
        Ok(Known::File(loaded.facts))
    }

    /// Loads what is at a path, kept or not; nothing for a folder.
    pub(super) async fn load(
        self: &Arc<Self>,
        path: &str,
        old: Option<Arc<Facts>>,
    ) -> Result<Option<Loaded>, Failure> {
        let (store, path) = (Arc::clone(self), path.to_owned());
        spawn_blocking(move || store.load_blocking(path, old.as_deref())).await?
    }

    fn load_blocking(&self, path: String, old: Option<&Facts>) -> Result<Option<Loaded>, Failure> {
        let root = &self.settings.root;
        let full = root.join(&path);
        if root.look(&full)? == Kind::Folder {
            return Ok(None);
        }
        let (looked, seen) = (SystemTime::now(), self.now());
        // The siblings before the original: one that is replaced in between is then the older.
        let siblings = if self.settings.precompressed {
            root.siblings(&full)
        } else {
            [None; 3]
        };
        let largest = self.cache.largest();
        let loaded = root.load(&full, largest)?;
        self.loads.fetch_add(1, Relaxed);
        let found = Found {
            looked,
            path,
            full: full.into(),
            stamp: loaded.stamp,
            content: loaded.bytes.as_deref().map(entry::hash),
            siblings,
            may_make: loaded.bytes.is_some() && loaded.stamp.length() <= largest as u64,
            in_program: root.is_program(),
        };
        let version = self.versions.fetch_add(1, Relaxed);
        let mut facts = Facts::new(found, &self.settings, version);
        facts.siblings_seen = AtomicU64::new(seen);
        if let Some(old) = old {
            facts.learn_from(old);
        }
        let Some(bytes) = loaded.bytes else {
            return Ok(Some(Loaded {
                facts: Arc::new(facts),
                original: None,
                file: loaded.file,
            }));
        };
        let file = loaded.file.filter(|_| !facts.is_coded());
        let open = self.keep_open(&bytes, file);
        let original = Representation::kept(&facts, Coding::Identity, bytes).with_open(open);
        Ok(Some(Loaded {
            facts: Arc::new(facts),
            original: Some(Arc::new(original)),
            file: None,
        }))
    }
}
