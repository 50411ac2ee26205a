//! What the handlers of an application share: one value a type. It must not know who asks for
//! what; `application` compares that at start-up.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

/// One value a type, cloned for each request that asks for it.
#[derive(Clone, Default)]
pub(crate) struct State {
    values: HashMap<TypeId, Value, BuildHasherDefault<TypeIdHasher>>,
}

type Value = Arc<dyn Any + Send + Sync>;

impl State {
    /// Puts a value in. Says whether there was none of its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> bool {
        let before = self.values.insert(TypeId::of::<T>(), Arc::new(value));
        before.is_none()
    }

    /// These values, and in place of some of them those of `over`.
    pub(crate) fn overlaid(&self, over: &Self) -> Self {
        let mut values = self.values.clone();
        let over = over.values.iter();
        values.extend(over.map(|(id, value)| (*id, Arc::clone(value))));
        Self { values }
    }

    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.values.get(&TypeId::of::<T>())?.downcast_ref()
    }

    pub(crate) fn contains(&self, id: TypeId) -> bool {
        self.values.contains_key(&id)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} values)", self.values.len())
    }
}

/// A `TypeId` is a hash already, and no peer chooses it.
#[derive(Default)]
struct TypeIdHasher(u64);

impl Hasher for TypeIdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
