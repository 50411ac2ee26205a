//! How many descriptors the process may have. It must not know what for.

/// Asks for as many as the system grants without asking back. Says how many that are.
///
/// The lower bound that a process begins with is there for `select`, which cannot count further;
/// a program that serves is not to refuse its 1,025th connection for it.
#[cfg(unix)]
pub(super) fn raise() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    if before.is_none() || before == limit.maximum {
        return count();
    }
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => {
            let (from, to) = (before, limit.current);
            tracing::info!(from, to, "raised the bound on descriptors");
        }
        // Such as where "without bound" is more than the system has.
        Err(error) => tracing::debug!(%error, "the bound on descriptors stays"),
    }
    count()
}

/// How many they are now.
#[cfg(unix)]
pub(super) fn count() -> usize {
    use rustix::process::{Resource, getrlimit};
    let limit = getrlimit(Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    })
}

#[cfg(not(unix))]
pub(super) fn raise() -> usize {
    count()
}

#[cfg(not(unix))]
pub(super) fn count() -> usize {
    usize::MAX
}
