//! Representations: those that are kept while they fit the facts, else read or coded, once for all
//! who wait. It must not know how facts are found.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::Store;
use crate::{
    coding::Coding,
    disk,
    encode::{self, Effort},
    entry::{Content, Facts, Representation},
    failure::Failure,
};

/// A representation; none when the disk has moved on, or the coding turned out not to be worth it.
type Made = Result<Option<Arc<Representation>>, Failure>;

impl Store {
    /// The representation of these facts in a coding.
    pub(super) async fn representation(
        self: &Arc<Self>,
        facts: &Arc<Facts>,
        coding: Coding,
    ) -> Made {
        if let Some(found) = self.cache.representation(&facts.found.path, coding)
            && self.fits(&found, facts)
        {
            return Ok(Some(found));
        }
        let (store, facts) = (Arc::clone(self), Arc::clone(facts));
        // A task of its own: the work goes on, for the others who wait for it, when this client
        // leaves.
        tokio::spawn(async move { store.make_once(&facts, coding).await }).await?
    }

    async fn make_once(self: Arc<Self>, facts: &Arc<Facts>, coding: Coding) -> Made {
        let path = facts.found.path.as_str();
        let old = self.cache.representation(path, coding);
        if let Some(old) = &old {
            if self.fits(old, facts) {
                return Ok(Some(Arc::clone(old)));
            }
            self.cache.drop_representation(path, old);
        }
        let turn = match self.cache.representation_or_turn(path, coding).await {
            Ok(found) => return Ok(self.fits(&found, facts).then_some(found)),
            Err(turn) => turn,
        };
        let made = if coding == Coding::Identity {
            self.original(facts).await?
        } else if facts.sibling(coding).is_some() {
            self.from_sibling(facts, coding).await?
        } else if facts.available().has(coding) {
            self.coded(facts, coding, old).await?
        } else {
            // Whoever had the turn before found it useless.
            None
        };
        if let Some(made) = &made {
            turn.hand_out(Arc::clone(made));
            self.raise_later(facts, made);
        }
        Ok(made)
    }

    async fn original(self: &Arc<Self>, facts: &Arc<Facts>) -> Made {
        if facts.found.content.is_none() {
            return Ok(Some(Arc::new(Representation::streamed(facts))));
        }
        let old = Some(Arc::clone(facts));
        let loaded = self.load(&facts.found.path, old).await?;
        match loaded.map(|loaded| (loaded.facts.version, loaded.original)) {
            Some((version, Some(original))) if version == facts.version => Ok(Some(original)),
            _ => {
                self.cache.drop_facts(facts);
                Ok(None)
            }
        }
    }

    /// What lies beside the original.
    async fn from_sibling(self: &Arc<Self>, facts: &Arc<Facts>, coding: Coding) -> Made {
        let (store, of) = (Arc::clone(self), Arc::clone(facts));
        let made = spawn_blocking(move || {
            let file = disk::sibling(&of.found.full, coding);
            let loaded = store.settings.root.load(&file, store.cache.largest())?;
            store.loads.fetch_add(1, Relaxed);
            let expected = of.sibling(coding) == Some(loaded.stamp);
            Ok(expected.then(|| {
                let file = (file.into(), loaded.stamp);
                let bytes = loaded.bytes.as_ref();
                let open = bytes.and_then(|bytes| store.keep_open(bytes, loaded.file));
                let made = Representation::of_sibling(&of, coding, file, loaded.bytes);
                Arc::new(made.with_open(open))
            }))
        });
        match made.await? {
            Ok(Some(made)) => Ok(Some(made)),
            Ok(None) | Err(Failure::Missing) => {
                self.cache.drop_facts(facts);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// The original, coded: as it was before, as it lies on the shelf, or made.
    async fn coded(
        self: &Arc<Self>,
        facts: &Arc<Facts>,
        coding: Coding,
        old: Option<Arc<Representation>>,
    ) -> Made {
        let kept = |bytes, best| {
            let made = Representation::kept(facts, coding, bytes);
            if best {
                made.note_best();
            }
            Ok(Some(Arc::new(made)))
        };
        if let Some(old) = old
            && old.made_from.is_some()
            && old.made_from == facts.found.content
            && let Content::Kept(bytes) = &old.content
        {
            // Only the time stamp is another.
            return kept(bytes.clone(), old.is_best());
        }
        let path = facts.found.path.as_str();
        let original = self.cache.representation(path, Coding::Identity);
        let original = match original.filter(|original| self.fits(original, facts)) {
            Some(original) => original,
            None => match self.original(facts).await? {
                Some(original) => original,
                None => return Ok(None),
            },
        };
        let Content::Kept(bytes) = original.content.clone() else {
            return Ok(None);
        };
        let turn = self.encoders.acquire().await;
        let (store, hash) = (Arc::clone(self), facts.found.content);
        let coded = spawn_blocking(move || store.code(coding, hash, &bytes)).await?;
        drop(turn);
        match coded? {
            Some((bytes, best)) => kept(bytes, best),
            None => {
                facts.note_useless(coding);
                Ok(None)
            }
        }
    }

    /// Bytes in a coding, and whether that is as good as it gets.
    fn code(
        &self,
        coding: Coding,
        hash: Option<u128>,
        bytes: &Bytes,
    ) -> Result<Option<(Bytes, bool)>, Failure> {
        let shelf = self.shelf.as_ref().zip(hash);
        if let Some(coded) = shelf.and_then(|(shelf, hash)| shelf.get(hash, coding, bytes)) {
            return Ok(Some((coded, true)));
        }
        self.encodings.fetch_add(1, Relaxed);
        let coded = encode::encode(coding, Effort::Quick, bytes);
        let coded = coded.map_err(|error| Failure::Broken(error.into()))?;
        Ok(coded.map(|coded| (coded, !encode::has_best(coding))))
    }
}
