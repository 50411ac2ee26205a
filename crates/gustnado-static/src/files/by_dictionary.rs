//! Who may be answered by dictionaries, and what they are answered then: less than the whole, where they
//! have a former version; and that what they are sent is one. It must not know how bytes are coded.

use gustnado_core::{Glance, Request, Response};
use http::HeaderMap;

use super::{StaticFiles, permit::Audience};
use crate::{
    decide::{Plan, Verb, decide},
    dictionary::{Asker, DictionaryHash, USE_AS_DICTIONARY, is_offered},
    entry::Facts,
    negotiate::Preferences,
    store::Chosen,
    validator::Seconds,
};

impl StaticFiles {
    /// What a request says of dictionaries, if its answer may have to do with any: not what is for one client,
    /// nor what anybody between could change (RFC 9842 section 8).
    pub(super) fn asker<'r>(&self, request: &'r Request, audience: Audience) -> Option<Asker<'r>> {
        if self.settings.dictionaries.is_empty() || audience == Audience::ThisClient {
            return None;
        }
        let asker = Asker::of(Glance::of(request).fields());
        let secure = asker.asks_this_machine() || self.is_secure(request);
        secure.then_some(asker)
    }

    /// Whether the answer about a file may say that it is a dictionary, as far as can be seen.
    pub(super) fn may_be_offered(&self, facts: &Facts, head: &Glance<'_>) -> bool {
        let asker = Asker::of(head.fields());
        let secure = || {
            head.request()
                .is_some_and(|request| self.is_secure(request))
        };
        asker.can_read(facts.allowed_origin()) && (asker.asks_this_machine() || secure())
    }

    /// Whether the client speaks TLS, to us or to a proxy that is trusted to say so.
    fn is_secure(&self, request: &Request) -> bool {
        match self.clients.get() {
            Some(clients) => clients.of(request).is_secure(),
            None => request.is_secure(),
        }
    }

    /// What is to be answered, and by which representation: where the whole is to be sent, that may be what
    /// is left of it for who has a former version.
    pub(super) fn plan(
        &self,
        verb: Verb,
        headers: &HeaderMap,
        chosen: Chosen,
        preferences: &Preferences,
        asker: Option<&Asker<'_>>,
    ) -> (Plan, Chosen) {
        let decided = |chosen: &Chosen| {
            let validators = chosen.representation.validators(&chosen.facts);
            decide(verb, headers, &validators, Seconds::now)
        };
        let plan = decided(&chosen);
        if plan != Plan::Whole {
            return (plan, chosen);
        }
        let Some(delta) = asker.and_then(|asker| self.delta(&chosen, preferences, asker)) else {
            return (plan, chosen);
        };
        // It may be another one that the client means by its preconditions.
        if decided(&delta) == Plan::Whole {
            (plan, delta)
        } else {
            (plan, chosen)
        }
    }

    fn delta(
        &self,
        chosen: &Chosen,
        preferences: &Preferences,
        asker: &Asker<'_>,
    ) -> Option<Chosen> {
        let hash = DictionaryHash::read(asker.available.once()?)?;
        if !asker.can_read(chosen.facts.allowed_origin()) {
            return None;
        }
        let representation = self.store().delta(chosen, &hash, preferences)?;
        Some(Chosen {
            facts: chosen.facts.clone(),
            representation,
        })
    }

    /// The answer, which says that it is a dictionary to whoever may be told.
    pub(super) fn offered_to(
        &self,
        answer: Response,
        chosen: &Chosen,
        asker: Option<&Asker<'_>>,
    ) -> Response {
        let can_read = |asker: &Asker<'_>| asker.can_read(chosen.facts.allowed_origin());
        if asker.is_some_and(can_read) {
            self.offered(answer, chosen)
        } else {
            answer
        }
    }

    /// The answer, which says that it is a dictionary if it is one for its next version.
    pub(super) fn offered(&self, mut answer: Response, chosen: &Chosen) -> Response {
        if let Some(family) = &chosen.facts.family
            && answer.status() == 200
            && is_offered(answer.headers())
        {
            let headers = answer.headers_mut();
            headers.insert(USE_AS_DICTIONARY, family.offer().clone());
            self.store().keep_later(&chosen.facts);
        }
        answer
    }
}
