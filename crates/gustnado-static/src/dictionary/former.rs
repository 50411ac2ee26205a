//! The former versions of files that are at hand as dictionaries, by their hashes: bounded in number for
//! each file, and in bytes. It must not know the disk, nor what is coded by them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;

use super::hash::DictionaryHash;
use crate::limits::{self, StaticLimits};

/// The former versions that are at hand, and those that lie on the shelf. What is served now is among
/// them: it is a former version of what will be.
#[derive(Debug)]
pub(crate) struct FormerVersions {
    known: Mutex<Known>,
    /// For each family.
    versions: usize,
    /// Bytes.
    memory: usize,
}

#[derive(Debug, Default)]
struct Known {
    all: HashMap<DictionaryHash, Former>,
    /// Bytes of those in memory.
    bytes: usize,
    /// How often one was wanted or came in: what tells the younger from the older.
    uses: u64,
}

#[derive(Debug)]
struct Former {
    family: u128,
    length: u64,
    /// In memory, unless it was driven out.
    bytes: Option<Bytes>,
    on_shelf: bool,
    used: u64,
}

/// One that was forgotten: its hash, and the number of its family.
pub(crate) type Gone = (DictionaryHash, u128);

/// One that lies on the shelf.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnShelf {
    pub(crate) hash: DictionaryHash,
    pub(crate) family: u128,
    pub(crate) length: u64,
}

impl FormerVersions {
    pub(crate) fn new(limits: &StaticLimits) -> Self {
        Self {
            known: Mutex::default(),
            versions: limits.dictionary_versions,
            memory: limits.dictionaries,
        }
    }

    /// The length of a version of this family, if there is one with this hash.
    pub(crate) fn find(&self, hash: &DictionaryHash, family: u128) -> Option<u64> {
        let mut known = self.known();
        let used = known.next_use();
        let former = known.all.get_mut(hash)?;
        if former.family != family {
            return None;
        }
        former.used = used;
        Some(former.length)
    }

    /// The bytes of a version, while they are in memory.
    pub(crate) fn bytes(&self, hash: &DictionaryHash) -> Option<Bytes> {
        self.known().all.get(hash)?.bytes.clone()
    }

    /// Keeps a version. Says which others went for it; those are not to stay on the shelf either.
    pub(crate) fn keep(&self, found: OnShelf, bytes: Option<Bytes>, on_shelf: bool) -> Vec<Gone> {
        let mut known = self.known();
        let used = known.next_use();
        let OnShelf {
            hash,
            family,
            length,
        } = found;
        let old = known.all.remove(&hash);
        let (mut bytes, mut on_shelf) = (bytes, on_shelf);
        if let Some(old) = old {
            on_shelf |= old.on_shelf;
            known.bytes -= old.bytes.as_ref().map_or(0, Bytes::len);
            bytes = bytes.or(old.bytes);
        }
        known.bytes += bytes.as_ref().map_or(0, Bytes::len);
        let former = Former {
            family,
            length,
            bytes,
            on_shelf,
            used,
        };
        known.all.insert(hash, former);
        let mut gone = known.make_room(family, self.versions);
        gone.extend(known.make_memory(self.memory));
        gone
    }

