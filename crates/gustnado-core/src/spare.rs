//! What nobody needs now and the next exchange does: requests and answers without content, and maps of
//! fields. It must not know whose they were.
//!
//! A request, an answer and the map of each are six allocations. Where the next exchange has those of
//! the last, none is made, and each is filled where it lies.

use std::cell::RefCell;

use http::HeaderMap;

use crate::limits::{SPARE_FIELDS, SPARES};

/// Things that a thread keeps for its next exchanges.
pub(crate) struct Spare<T>(RefCell<Vec<T>>);

impl<T> Spare<T> {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    #[inline]
    pub(crate) fn take(&self) -> Option<T> {
        self.0.borrow_mut().pop()
    }

    /// Keeps one, or gives it back where there are enough.
    #[inline]
    pub(crate) fn keep(&self, one: T) -> Option<T> {
        let mut all = self.0.borrow_mut();
        if all.len() < SPARES {
            all.push(one);
            return None;
        }
        Some(one)
    }
}

thread_local! {
    static MAPS: Spare<HeaderMap> = const { Spare::new() };
}

/// An empty map.
#[inline]
pub(crate) fn take() -> HeaderMap {
    MAPS.with(Spare::take).unwrap_or_default()
}

/// Takes a map back, and drops what is in it. One with room for many fields is not kept.
#[inline]
pub(crate) fn give(mut map: HeaderMap) {
    if map.capacity() == 0 || has_room_for_many(&map) {
        return;
    }
    map.clear();
    MAPS.with(|maps| maps.keep(map));
}

/// Whether a map is too large to be kept.
#[inline]
pub(crate) fn has_room_for_many(map: &HeaderMap) -> bool {
    map.capacity() > SPARE_FIELDS
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};

    use super::*;

    #[test]
    fn a_map_comes_back_empty_and_with_its_room() {
        let mut map = HeaderMap::with_capacity(8);
        let room = map.capacity();
        map.append(header::COOKIE, HeaderValue::from_static("secret"));
        map.append(header::COOKIE, HeaderValue::from_static("another"));
        give(map);
        let map = take();
        assert!(map.is_empty());
        assert_eq!(map.get(header::COOKIE), None);
        assert_eq!(map.capacity(), room);
    }

    #[test]
    fn no_more_is_kept_than_is_of_use() {
        give(HeaderMap::new());
        give(HeaderMap::with_capacity(SPARE_FIELDS * 2));
        assert_eq!(take().capacity(), 0);
        for _ in 0..=SPARES {
            give(HeaderMap::with_capacity(4));
        }
        assert_eq!(MAPS.with(|maps| maps.0.borrow().len()), SPARES);
    }
}
