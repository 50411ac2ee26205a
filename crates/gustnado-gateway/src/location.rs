//! Where an answer leads to, as the client has to see it: below the mount and not at the upstream. It
//! must not know answers.

use crate::upstream::{Upstream, without_port};

/// Where an upstream is, for its clients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) upstream: &'a Upstream,
    /// The `Host` that it was sent, where that is not its own.
    pub(crate) host: Option<&'a str>,
    /// What stands before its paths here, empty or without a slash at its end.
    pub(crate) prefix: &'a str,
}

impl Place<'_> {
    /// What a reference of the upstream's means here; `None` where it means the same.
    pub(crate) fn here(&self, reference: &str) -> Option<String> {
        let path = self.path_of(reference)?;
        let below = path.strip_prefix(self.upstream.path())?;
        if !below.is_empty() && !below.starts_with(['/', '?', '#']) {
            return None;
        }
        let here = format!("{}{below}", self.prefix);
        // `//` at the start would be a host.
        if here.starts_with("//") || here == reference {
            return None;
        }
        Some(if here.starts_with('/') {
            here
        } else {
            format!("/{here}")
        })
    }

    /// The path in it, with all behind it, if it is one of the upstream's.
    fn path_of<'r>(&self, reference: &'r str) -> Option<&'r str> {
        if reference.starts_with('/') && !reference.starts_with("//") {
            return Some(reference);
        }
        let (scheme, rest) = reference.split_once("//")?;
        let port = match scheme {
            "" => 0,
            _ if scheme.eq_ignore_ascii_case("http:") => 80,
            _ if scheme.eq_ignore_ascii_case("https:") => 443,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = without_port(authority, port);
        let is = |name: &str| without_port(name, port).eq_ignore_ascii_case(authority);
        (is(self.upstream.authority()) || self.host.is_some_and(is)).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn here(upstream: &str, host: Option<&str>, prefix: &str, reference: &str) -> String {
        let upstream = Upstream::parse(upstream).unwrap();
        let place = Place {
            upstream: &upstream,
            host,
            prefix,
        };
        place
            .here(reference)
            .unwrap_or_else(|| reference.to_owned())
    }

    #[test]
    fn what_names_the_upstream_is_below_the_mount() {
        let table = [
            ("http://127.0.0.1:9000/x?y#z", "/api/x?y#z"),
            ("http://127.0.0.1:9000", "/api"),
            ("http://127.0.0.1:9000/", "/api/"),
            ("http://127.0.0.1:9000?q", "/api?q"),
            ("HTTP://127.0.0.1:9000/x", "/api/x"),
            ("https://127.0.0.1:9000/x", "/api/x"),
            ("//127.0.0.1:9000/x", "/api/x"),
            ("/x", "/api/x"),
            ("/", "/api/"),
            // Relative to where it stands, and so the same here.
            ("x", "x"),
            ("../x", "../x"),
            ("?q", "?q"),
            ("", ""),
            // Others.
            ("http://127.0.0.1:9001/x", "http://127.0.0.1:9001/x"),
            ("http://other/x", "http://other/x"),
            ("//other/x", "//other/x"),
            ("mailto:a@b", "mailto:a@b"),
            ("http://127.0.0.1:9000.evil/", "http://127.0.0.1:9000.evil/"),
            ("http://u@127.0.0.1:9000/", "http://u@127.0.0.1:9000/"),
        ];
        for (reference, expected) in table {
            let found = here("http://127.0.0.1:9000", None, "/api", reference);
            assert_eq!(found, expected, "{reference}");
        }
    }

    #[test]
    fn paths_of_the_upstream_are_taken_off() {
        let table = [
            ("http://up/base/x", "/api/x"),
            ("http://up:80/base", "/api"),
            ("/base/x", "/api/x"),
            ("/base?q", "/api?q"),
            // Not below what is mounted: there is nothing here that it could mean.
            ("/basement", "/basement"),
            ("http://up/login", "http://up/login"),
            ("http://shop.example/base/x", "/api/x"),
            ("https://shop.example:443/base/x", "/api/x"),
        ];
        for (reference, expected) in table {
            let found = here("http://up/base", Some("shop.example"), "/api", reference);
            assert_eq!(found, expected, "{reference}");
        }
    }

    #[test]
    fn at_the_root_a_path_is_never_taken_for_a_host() {
        assert_eq!(here("http://up", None, "", "/x"), "/x");
        assert_eq!(here("http://up", None, "", "http://up/x"), "/x");
        assert_eq!(here("http://up", None, "", "http://up"), "/");
        assert_eq!(
            here("http://up", None, "", "http://up//evil/x"),
            "http://up//evil/x"
        );
        assert_eq!(here("http://up/b", None, "", "/b//evil"), "/b//evil");
        assert_eq!(here("http://up/b", None, "", "/b?q"), "/?q");
    }

    proptest! {
        /// Whatever an upstream says, what is made of it is a path here, and below the mount.
        #[test]
        fn what_is_made_of_a_reference_is_below_the_mount(
            reference in r"(http:|https:)?(//)?(up)?(:80)?[/.?#a-z]{0,12}|\PC{0,12}",
            base in "(/b)?",
            prefix in "(/p)?",
        ) {
            let upstream = Upstream::parse(&format!("http://up{base}")).unwrap();
            let place = Place {
                upstream: &upstream,
                host: None,
                prefix: &prefix,
            };
            if let Some(here) = place.here(&reference) {
                prop_assert!(here.starts_with('/') && !here.starts_with("//"), "{here}");
                prop_assert!(here.starts_with(&prefix), "{here}");
            }
        }
    }
}