    /// Forgets one that turned out not to be there.
    pub(crate) fn forget(&self, hash: &DictionaryHash) {
        self.known().remove(hash);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Whatever a panic left behind is only what could be sent as less.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn next_use(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }

    fn remove(&mut self, hash: &DictionaryHash) -> Option<Gone> {
        let former = self.all.remove(hash)?;
        self.bytes -= former.bytes.map_or(0, |bytes| bytes.len());
        Some((*hash, former.family))
    }

    /// Forgets what is too much of a family, and of all.
    fn make_room(&mut self, family: u128, versions: usize) -> Vec<Gone> {
        let mut gone = Vec::new();
        while self.all.values().filter(|one| one.family == family).count() > versions.max(1) {
            let oldest = self.oldest(|one| one.family == family);
            gone.extend(oldest.and_then(|hash| self.remove(&hash)));
        }
        while self.all.len() > limits::DICTIONARIES {
            let oldest = self.oldest(|_| true);
            gone.extend(oldest.and_then(|hash| self.remove(&hash)));
        }
        gone
    }

    /// Lets go of bytes until they are as many as may be: those on the shelf are there still.
    fn make_memory(&mut self, most: usize) -> Vec<Gone> {
        let mut gone = Vec::new();
        while self.bytes > most {
            let Some(hash) = self.oldest(|one| one.bytes.is_some()) else {
                break;
            };
            let Some(former) = self.all.get_mut(&hash) else {
                break;
            };
            if former.on_shelf {
                self.bytes -= former.bytes.take().map_or(0, |bytes| bytes.len());
            } else {
                gone.extend(self.remove(&hash));
            }
        }
        gone
    }

    fn oldest(&self, of: impl Fn(&Former) -> bool) -> Option<DictionaryHash> {
        let those = self.all.iter().filter(|(_, former)| of(former));
        let oldest = those.min_by_key(|(_, former)| former.used);
        oldest.map(|(hash, _)| *hash)
    }
}

#[cfg(feature = "dictionaries")]
#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn formers(versions: usize, memory: usize) -> FormerVersions {
        let mut limits = StaticLimits::default();
        (limits.dictionary_versions, limits.dictionaries) = (versions, memory);
        FormerVersions::new(&limits)
    }

    fn version(family: u128, text: &str) -> OnShelf {
        let hash = DictionaryHash::of(text.as_bytes()).unwrap();
        let length = text.len() as u64;
        OnShelf {
            hash,
            family,
            length,
        }
    }

    fn keep(formers: &FormerVersions, family: u128, text: &str) -> Vec<Gone> {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        formers.keep(version(family, text), Some(bytes), false)
    }

    #[test]
    fn the_version_that_was_wanted_longest_ago_goes_first() {
        let formers = formers(2, 1000);
        for text in ["one", "two"] {
            assert!(keep(&formers, 7, text).is_empty());
        }
        let [one, two] = ["one", "two"].map(|text| version(7, text).hash);
        assert_eq!(formers.find(&one, 7), Some(3));
        assert_eq!(formers.find(&one, 8), None, "of another file");
        keep(&formers, 8, "of another file");
        assert_eq!(keep(&formers, 7, "three"), [(two, 7)]);
        assert_eq!(
            (formers.find(&one, 7), formers.find(&two, 7)),
            (Some(3), None)
        );
        // The same again is the same.
        assert!(keep(&formers, 7, "three").is_empty());
        formers.forget(&one);
        assert_eq!((formers.find(&one, 7), formers.bytes(&one)), (None, None));
    }

    #[test]
    fn what_is_on_the_shelf_may_leave_memory() {
        let formers = formers(9, 10);
        let bytes = |text: &'static str| Some(Bytes::from_static(text.as_bytes()));
        let (old, new) = (version(1, "12345678"), version(1, "abcdefgh"));
        formers.keep(old, bytes("12345678"), true);
        assert!(formers.keep(new, bytes("abcdefgh"), false).is_empty());
        assert_eq!(
            (formers.find(&old.hash, 1), formers.bytes(&old.hash)),
            (Some(8), None)
        );
        assert_eq!(formers.bytes(&new.hash), bytes("abcdefgh"));
        // And what is not there goes.
        let gone = formers.keep(version(1, "ABCDEFGH"), bytes("ABCDEFGH"), false);
        assert_eq!(gone, [(new.hash, 1)]);
        // Wanted again, it is in memory again, and on the shelf still.
        formers.keep(old, bytes("12345678"), false);
        formers.keep(new, bytes("abcdefgh"), false);
        assert_eq!(formers.find(&old.hash, 1), Some(8));
    }

    proptest! {
        #[test]
        fn no_bound_is_passed(
            kept in proptest::collection::vec((0_u128..3, "[a-c]{1,6}", any::<bool>()), 0..60),
        ) {
            let formers = formers(2, 15);
            for (family, text, on_shelf) in kept {
                let bytes = Bytes::from(text.clone().into_bytes());
                formers.keep(version(family, &text), Some(bytes), on_shelf);
                let known = formers.known();
                let held = known.all.values().flat_map(|one| &one.bytes).map(Bytes::len);
                prop_assert_eq!(held.sum::<usize>(), known.bytes);
                prop_assert!(known.bytes <= 15);
                for family in 0..3 {
                    prop_assert!(known.all.values().filter(|one| one.family == family).count() <= 2);
                }
            }
        }
    }
}
