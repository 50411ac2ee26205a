//! What was answered before, for who asks for the same: from the worker's front, as long as the file
//! is still that on the disk. It must not know how an answer is decided.

use gustnado_core::{Glance, ReadyHead, ReadyMade, Request};
use http::Method;

use super::{StaticFiles, answer::by_url, permit::Audience};
use crate::{
    asked::Asked,
    decide::{Plan, Verb},
    fingerprint::Fingerprint,
    serve::serve,
    store::Chosen,
};

impl StaticFiles {
    /// The answer, if it was given before and needs no decision but whether the client has it.
    #[inline]
    pub(super) fn answered_before(&self, prefix: &str, head: &Glance<'_>) -> Option<ReadyMade> {
        let target = target_as_it_came(prefix, head)?;
        if !self.is_for_everyone(prefix, head) {
            return None;
        }
        let asked = Asked::of(head)?;
        let mut front = self.fronts.mine()?;
        let preferences = front.preferences(asked.accepts);
        let hit = front.find(target, &preferences)?;
        let (facts, representation) = (hit.facts, hit.representation);
        if facts.family.is_some() && (asked.has_dictionary || !self.may_be_offered(facts, head)) {
            return None;
        }
        let store = self.store();
        if !store.is_fresh(facts, representation, hit.looked, head) {
            front.forget(target);
            return None;
        }
        if hit.tell {
            self.store().touch(hit.facts, hit.representation.coding);
        }
        let tag = &hit.representation.tag;
        let Some(line) = asked.has else {
            return Some(hit.whole.clone());
        };
        if tag.matches_weakly(line) {
            return Some(hit.not_modified.clone());
        }
        // With a tag that is not ready, there is something to decide.
        let is_other = tag.other_form(line).is_some() || facts.family.is_some();
        (!is_other).then(|| hit.whole.clone())
    }

    /// Has the answers to who asks for this again ready.
    pub(super) fn note(&self, prefix: &str, request: &Request, chosen: &Chosen) {
        let target = target_as_it_came(prefix, &Glance::of(request));
        let Some((target, mut front)) = target.zip(self.fronts.mine()) else {
            return;
        };
        let named = request.query().and_then(Fingerprint::in_query);
        if named.is_some() && named != chosen.facts.fingerprint() {
            // There is no end of those.
            return;
        }
        let head = |plan: Plan| {
            let response = serve(&plan, Verb::Head, chosen, None).ok()?;
            let response = by_url(response, chosen, request.query());
            // It is asked for who may be offered it before it is found.
            let response = self.offered(response, chosen);
            let (status, fields) = (response.status(), response.headers().clone());
            Some(ReadyHead::new(status, fields))
        };
        front.note(target, chosen, || {
            Some((head(Plan::Whole)?, head(Plan::NotModified)?))
        });
    }

    /// Whether the answer does not depend on who is asking, as far as can be said before.
    #[inline]
    fn is_for_everyone(&self, prefix: &str, head: &Glance<'_>) -> bool {
        if self.validate.is_none() {
            return true;
        }
        // Who is to say so has to see the request.
        let Some(request) = head.request() else {
            return false;
        };
        let target = self.target(prefix, request);
        target.is_some_and(|target| {
            let audience = self.permit(&target.path(), request);
            matches!(audience, Ok(Audience::Everyone))
        })
    }
}

/// Path and query below the prefix, undecoded, where the same answer is for all who send them: no
/// query but one that names a version.
#[inline]
fn target_as_it_came<'r>(prefix: &str, head: &Glance<'r>) -> Option<&'r str> {
    let reads = matches!(*head.method(), Method::GET | Method::HEAD);
    if !reads {
        return None;
    }
    match head.query() {
        None => head.path().strip_prefix(prefix),
        Some(query) => {
            Fingerprint::in_query(query)?;
            head.target().strip_prefix(prefix)
        }
    }
}
