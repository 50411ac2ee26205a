//! What a user asks by. It must not know requests.

use std::{sync::Arc, time::Duration};

use gustnado_core::Next;
use tower_layer::Layer;

use super::{
    handle::CacheHandle,
    limits::ResponseCacheLimits,
    rules::{Query, Rules},
    service::Caching,
    shared::Shared,
    store::Store,
};

/// Keeps replies of handlers and answers with them for a time, as a layer: a shared cache by RFC 9111.
///
/// ```
/// # use gustnado_static as gustnado;
/// # use gustnado_core::Application;
/// use std::time::Duration;
///
/// use gustnado::{Compress, ResponseCache};
///
/// let cache = ResponseCache::new().stale_while_revalidate(Duration::from_secs(60));
/// let app = Application::new()
///     .state(cache.handle())
///     .layer(cache)
///     .layer(Compress::new());
/// ```
///
/// # What is kept
///
/// Replies to GET that say for how long, by `Cache-Control: s-maxage`, `max-age` or `Expires`, or, with
/// [`default_time`](Self::default_time), that do not say. They answer HEAD as well, and conditional
/// requests by 304. Never those with `private`, `no-store`, `no-cache`, `Set-Cookie` or `Vary: *`, with
/// a 5xx or a part of something, with trailers, or that are larger than `reply`; and to requests with
/// `Authorization` or a cookie only those that say `public` or `s-maxage`.
///
/// # Who gets it
///
/// Who asks for the same: scheme and host as the [`Client`](gustnado_core::Client) saw them, path,
/// query, and the fields that the reply's `Vary` names. **A handler that looks at anything else of a
/// request, such as `Accept-Language`, has to say so in `Vary`**, or its reply has to be `private`.
/// Requests with a cookie or `Authorization` share replies with each other and with nobody else.
///
/// # One run for all
///
/// Of requests that come while a reply is being made, none calls the handler: they wait for it, no
/// longer than `wait`. One that is not kept goes to nobody else, and for a while nobody waits there.
///
/// # What clients may ask
///
/// `no-store` and `only-if-cached` are heeded; `no-cache` and `max-age=0`, which reloading browsers
/// send, only with [`reload`](Self::reload), as else everybody could have the handlers work. A request
/// with a body, `Range`, `If-Match` or the like goes to its handler. A reply to POST, PUT, PATCH or
/// DELETE that is no error has what is kept of the same target forgotten.
#[derive(Debug, Clone, Default)]
#[must_use = "it does nothing until it is given to `layer`"]
pub struct ResponseCache {
    rules: Rules,
    handle: CacheHandle,
}

impl ResponseCache {
    /// One that keeps what says for how long.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps replies that do not say for how long for this time, if they have the status 200, 203, 301
    /// or 308.
    pub fn default_time(mut self, time: Duration) -> Self {
        self.rules.default_time = Some(time);
        self
    }

    /// Answers with a stale reply for so long, while another is made in the background; none unless set,
    /// or the reply says `stale-while-revalidate` (RFC 5861). Not where it says `must-revalidate`, nor,
    /// unless it says both, `s-maxage`.
    pub fn stale_while_revalidate(mut self, time: Duration) -> Self {
        self.rules.stale_while_revalidate = time;
        self
    }

    /// Answers with a stale reply for so long, in place of a 5xx; none unless set, or the reply says
    /// `stale-if-error`. Not where it says `must-revalidate`, nor, unless it says both, `s-maxage`.
    pub fn stale_if_error(mut self, time: Duration) -> Self {
        self.rules.stale_if_error = time;
        self
    }

    /// Tells pages apart by these parameters of the query alone. Handlers do not see the others: what is
    /// not in the key cannot change a reply. Names are compared as they stand in the query.
    pub fn query_only<T: Into<Box<str>>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.rules.query = Query::Only(names.into_iter().map(Into::into).collect());
        self
    }

    /// Tells pages apart by all parameters of the query but these, such as `utm_source`. Handlers do not
    /// see them.
    pub fn query_without<T: Into<Box<str>>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.rules.query = Query::Without(names.into_iter().map(Into::into).collect());
        self
    }

    /// Lets clients have a reply made anew, by `Cache-Control: no-cache`, `max-age=0` or
    /// `Pragma: no-cache`.
    pub fn reload(mut self) -> Self {
        self.rules.reload = true;
        self
    }

    /// Lets clients see the `Cache-Tag` of replies, for caches of one's own on the way.
    pub fn show_tags(mut self) -> Self {
        self.rules.show_tags = true;
        self
    }

    /// Adds no `Cache-Status` (RFC 9211) to answers.
    pub fn without_status(mut self) -> Self {
        self.rules.silent = true;
        self
    }

    /// Changes the bounds, such as `memory`. Those on what is kept are those of the first of its clones
    /// that is given to `layer`.
    pub fn limits(mut self, change: impl FnOnce(&mut ResponseCacheLimits)) -> Self {
        change(&mut self.rules.limits);
        self
    }

    /// What forgets what is kept by this cache and its clones.
    #[must_use]
    pub fn handle(&self) -> CacheHandle {
        self.handle.clone()
    }
}

impl Layer<Next> for ResponseCache {
    type Service = Caching;

    fn layer(&self, next: Next) -> Caching {
        let new = || Arc::new(Store::new(&self.rules.limits));
        let store = Arc::clone(self.handle.store.get_or_init(new));
        let rules = self.rules.clone();
        Caching {
            shared: Arc::new(Shared { rules, store }),
            next,
        }
    }
}
