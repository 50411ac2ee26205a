//! Path → fingerprint of what is there now, made once a version, and the list of all paths. It must
//! not know URLs.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, SystemTime},
};

use super::Store;
use crate::{
    disk::{Full, Stamp},
    entry,
    failure::Failure,
    fingerprint::Fingerprint,
    limits,
};

/// What is remembered for fingerprints beside the memory cache, which may have other files to keep.
pub(super) struct Fingerprints {
    known: quick_cache::sync::Cache<Box<str>, (Stamp, Fingerprint)>,
    list: Mutex<Option<(Instant, Arc<[String]>)>>,
}

impl Default for Fingerprints {
    fn default() -> Self {
        Self {
            known: quick_cache::sync::Cache::new(limits::FINGERPRINTS),
            list: Mutex::default(),
        }
    }
}

impl Store {
    /// The fingerprint of what is at a path now: one `stat`, and the first time for a version of
    /// it, reading it. It waits for the disk.
    pub(crate) fn fingerprint(&self, path: &str) -> Result<Fingerprint, Failure> {
        if let Some(facts) = self.cache.facts(path)
            && facts.settled
            && self.is_current(&facts)
            && let Some(found) = facts.fingerprint()
        {
            return Ok(found);
        }
        let root = &self.settings.root;
        let full = Full::from(root.join(path));
        if let Some((stamp, found)) = self.fingerprints.known.get(path)
            && root.is_still(&full, &stamp)
        {
            return Ok(found);
        }
        let looked = SystemTime::now();
        let loaded = root.load(&full, self.cache.largest())?;
        let stamp = loaded.stamp;
        let found = match loaded.bytes.as_deref() {
            Some(bytes) => Fingerprint::of_content(entry::hash(bytes)),
            None => Fingerprint::of_file(stamp.length(), stamp.modified()),
        };
        if stamp.is_settled(looked, self.settings.limits.settle_time) {
            self.fingerprints.known.insert(path.into(), (stamp, found));
        }
        Ok(found)
    }

    /// The paths of all files, at most [`limits::LIST_TIME`] old. It waits for the disk.
    pub(crate) fn list(&self) -> io::Result<Arc<[String]>> {
        let list = self.fingerprints.list.lock();
        // What a panic left behind is a whole list or none. It is held while the folder is read:
        // the others want the same list.
        let mut list = list.unwrap_or_else(PoisonError::into_inner);
        if let Some((since, paths)) = &*list
            && since.elapsed() < limits::LIST_TIME
        {
            return Ok(Arc::clone(paths));
        }
        let paths: Arc<[String]> = self.settings.root.files()?.into();
        *list = Some((Instant::now(), Arc::clone(&paths)));
        Ok(paths)
    }
}
