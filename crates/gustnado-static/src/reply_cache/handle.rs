//! What a program has of a cache: purging and counting. It must not know requests.

use std::sync::{Arc, OnceLock, atomic::Ordering::Relaxed};

use super::{purge::What, store::Store};

/// What a program has of a [`ResponseCache`](crate::ResponseCache): it forgets what has changed. Made by
/// [`handle`](crate::ResponseCache::handle), cheap to clone, and good as state of an application.
///
/// What is purged is forgotten when the call returns, also of replies that are being made meanwhile: a
/// request that comes after it is answered by a run of the handler that begins after it. Worker
/// *processes* have a cache each, and a purge is of one of them.
#[derive(Debug, Clone, Default)]
pub struct CacheHandle {
    /// There is none before the layer stands around something, and nothing is kept until then.
    pub(super) store: Arc<OnceLock<Arc<Store>>>,
}

/// What a cache holds, and what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ResponseCacheStats {
    /// Bytes of all kept replies, with their keys.
    pub bytes: u64,
    /// Targets that something is kept of, or known.
    pub targets: usize,
    /// Requests that were answered by what is kept, or by the run of another.
    pub hits: u64,
    /// Runs of handlers for what may be kept.
    pub misses: u64,
}

impl CacheHandle {
    /// Forgets all replies with this tag: a handler gives it by `Cache-Tag`. Each target that is kept is
    /// looked at.
    pub fn purge_tag(&self, tag: &str) {
        self.purge(What::Tag(tag.into()));
    }

    /// Forgets all replies to this path, whatever host and query. It is compared as it stands in the
    /// request: `/users/7`, percent-encoded.
    pub fn purge_path(&self, path: &str) {
        self.purge(What::Path(path.into()));
    }

    /// Forgets all replies to paths that begin with this, such as `/users/`.
    pub fn purge_below(&self, prefix: &str) {
        self.purge(What::Below(prefix.into()));
    }

    /// Forgets everything.
    pub fn purge_all(&self) {
        self.purge(What::All);
    }

    /// What the cache holds, and what it was asked for.
    #[must_use]
    pub fn stats(&self) -> ResponseCacheStats {
        let Some(store) = self.store.get() else {
            return ResponseCacheStats::default();
        };
        let (bytes, targets) = store.size();
        ResponseCacheStats {
            bytes,
            targets,
            hits: store.hits.load(Relaxed),
            misses: store.misses.load(Relaxed),
        }
    }

    fn purge(&self, what: What) {
        if let Some(store) = self.store.get() {
            store.purge(what);
        }
    }
}
