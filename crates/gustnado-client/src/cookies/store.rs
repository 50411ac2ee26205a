//! The cookies that are kept: which are replaced, which are dropped, and which go to a URL (RFC 6265
//! sections 5.3 and 5.4). It must not know locks or clocks.

use std::{cell::Cell, collections::HashMap};

use super::set_cookie::Cookie;
use crate::{
    limits::{COOKIES, DOMAIN_COOKIES},
    url::{Scheme, Url},
};

/// Cookies by their domain.
#[derive(Default)]
pub(super) struct Store {
    domains: HashMap<Box<str>, Vec<Kept>>,
    count: usize,
    /// Goes up with each use.
    steps: u64,
}

struct Kept {
    cookie: Cookie,
    /// The step at which it was set first.
    made: u64,
    /// The step at which it was set or sent last.
    used: Cell<u64>,
}

impl Store {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Keeps a cookie that a server set, in the place of the one that it replaces; one that has expired
    /// takes that one away. `by_tls`: how it came.
    pub(super) fn set(&mut self, cookie: Cookie, by_tls: bool, now: i64) {
        if !by_tls && self.hides_a_secure_one(&cookie) {
            return;
        }
        let step = self.step();
        let kept = self.domains.entry(cookie.domain.clone()).or_default();
        let same = |other: &Kept| {
            other.cookie.name == cookie.name
                && other.cookie.path == cookie.path
                && other.cookie.host_only == cookie.host_only
        };
        let old = kept.iter().position(same);
        let old = old.map(|index| kept.swap_remove(index));
        self.count -= usize::from(old.is_some());
        if has_expired(&cookie, now) {
            self.prune();
            return;
        }
        kept.push(Kept {
            cookie,
            made: old.map_or(step, |old| old.made),
            used: Cell::new(step),
        });
        self.count += 1;
        if kept.len() > DOMAIN_COOKIES {
            self.count -= remove_one(kept, now);
        }
        if self.count > COOKIES {
            self.make_room(now);
        }
    }

    /// What a request to a URL says in `Cookie`: those of longer paths first, and else those that were set
    /// first (section 5.4). Empty if there is nothing to say.
    pub(super) fn pairs(&mut self, url: &Url, now: i64) -> Vec<u8> {
        let step = self.step();
        let by_tls = url.origin.scheme == Scheme::Https;
        let host = &*url.origin.host;
        let mut found = Vec::new();
        let mut domain = Some(host);
        // The host itself, and whatever is above it.
        while let Some(name) = domain {
            for kept in self.domains.get(name).into_iter().flatten() {
                let cookie = &kept.cookie;
                if (!cookie.host_only || name == host)
                    && (!cookie.secure || by_tls)
                    && is_below(url.target.path(), &cookie.path)
                    && !has_expired(cookie, now)
                {
                    kept.used.set(step);
                    found.push(kept);
                }
            }
            domain = name.split_once('.').map(|(_, above)| above);
        }
        found.sort_by_key(|kept| (usize::MAX - kept.cookie.path.len(), kept.made));
        let pairs = found.iter().map(|kept| {
            let Cookie { name, value, .. } = &kept.cookie;
            [name, &b"="[..], value].concat()
        });
        pairs.collect::<Vec<_>>().join(&b"; "[..])
    }

    pub(super) fn clear(&mut self) {
        self.domains.clear();
        self.count = 0;
    }

    fn step(&mut self) -> u64 {
        self.steps += 1;
        self.steps
    }

