//! What is to be forgotten, and whether that holds for a reply that was on its way meanwhile. It must
//! not know what is kept.

use std::collections::VecDeque;

use super::{
    key::{Key, path_of},
    limits::PURGES,
};

/// What is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    All,
    /// All replies with this tag.
    Tag(Box<str>),
    /// All replies to this path, whatever host and query.
    Path(Box<str>),
    /// All replies to paths that begin with this.
    Below(Box<str>),
    /// All replies to one target.
    Target(Key),
}

impl What {
    /// Whether it is to be forgotten what is kept, or was to be kept, under this key with these tags.
    pub(super) fn covers(&self, key: &Key, tags: &[Box<str>]) -> bool {
        match self {
            Self::All => true,
            Self::Tag(tag) => tags.contains(tag),
            Self::Path(path) => key.path() == &**path,
            Self::Below(prefix) => key.path().starts_with(&**prefix),
            Self::Target(other) => key == other,
        }
    }

    /// Whether it may be to be forgotten what is being made for those who wait at this place.
    pub(super) fn may_cover(&self, place: &str) -> bool {
        match self {
            // Tags are not known before there is a reply.
            Self::All | Self::Tag(_) => true,
            Self::Path(path) => path_of(place) == &**path,
            Self::Below(prefix) => path_of(place).starts_with(&**prefix),
            Self::Target(key) => place.starts_with(key.as_str()),
        }
    }
}

/// The last purges.
#[derive(Debug, Default)]
pub(super) struct Purges {
    count: u64,
    last: VecDeque<What>,
}

impl Purges {
    /// How many there were so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn note(&mut self, what: What) {
        self.count += 1;
        if self.last.len() == PURGES {
            self.last.pop_front();
        }
        self.last.push_back(what);
    }

    /// Whether a reply is to be forgotten that was begun when there were `begun` of them. It is taken
    /// for one when nobody knows any more.
    pub(super) fn cover(&self, begun: u64, key: &Key, tags: &[Box<str>]) -> bool {
        let since = usize::try_from(self.count - begun).unwrap_or(usize::MAX);
        since > self.last.len()
            || self
                .last
                .iter()
                .rev()
                .take(since)
                .any(|what| what.covers(key, tags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_before_a_purge_is_covered_by_it() {
        let key = Key::from_text("any\n1\nhttp\nhost\n\n/users/7\n?a=b");
        let tags: [Box<str>; 1] = ["users".into()];
        for (what, covers, may) in [
            (What::All, true, true),
            (What::Tag("users".into()), true, true),
            (What::Tag("user".into()), false, true),
            (What::Path("/users/7".into()), true, true),
            (What::Path("/users".into()), false, false),
            (What::Below("/users/".into()), true, true),
            (What::Below("/user/".into()), false, false),
            (What::Target(key.clone()), true, true),
        ] {
            assert_eq!(what.covers(&key, &tags), covers, "{what:?}");
            assert_eq!(what.may_cover(&key.with("gzip")), may, "{what:?}");
            let mut purges = Purges::default();
            purges.note(What::Path("/else".into()));
            let begun = purges.count();
            assert!(!purges.cover(begun, &key, &tags));
            purges.note(what.clone());
            assert_eq!(purges.cover(begun, &key, &tags), covers, "{what:?}");
            assert!(!purges.cover(purges.count(), &key, &tags));
        }
    }

    #[test]
    fn what_nobody_knows_any_more_is_not_kept() {
        let key = Key::from_text("any\n1\nhttp\nhost\n\n/\n");
        let mut purges = Purges::default();
        for _ in 0..PURGES {
            purges.note(What::Tag("x".into()));
        }
        assert!(!purges.cover(0, &key, &[]));
        purges.note(What::Tag("x".into()));
        assert!(purges.cover(0, &key, &[]));
    }
}
