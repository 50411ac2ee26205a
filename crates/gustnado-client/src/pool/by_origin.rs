//! A map by origin, which brings its hash along. It must not know what is kept by it.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use crate::url::Origin;

pub(super) type ByOrigin<V> = HashMap<Arc<Origin>, V, BuildHasherDefault<AsItIs>>;

/// Gives the number that it is given, which is a hash already.
#[derive(Debug, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        // Nothing that is asked about says anything but one number.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::Scheme;

    #[test]
    fn what_is_equal_is_found_and_nothing_else() {
        let origin = |scheme, host: &str, port| Arc::new(Origin::new(scheme, host.into(), port));
        let mut map = ByOrigin::default();
        map.insert(origin(Scheme::Http, "a", 80), 1);
        assert_eq!(map.get(&origin(Scheme::Http, "a", 80)), Some(&1));
        for other in [
            origin(Scheme::Https, "a", 80),
            origin(Scheme::Http, "b", 80),
            origin(Scheme::Http, "a", 81),
        ] {
            assert_eq!(map.get(&other), None);
        }
    }
}
