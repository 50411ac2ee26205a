//! What a user asked for. It must not know requests.

use std::time::Duration;

use super::limits::ResponseCacheLimits;

/// What a user asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    /// For replies that say nothing of how long they are fresh; they are not kept without it.
    pub(super) default_time: Option<Duration>,
    pub(super) stale_while_revalidate: Duration,
    pub(super) stale_if_error: Duration,
    pub(super) query: Query,
    pub(super) reload: bool,
    pub(super) show_tags: bool,
    pub(super) silent: bool,
    pub(super) limits: ResponseCacheLimits,
}

/// Which parameters of a query tell one page from another. Handlers do not see the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Query {
    #[default]
    All,
    Only(Vec<Box<str>>),
    Without(Vec<Box<str>>),
}

impl Query {
    /// What is left of a query; nothing where nothing is to be changed.
    pub(super) fn reduced(&self, query: &str) -> Option<String> {
        let kept = |parameter: &&str| {
            let name = parameter.split('=').next().unwrap_or_default();
            let named = |names: &[Box<str>]| names.iter().any(|other| **other == *name);
            match self {
                Self::All => true,
                Self::Only(names) => named(names),
                Self::Without(names) => !named(names),
            }
        };
        if query.split('&').all(|parameter| kept(&parameter)) {
            return None;
        }
        let left: Vec<_> = query.split('&').filter(kept).collect();
        Some(left.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn queries_are_reduced_to_what_counts() {
        let only = Query::Only(vec!["page".into(), "q".into()]);
        let without = Query::Without(vec!["utm_source".into()]);
        for (query, by_only, by_without) in [
            ("page=1&q=x", None, None),
            (
                "page=1&utm_source=y&q=x",
                Some("page=1&q=x"),
                Some("page=1&q=x"),
            ),
            ("utm_source=y", Some(""), Some("")),
            ("pages=1", Some(""), None),
            // A name that is spelt otherwise is another, and is seen by nobody.
            ("%70age=1", Some(""), None),
            ("", Some(""), None),
        ] {
            assert_eq!(only.reduced(query).as_deref(), by_only, "{query}");
            assert_eq!(without.reduced(query).as_deref(), by_without, "{query}");
            assert_eq!(Query::All.reduced(query), None, "{query}");
        }
    }
}
