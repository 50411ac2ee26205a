//! What an application or a group answers for: all below its prefix that no route answers. It must
//! not know routes other than its fallback.

use std::{cmp::Reverse, sync::Arc};

use http::request::Parts;

use super::{guard::Guards, route::HandlerRoute};
use crate::extract::RouteInfo;

/// What an application or a group answers for.
#[derive(Clone)]
pub(crate) struct Scope {
    /// Without a slash at its end.
    pub(crate) prefix: String,
    pub(crate) guards: Guards,
    /// Where requests stand that nothing answers.
    pub(crate) info: Arc<RouteInfo>,
    pub(crate) fallback: Option<HandlerRoute>,
}

/// All of them, the nearest first: the longest prefix, then the narrowest guards, then whoever has a
/// fallback, then the outer and the earlier.
#[derive(Clone, Default)]
pub(super) struct Scopes(Vec<Scope>);

impl Scopes {
    /// Adds one; what is around it has been added before.
    ///
    /// # Errors
    /// The fallback that another has for the same.
    pub(super) fn add(&mut self, scope: Scope) -> Result<(), &'static str> {
        let same = |other: &&Scope| other.prefix == scope.prefix && other.guards == scope.guards;
        let mut others = self.0.iter().filter(same);
        let other = others.find_map(|other| other.fallback.as_ref());
        if let (Some(other), Some(_)) = (other, &scope.fallback) {
            return Err(other.name);
        }
        let at = self.0.partition_point(|other| other.rank() <= scope.rank());
        self.0.insert(at, scope);
        Ok(())
    }

    /// The nearest to a request.
    pub(super) fn nearest(&self, head: &Parts) -> Option<&Scope> {
        let path = head.uri.path();
        self.0
            .iter()
            .find(|scope| scope.covers(path) && scope.guards.hold(head))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Scope> {
        self.0.iter_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }
}

impl Scope {
    /// Where it stands: the least is asked first.
    fn rank(&self) -> (Reverse<usize>, Reverse<(usize, usize)>, bool) {
        let guards = self.guards.rank();
        let length = self.prefix.len();
        (Reverse(length), Reverse(guards), self.fallback.is_none())
    }

    fn covers(&self, path: &str) -> bool {
        let below = path.strip_prefix(&*self.prefix);
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }
}
