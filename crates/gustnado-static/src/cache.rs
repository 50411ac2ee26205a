//! Facts and representations in memory, bounded in bytes, by (path, coding). It must not know the
//! disk, nor whether what it holds is current.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::Arc,
};

use quick_cache::{Equivalent, Lifecycle, OptionsBuilder, Weighter, sync::PlaceholderGuard};

use crate::{
    coding::Coding,
    entry::{Facts, Representation},
    limits::{self, StaticLimits},
};

/// Facts and representations in memory.
pub(crate) struct Cache {
    entries: quick_cache::sync::Cache<Key, Value, Weight, Seeded, Leaving>,
    largest: usize,
}

/// The right and the duty to load what others are waiting for.
pub(crate) struct Turn<'a>(PlaceholderGuard<'a, Key, Value, Weight, Seeded, Leaving>);

impl Cache {
    pub(crate) fn new(limits: &StaticLimits) -> Self {
        let shards = (limits.memory / limits::SHARD).max(1);
        let shards = 1 << shards.min(64).ilog2();
        let largest = limits.file.min(limits.memory / shards / limits::SHARE);
        let mut options = OptionsBuilder::new();
        options
            .shards(shards)
            // At least as many that the shards are not made fewer.
            .estimated_items_capacity((limits.memory / limits::EXPECTED_ENTRY).max(shards * 32))
            .weight_capacity(limits.memory as u64);
        let entries = match options.build() {
            Ok(options) => {
                quick_cache::sync::Cache::with_options(options, Weight, Seeded::default(), Leaving)
            }
            // Capacities are given, which is all that can be wrong.
            Err(_) => quick_cache::sync::Cache::with(
                0,
                limits.memory as u64,
                Weight,
                Seeded::default(),
                Leaving,
            ),
        };
        Self { entries, largest }
    }

    /// Bytes of the largest file that is kept.
    pub(crate) fn largest(&self) -> usize {
        self.largest
    }

    /// How many bytes it holds, and how many entries.
    pub(crate) fn size(&self) -> (u64, usize) {
        (self.entries.weight(), self.entries.len())
    }

    pub(crate) fn facts(&self, path: &str) -> Option<Arc<Facts>> {
        match self.entries.get(&Borrowed(path, Slot::Facts))? {
            Value::Facts(facts) => Some(facts),
            Value::Representation(_) | Value::Delta(..) => None,
        }
    }

    pub(crate) fn representation(&self, path: &str, coding: Coding) -> Option<Arc<Representation>> {
        match self.entries.get(&Borrowed(path, Slot::In(coding)))? {
            Value::Representation(found) if found.coding == coding => Some(found),
            _ => None,
        }
    }

    /// What is kept, without it counting as wanted for that.
    pub(crate) fn peek(&self, path: &str, coding: Coding) -> Option<Arc<Representation>> {
        match self.entries.peek(&Borrowed(path, Slot::In(coding)))? {
            Value::Representation(found) if found.coding == coding => Some(found),
            _ => None,
        }
    }

    /// Facts that somebody has loaded or is about to, or the turn to load them.
    pub(crate) async fn facts_or_turn(&self, path: &str) -> Result<Arc<Facts>, Turn<'_>> {
        loop {
            let key = Key(path.into(), Slot::Facts);
            match self.entries.get_value_or_guard_async(&key).await {
                Ok(Value::Facts(facts)) => return Ok(facts),
                Ok(Value::Representation(_) | Value::Delta(..)) => self.entries.remove(&key),
                Err(guard) => return Err(Turn(guard)),
            };
        }
    }

    /// As [`facts_or_turn`](Self::facts_or_turn).
    pub(crate) async fn representation_or_turn(
        &self,
        path: &str,
        coding: Coding,
    ) -> Result<Arc<Representation>, Turn<'_>> {
        loop {
            let key = Key(path.into(), Slot::In(coding));
            match self.entries.get_value_or_guard_async(&key).await {
                Ok(Value::Representation(found)) if found.coding == coding => return Ok(found),
                Ok(_) => self.entries.remove(&key),
                Err(guard) => return Err(Turn(guard)),
            };
        }
    }

    /// What is known of this version of a file, coded by a dictionary that has this number.
    pub(crate) fn delta(&self, path: &str, coding: Coding, by: u64, version: u64) -> Option<Delta> {
        match self.entries.get(&Borrowed(path, Slot::By(coding, by)))? {
            Value::Delta(of, delta) if of == version => Some(delta),
            _ => None,
        }
    }

    pub(crate) fn keep_delta(
        &self,
        path: &str,
        coding: Coding,
        by: u64,
        version: u64,
        delta: Delta,
    ) {
        let key = Key(path.into(), Slot::By(coding, by));
        self.entries.insert(key, Value::Delta(version, delta));
    }

    pub(crate) fn keep(&self, path: &str, representation: Arc<Representation>) {
        let key = Key(path.into(), Slot::In(representation.coding));
        self.entries
            .insert(key, Value::Representation(representation));
    }

    /// Keeps another in the place of this one, if this is there still.
    pub(crate) fn keep_instead(&self, path: &str, old: &Arc<Representation>, new: Representation) {
        let there = self.peek(path, old.coding);
        if there.is_some_and(|there| Arc::ptr_eq(&there, old)) {
            self.keep(path, Arc::new(new));
        }
    }

    /// Drops these facts, unless there are newer ones by now.
    pub(crate) fn drop_facts(&self, facts: &Arc<Facts>) {
        let key = Borrowed(&facts.found.path, Slot::Facts);
        self.entries.remove_if(
            &key,
            |value| matches!(value, Value::Facts(found) if Arc::ptr_eq(found, facts)),
        );
    }

    /// Drops this representation, unless there is a newer one by now.
    pub(crate) fn drop_representation(&self, path: &str, old: &Arc<Representation>) {
        let key = Borrowed(path, Slot::In(old.coding));
        let removed = self.entries.remove_if(
            &key,
            |value| matches!(value, Value::Representation(found) if Arc::ptr_eq(found, old)),
        );
        if let Some((_, value)) = removed {
            value.leave();
        }
    }

    /// Says that these are wanted, where they are found elsewhere.
    pub(crate) fn touch(&self, path: &str, coding: Coding) {
        self.entries.get(&Borrowed(path, Slot::Facts));
        self.entries.get(&Borrowed(path, Slot::In(coding)));
    }
}

