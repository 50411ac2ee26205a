//! What a worker has answered of late, as it goes out: found again without a lock that others take,
//! a count that others change, or a head that is made anew. It must not know how answers are
//! decided, nor whether a file is current.

use std::{
    cell::Cell,
    sync::{
        Arc, Mutex, MutexGuard, TryLockError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use gustnado_core::{Bytes, Look, ReadyHead, ReadyMade};

use crate::{
    coding::Coding,
    entry::{Content, Facts, Representation},
    limits::{FRONT_ACCEPTS, FRONT_BYTES, FRONT_MISSES, FRONT_SLOTS, FRONT_TOUCH},
    negotiate::Preferences,
    store::Chosen,
};

/// The answers of late of every thread.
///
/// Each thread has its own, so that its lock is free; it is a lock all the same, since there may be
/// more threads than were counted on, and then they share one.
#[derive(Debug)]
pub(crate) struct Fronts(Box<[Mutex<Front>]>);

/// The answers of late of one thread.
#[derive(Debug, Default)]
pub(crate) struct Front {
    /// By the hash of their path. Made when there is something to put in.
    slots: Vec<Option<Slot>>,
    /// Bytes of bodies and heads.
    bytes: usize,
    misses: u32,
    hits: u32,
    /// Values of `Accept-Encoding` and what they say, by their length.
    accepts: [Option<(Box<[u8]>, Preferences)>; FRONT_ACCEPTS],
}

/// What was answered for a path.
#[derive(Debug)]
struct Slot {
    /// As it stands in the URL.
    path: Box<str>,
    facts: Arc<Facts>,
    /// By coding, of those that need no dictionary.
    held: [Option<Box<Held>>; 1 + Coding::CODED.len()],
}

/// A representation, and its answers with counts of references of their own.
#[derive(Debug)]
struct Held {
    representation: Arc<Representation>,
    whole: ReadyMade,
    not_modified: ReadyMade,
    /// When it was last seen that the file is the same.
    looked: Look,
}

/// An answer that was given before, if the file is still the one it is about.
#[derive(Debug)]
pub(crate) struct Hit<'f> {
    pub(crate) facts: &'f Arc<Facts>,
    pub(crate) representation: &'f Arc<Representation>,
    pub(crate) whole: &'f ReadyMade,
    pub(crate) not_modified: &'f ReadyMade,
    /// Whether who keeps the files is to be told that this one is wanted.
    pub(crate) tell: bool,
    /// When it was last seen that the file is the same.
    pub(crate) looked: &'f mut Look,
}

thread_local! {
    /// Which of the fronts this thread has, of any store.
    static PLACE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// How many threads have asked so far.
static THREADS: AtomicUsize = AtomicUsize::new(0);

impl Fronts {
    /// One for each of as many threads as there are processors.
    pub(crate) fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self((0..threads).map(|_| Mutex::default()).collect())
    }

    /// That of this thread; nothing when another thread has it just now.
    #[inline]
    pub(crate) fn mine(&self) -> Option<MutexGuard<'_, Front>> {
        let place = PLACE.get().unwrap_or_else(|| {
            let place = THREADS.fetch_add(1, Relaxed);
            PLACE.set(Some(place));
            place
        });
        match self.0[place % self.0.len()].try_lock() {
            Ok(front) => Some(front),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Poisoned(poisoned)) => {
                // Whatever it was, it is only a memory.
                let mut front = poisoned.into_inner();
                *front = Front::default();
                Some(front)
            }
        }
    }
}

impl Front {
    /// What a value of `Accept-Encoding` says: read once, as nearly all clients send the same.
    #[inline]
    pub(crate) fn preferences(&mut self, accepts: Option<&[u8]>) -> Preferences {
        let Some(accepts) = accepts else {
            return Preferences::default();
        };
        let place = &mut self.accepts[accepts.len() % FRONT_ACCEPTS];
        match place {
            Some((known, preferences)) if **known == *accepts => *preferences,
            _ => {
                let preferences = Preferences::of_line(accepts);
                *place = Some((accepts.into(), preferences));
                preferences
            }
        }
    }