    /// Whether one came by TLS that would go to the same requests, which one that did not must not stand
    /// before or replace (RFC 6265bis section 5.7).
    fn hides_a_secure_one(&self, new: &Cookie) -> bool {
        let of = |one: &str, other: &str| {
            let rest = one.strip_suffix(other);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let near = self
            .domains
            .iter()
            .filter(|(domain, _)| of(domain, &new.domain) || of(&new.domain, domain));
        let mut near = near.flat_map(|(_, kept)| kept);
        near.any(|Kept { cookie, .. }| {
            cookie.secure && cookie.name == new.name && is_below(&new.path, &cookie.path)
        })
    }

    /// Takes out what has expired, or else one of the domain that has most.
    fn make_room(&mut self, now: i64) {
        for kept in self.domains.values_mut() {
            let before = kept.len();
            kept.retain(|kept| !has_expired(&kept.cookie, now));
            self.count -= before - kept.len();
        }
        if self.count > COOKIES
            && let Some(most) = self.domains.values_mut().max_by_key(|kept| kept.len())
        {
            self.count -= remove_one(most, now);
        }
        self.prune();
    }

    fn prune(&mut self) {
        self.domains.retain(|_, kept| !kept.is_empty());
    }
}

fn has_expired(cookie: &Cookie, now: i64) -> bool {
    cookie.expires.is_some_and(|expires| expires <= now)
}

/// Removes one that has expired, or else the one that was not used for longest; how many it was.
fn remove_one(kept: &mut Vec<Kept>, now: i64) -> usize {
    let all = kept.iter().enumerate();
    let first = all.min_by_key(|(_, kept)| (!has_expired(&kept.cookie, now), kept.used.get()));
    let index = first.map(|(index, _)| index);
    let removed = index.map(|index| kept.swap_remove(index));
    usize::from(removed.is_some())
}

/// Whether a path is the same as another, or below it (section 5.1.4).
fn is_below(path: &str, above: &str) -> bool {
    let rest = path.strip_prefix(above);
    rest.is_some_and(|rest| rest.is_empty() || above.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{
        super::set_cookie::{looks_public, read},
        *,
    };

    fn set(store: &mut Store, url: &str, field: &str, now: i64) {
        let url = Url::parse(url).unwrap();
        let by_tls = url.origin.scheme == Scheme::Https;
        if let Some(cookie) = read(field.as_bytes(), &url, now, &looks_public) {
            store.set(cookie, by_tls, now);
        }
    }

    fn pairs(store: &mut Store, url: &str, now: i64) -> String {
        let pairs = store.pairs(&Url::parse(url).unwrap(), now);
        String::from_utf8(pairs).unwrap()
    }

    #[test]
    fn cookies_go_where_they_were_meant_to() {
        let mut store = Store::default();
        for (url, field) in [
            ("https://a.test/", "host=1"),
            ("https://a.test/", "all=2; Domain=a.test"),
            ("https://a.test/", "tls=3; Secure"),
            ("https://a.test/p/page", "beside=4"),
            ("https://a.test/", "deep=5; Path=/p/q"),
            ("https://x.a.test/", "sub=6"),
            ("https://b.test/", "other=7"),
        ] {
            set(&mut store, url, field, 0);
        }
        let table = [
            ("https://a.test/", "host=1; all=2; tls=3"),
            ("https://A.test:8443/", "host=1; all=2; tls=3"),
            ("http://a.test/", "host=1; all=2"),
            ("http://a.test/p", "beside=4; host=1; all=2"),
            ("http://a.test/p/?q", "beside=4; host=1; all=2"),
            ("http://a.test/p/q/r", "deep=5; beside=4; host=1; all=2"),
            ("http://a.test/p/qq", "beside=4; host=1; all=2"),
            ("http://a.test/pp", "host=1; all=2"),
            ("http://x.a.test/", "all=2; sub=6"),
            ("http://y.x.a.test/", "all=2"),
            ("http://xa.test/", ""),
            ("http://test/", ""),
            ("http://b.test/", "other=7"),
        ];
        for (url, expected) in table {
            assert_eq!(pairs(&mut store, url, 0), expected, "{url}");
        }
        assert_eq!(store.len(), 7);
    }

    #[test]
    fn a_cookie_replaces_the_one_of_its_name_domain_and_path() {
        let mut store = Store::default();
        let url = "http://x.a.test/";
        for field in [
            "a=1",
            "b=2",
            "a=3",
            "a=4; Path=/p",
            "a=5; Domain=a.test",
            "a=6; Domain=x.a.test",
        ] {
            set(&mut store, url, field, 0);
        }
        // The new value has the old one's place in the order.
        assert_eq!(pairs(&mut store, url, 0), "a=3; b=2; a=5; a=6");
        assert_eq!(store.len(), 5);
        set(&mut store, url, "a=; Max-Age=0", 0);
        assert_eq!(pairs(&mut store, url, 0), "b=2; a=5; a=6");
        set(&mut store, url, "a=; Max-Age=0; Domain=a.test", 0);
        set(&mut store, url, "a=; Max-Age=0; Domain=x.a.test", 0);
        set(&mut store, url, "none=; Max-Age=0", 0);
        assert_eq!((&*pairs(&mut store, url, 0), store.len()), ("b=2", 2));
    }

    #[test]
    fn a_cookie_ends_in_its_second() {
        let mut store = Store::default();
        let url = "http://a.test/";
        set(&mut store, url, "a=1; Max-Age=10", 100);
        set(&mut store, url, "b=2", 100);
        let ends = [(109, "a=1; b=2"), (110, "b=2"), (1 << 40, "b=2")];
        for (now, expected) in ends {
            assert_eq!(pairs(&mut store, url, now), expected, "{now}");
        }
    }

    #[test]
    fn what_came_without_tls_does_not_stand_before_what_came_with_it() {
        let mut store = Store::default();
        set(
            &mut store,
            "https://x.a.test/",
            "a=1; Secure; Domain=a.test; Path=/p",
            0,
        );
        for (url, field, stays) in [
            ("http://a.test/", "a=2; Path=/p", false),
            ("http://a.test/", "a=2; Path=/p/q", false),
            ("http://x.a.test/", "a=2; Path=/p", false),
            ("http://a.test/", "a=2", true),
            ("http://a.test/", "a=2; Path=/pp", true),
            ("http://a.test/", "b=2; Path=/p", true),
            ("https://a.test/", "a=2; Path=/p", true),
        ] {
            let before = store.len();
            set(&mut store, url, field, 0);
            assert_eq!(store.len() > before, stays, "{url} {field}");
        }
    }

    #[test]
    fn the_least_used_of_a_domain_gives_way() {
        let mut store = Store::default();
        let url = "http://a.test/";
        set(&mut store, url, "short=1; Max-Age=1", 0);
        set(&mut store, url, "used=1; Path=/used", 0);
        for number in 0..DOMAIN_COOKIES - 2 {
            set(&mut store, url, &format!("n{number}=1; Path=/n"), 0);
        }
        assert_eq!(pairs(&mut store, "http://a.test/used", 5), "used=1");
        set(&mut store, url, "more=1", 5);
        set(&mut store, url, "yet=1", 5);
        let all = pairs(&mut store, "http://a.test/n", 5);
        assert!(!all.contains("n0=1") && all.contains("n1=1"), "{all}");
        assert_eq!(
            pairs(&mut store, "http://a.test/used", 0),
            "used=1; more=1; yet=1"
        );
        assert_eq!(store.len(), DOMAIN_COOKIES);
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let mut store = Store::default();
        for number in 0..COOKIES + 100 {
            let url = format!("http://h{}.test/", number % (COOKIES / 3));
            set(&mut store, &url, &format!("n{number}=1"), 0);
        }
        let counted: usize = store.domains.values().map(Vec::len).sum();
        assert_eq!((store.len(), counted), (COOKIES, COOKIES));
        store.clear();
        assert_eq!((store.len(), store.domains.len()), (0, 0));
    }
}
