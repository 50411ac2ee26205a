//! Header maps that nobody needs now. It must not know whose fields they held.
//!
//! A map is two allocations, and each exchange has two maps. Where a request gives its own to the answer
//! of the next, and hyper that of an answer to the next request, none is made.

use std::cell::RefCell;

use http::HeaderMap;

use crate::limits::{SPARE_FIELDS, SPARE_MAPS};

thread_local! {
    static SPARE: RefCell<Vec<HeaderMap>> = const { RefCell::new(Vec::new()) };
}

/// An empty map.
#[inline]
pub(crate) fn take() -> HeaderMap {
    SPARE.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Takes a map back, and drops what is in it. One with room for many fields is not kept.
#[inline]
pub(crate) fn give(mut map: HeaderMap) {
    if map.capacity() == 0 || map.capacity() > SPARE_FIELDS {
        return;
    }
    map.clear();
    SPARE.with_borrow_mut(|spare| {
        if spare.len() < SPARE_MAPS {
            spare.push(map);
        }
    });
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
        for _ in 0..=SPARE_MAPS {
            give(HeaderMap::with_capacity(4));
        }
        assert_eq!(SPARE.with_borrow(Vec::len), SPARE_MAPS);
    }
}