    /// What was answered for a path in the coding that is preferred.
    #[inline]
    pub(crate) fn find(&mut self, path: &str, preferences: &Preferences) -> Option<Hit<'_>> {
        let slot = self.slots.get_mut(place(path))?.as_mut()?;
        if *slot.path != *path {
            return None;
        }
        let coding = preferences.choose(slot.facts.available())?;
        let held = slot.held[coding as usize].as_mut()?;
        if !held.representation.is_kept() {
            return None;
        }
        self.hits = self.hits.wrapping_add(1);
        Some(Hit {
            facts: &slot.facts,
            representation: &held.representation,
            whole: &held.whole,
            not_modified: &held.not_modified,
            tell: self.hits.is_multiple_of(FRONT_TOUCH),
            looked: &mut held.looked,
        })
    }

    /// Forgets a path.
    #[cold]
    pub(crate) fn forget(&mut self, path: &str) {
        if let Some(place) = self.slots.get_mut(place(path))
            && let Some(slot) = place.take_if(|slot| *slot.path == *path)
        {
            self.bytes -= slot.weight();
        }
    }

    /// Notes what was answered for a path, now and then: so what is asked for often gets in, and what
    /// is asked for once does not drive it out.
    pub(crate) fn note(
        &mut self,
        path: &str,
        chosen: &Chosen,
        answers: impl FnOnce() -> Option<(ReadyHead, ReadyHead)>,
    ) {
        if chosen.representation.coding.is_by_dictionary() {
            return;
        }
        self.misses = self.misses.wrapping_add(1);
        let Content::Kept(bytes) = &chosen.representation.content else {
            return;
        };
        if !self.misses.is_multiple_of(FRONT_MISSES) || bytes.len() > FRONT_BYTES / 8 {
            return;
        }
        let Some((whole, not_modified)) = answers() else {
            return;
        };
        // An owner around the bytes gives them a count of references of their own.
        let mut whole = ReadyMade::new(Arc::new(whole), Bytes::from_owner(bytes.clone()));
        if let Some(file) = chosen.representation.open_file() {
            whole = whole.with_file(Arc::clone(file));
        }
        let held = Held {
            representation: Arc::clone(&chosen.representation),
            whole,
            not_modified: ReadyMade::new(Arc::new(not_modified), Bytes::new()),
            looked: Look::default(),
        };
        self.put(path, &chosen.facts, held);
    }

    fn put(&mut self, path: &str, facts: &Arc<Facts>, held: Held) {
        if self.bytes + held.weight() + path.len() > FRONT_BYTES {
            self.slots.clear();
            self.bytes = 0;
        }
        self.slots.resize_with(FRONT_SLOTS, || None);
        let place = &mut self.slots[place(path)];
        if let Some(other) =
            place.take_if(|slot| *slot.path != *path || !Arc::ptr_eq(&slot.facts, facts))
        {
            self.bytes -= other.weight();
        }
        let slot = place.get_or_insert_with(|| {
            self.bytes += path.len();
            Slot {
                path: path.into(),
                facts: Arc::clone(facts),
                held: Default::default(),
            }
        });
        self.bytes += held.weight();
        let coding = held.representation.coding as usize;
        if let Some(old) = slot.held[coding].replace(Box::new(held)) {
            self.bytes -= old.weight();
        }
    }
}

impl Slot {
    fn weight(&self) -> usize {
        let held = self.held.iter().flatten();
        self.path.len() + held.map(|held| held.weight()).sum::<usize>()
    }
}

impl Held {
    fn weight(&self) -> usize {
        let heads = self.whole.head().weight() + self.not_modified.head().weight();
        self.whole.bytes().len() + heads
    }
}

/// Where a path is looked for. Whoever sends many of one place drives out what is there, and no more.
fn place(path: &str) -> usize {
    xxhash_rust::xxh3::xxh3_64(path.as_bytes()) as usize % FRONT_SLOTS
}

#[cfg(test)]
mod tests;
