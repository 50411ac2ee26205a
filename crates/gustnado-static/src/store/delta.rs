//! What is left of a file for who has a former version of it: at hand, or made in the background; and the
//! former versions, kept there. It must not know requests.

use std::{
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::Ordering::{AcqRel, Relaxed, Release},
    },
};

use bytes::Bytes;

use super::{
    Chosen, Store,
    later::{Job, Later},
};
use crate::{
    cache::Delta,
    coding::Coding,
    dictionary::{self, DictionaryHash, Family, Gone, OnShelf},
    entry::{Facts, Representation},
    limits::DELTA_QUEUE,
    negotiate::Preferences,
    shelf::Shelf,
};

/// What is done in the background for dictionaries.
#[derive(Clone)]
pub(super) enum Task {
    /// To find out what lies on the shelf.
    Find,
    /// To keep a file, which has been offered as a dictionary.
    Keep(Arc<Facts>),
    /// To code a file by a former version.
    Code(Arc<Facts>, Coding, DictionaryHash),
}

impl Job for Task {
    const THREAD: &'static str = "gustnado-delta";
    const MOST: usize = DELTA_QUEUE;

    fn queue(store: &Store) -> &Later<Self> {
        &store.deltas
    }

    fn run(&self, store: &Store) {
        match self {
            Self::Find => store.find_formers(),
            Self::Keep(facts) => store.keep_former(facts),
            Self::Code(facts, coding, hash) => store.make_delta(facts, *coding, hash),
        }
    }
}

impl PartialEq for Task {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Find, Self::Find) => true,
            (Self::Keep(one), Self::Keep(two)) => one.version == two.version,
            (Self::Code(one, ..), Self::Code(two, ..)) if one.version != two.version => false,
            (Self::Code(_, one, by), Self::Code(_, two, other)) => (one, by) == (two, other),
            _ => false,
        }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Find => f.write_str("former versions on the shelf"),
            Self::Keep(facts) => write!(f, "{} as a dictionary", facts.found.path),
            Self::Code(facts, coding, hash) => {
                write!(f, "{} in {coding:?} by {hash}", facts.found.path)
            }
        }
    }
}

impl Store {
    /// Finds out what lies on the shelf, if dictionaries are used at all.
    pub(crate) fn begin(self: &Arc<Self>) {
        if !self.settings.dictionaries.is_empty() && self.shelf.is_some() {
            Later::add(self, Task::Find);
        }
    }

    /// What is to be sent in place of what was chosen to who has a former version with this hash. Where that
    /// is not made yet, it is made for the next.
    pub(crate) fn delta(
        self: &Arc<Self>,
        chosen: &Chosen,
        hash: &DictionaryHash,
        preferences: &Preferences,
    ) -> Option<Arc<Representation>> {
        let Chosen {
            facts,
            representation,
        } = chosen;
        let family = facts.family.as_ref()?;
        let former = self.formers.find(hash, family.number())?;
        let codings = preferences.by_dictionary(representation.coding);
        let length = facts.found.stamp.length();
        let mut possible = codings.into_iter();
        let coding = possible.find(|coding| dictionary::can_make(*coding, former, length))?;
        let path = facts.found.path.as_str();
        match self.cache.delta(path, coding, hash.short(), facts.version) {
            Some(Delta::Made(made)) => (made.length < representation.length).then_some(made),
            Some(Delta::Useless) => None,
            None => {
                Later::add(self, Task::Code(Arc::clone(facts), coding, *hash));
                None
            }
        }
    }

    /// Has a file kept as a dictionary for its next version, as clients are told that it is one.
    pub(crate) fn keep_later(self: &Arc<Self>, facts: &Arc<Facts>) {
        if facts.is_former.load(Relaxed) || facts.is_former.swap(true, AcqRel) {
            return;
        }
        if !Later::add(self, Task::Keep(Arc::clone(facts))) {
            facts.is_former.store(false, Release);
        }
    }