impl Turn<'_> {
    /// Hands what was loaded to all who wait. It is kept if there is room.
    pub(crate) fn hand_out(self, value: impl Into<Value>) {
        // An error says that somebody removed the place meanwhile; those who waited have it.
        drop(self.0.insert(value.into()));
    }
}

/// What a path can have in the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Facts,
    In(Coding),
    /// By a dictionary with this number.
    By(Coding, u64),
}

impl Slot {
    fn number(self) -> u64 {
        match self {
            Self::Facts => 0,
            Self::In(coding) => 1 + coding as u64,
            Self::By(coding, number) => number ^ (1 + coding as u64),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key(Box<str>, Slot);

/// A key that was not copied.
struct Borrowed<'a>(&'a str, Slot);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Borrowed(&self.0, self.1).hash(state);
    }
}

impl Hash for Borrowed<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.1.number());
        state.write(self.0.as_bytes());
    }
}

impl Equivalent<Key> for Borrowed<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.0 == *key.0 && self.1 == key.1
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Facts(Arc<Facts>),
    Representation(Arc<Representation>),
    /// Of this version.
    Delta(u64, Delta),
}

/// What became of a file that was to be coded by a dictionary.
#[derive(Debug, Clone)]
pub(crate) enum Delta {
    Made(Arc<Representation>),
    /// It is not smaller, or cannot be done: it is not to be tried again.
    Useless,
}

impl Value {
    /// Tells whoever else has it that it is not kept any more.
    fn leave(&self) {
        if let Self::Representation(left) = self {
            left.leave();
        }
    }
}

/// What happens to what is driven out, or replaced: it is told, and dropped outside the lock.
#[derive(Debug, Clone)]
struct Leaving;

impl Lifecycle<Key, Value> for Leaving {
    type RequestState = [Option<(Key, Value)>; 2];

    fn on_evict(&self, state: &mut Self::RequestState, key: Key, value: Value) {
        value.leave();
        if let Some(place) = state.iter_mut().find(|place| place.is_none()) {
            *place = Some((key, value));
        }
    }
}

impl From<Arc<Facts>> for Value {
    fn from(facts: Arc<Facts>) -> Self {
        Self::Facts(facts)
    }
}

impl From<Arc<Representation>> for Value {
    fn from(representation: Arc<Representation>) -> Self {
        Self::Representation(representation)
    }
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Value> for Weight {
    fn weight(&self, key: &Key, value: &Value) -> u64 {
        let value = match value {
            Value::Facts(facts) => facts.weight(),
            Value::Representation(found) | Value::Delta(_, Delta::Made(found)) => found.weight(),
            Value::Delta(_, Delta::Useless) => 0,
        };
        (size_of::<(Key, Value)>() + key.0.len() + value) as u64
    }
}

/// A hasher for short keys, seeded so that nobody can tell which paths collide.
#[derive(Debug, Clone)]
struct Seeded(u64);

impl Default for Seeded {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl BuildHasher for Seeded {
    type Hasher = Xxh3;

    fn build_hasher(&self) -> Xxh3 {
        Xxh3(self.0)
    }
}

#[derive(Debug)]
struct Xxh3(u64);

impl Hasher for Xxh3 {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxhash_rust::xxh3::xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u64(&mut self, number: u64) {
        // An odd factor: no two numbers become one.
        self.0 ^= number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