    fn keep_former(&self, facts: &Facts) {
        let Some((family, bytes)) = facts.family.as_ref().zip(self.bytes(facts)) else {
            return;
        };
        let Some(hash) = DictionaryHash::of(&bytes) else {
            return;
        };
        let stem = stem(&hash, family.number());
        let shelf = self.shelf.as_ref();
        let on_shelf = shelf.is_some_and(|shelf| shelf.put_former(&stem, &bytes));
        let version = version(hash, family, &bytes);
        self.remove_formers(&self.formers.keep(version, Some(bytes), on_shelf));
    }

    fn find_formers(&self) {
        let found = self.shelf.iter().flat_map(Shelf::formers);
        for (stem, length) in found {
            let Some((hash, family)) = stem.split_once('-') else {
                continue;
            };
            let hash = DictionaryHash::from_digits(hash);
            let family = u128::from_str_radix(family, 16).ok();
            if let Some((hash, family)) = hash.zip(family) {
                let found = OnShelf {
                    hash,
                    family,
                    length,
                };
                self.remove_formers(&self.formers.keep(found, None, true));
            }
        }
    }

    fn remove_formers(&self, gone: &[Gone]) {
        for ((hash, family), shelf) in gone.iter().zip(self.shelf.iter().cycle()) {
            shelf.remove_former(&stem(hash, *family));
        }
    }

    /// Codes a file by a former version. What is not smaller than it is in any other coding is not sent, but
    /// that is seen when it is asked for.
    fn make_delta(&self, facts: &Facts, coding: Coding, hash: &DictionaryHash) {
        let path = facts.found.path.as_str();
        let Some(family) = &facts.family else {
            return;
        };
        let Some((former, bytes)) = self.former(hash, family).zip(self.bytes(facts)) else {
            return;
        };
        let coded = AssertUnwindSafe(|| dictionary::make(coding, hash, &former, &bytes));
        let coded = catch_unwind(coded);
        let coded = coded.unwrap_or_else(|_| Err(io::Error::other("the encoder panicked")));
        self.coded_by_dictionary.fetch_add(1, Relaxed);
        let delta = match coded {
            Ok(Some(coded)) => {
                let made = Representation::by_dictionary(facts, coding, coded);
                Delta::Made(Arc::new(made))
            }
            Ok(None) => Delta::Useless,
            Err(error) => {
                tracing::warn!(%error, path, "not coded by a former version");
                Delta::Useless
            }
        };
        let (by, version) = (hash.short(), facts.version);
        self.cache.keep_delta(path, coding, by, version, delta);
    }

    /// The bytes of a former version, from memory or the shelf. What lies there is believed only where its
    /// hash is the one that names it.
    fn former(&self, hash: &DictionaryHash, family: &Family) -> Option<Bytes> {
        if let Some(bytes) = self.formers.bytes(hash) {
            return Some(bytes);
        }
        let length = self.formers.find(hash, family.number())?;
        let stem = stem(hash, family.number());
        let shelf = self.shelf.as_ref();
        let bytes = shelf.and_then(|shelf| shelf.former(&stem, length));
        let bytes = bytes.filter(|bytes| DictionaryHash::of(bytes) == Some(*hash));
        let Some(bytes) = bytes.map(Bytes::from) else {
            self.formers.forget(hash);
            self.remove_formers(&[(*hash, family.number())]);
            return None;
        };
        let version = version(*hash, family, &bytes);
        self.remove_formers(&self.formers.keep(version, Some(bytes.clone()), true));
        Some(bytes)
    }
}

fn version(hash: DictionaryHash, family: &Family, bytes: &Bytes) -> OnShelf {
    OnShelf {
        hash,
        family: family.number(),
        length: bytes.len() as u64,
    }
}

/// What a former version is called on the shelf.
fn stem(hash: &DictionaryHash, family: u128) -> String {
    format!("{hash}-{family:032x}")
}
