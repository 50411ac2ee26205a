//! The way of ONE request through the cache, top to bottom. It must not know how replies are kept.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
    time::SystemTime,
};

use gustnado_core::{Body, BoxFuture, Next};
use http::{HeaderMap, HeaderName, Uri, header};
use http_body::Body as _;
use tokio::time::{Instant, timeout_at};
use tower_service::Service;

use super::{
    asked::{Asked, Conditions, Page},
    directive::elements,
    fill::Fill,
    flight::{Joined, Landing, Lead},
    judge::{Life, judge},
    kept::{Draft, Good, Kept},
    limits::{JOINS, TAGS},
    purge::What,
    rules::Rules,
    status::How,
    store::Store,
    variant::{Variant, Vary},
};

type Request = http::Request<Body>;
type Response = http::Response<Body>;

/// The names by which kept replies are purged.
const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

/// The layer, around what it stands around.
#[derive(Debug, Clone)]
pub struct Caching {
    pub(super) shared: Arc<Shared>,
    pub(super) next: Next,
}

/// What all requests have in common.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) rules: Rules,
    pub(super) store: Arc<Store>,
}

impl Service<Request> for Caching {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.next, cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (shared, next) = (Arc::clone(&self.shared), self.next.clone());
        Box::pin(async move { Ok(shared.answer(next, request).await) })
    }
}

impl Shared {
    async fn answer(self: Arc<Self>, next: Next, mut request: Request) -> Response {
        match Asked::of(&request, &self.rules) {
            Asked::Page(page) => {
                self.reduce(&mut request);
                self.page(next, request, page).await
            }
            Asked::Pass(why) => {
                self.reduce(&mut request);
                self.pass(next, request, How::because("bypass", why)).await
            }
            Asked::Change(key) => {
                let answer = self.pass(next, request, How::forwarded("method")).await;
                // RFC 9111 section 4.4.
                let done = answer.status().is_success() || answer.status().is_redirection();
                for key in key.iter().filter(|_| done).flat_map(|key| key.both()) {
                    self.store.purge(What::Target(key));
                }
                answer
            }
            Asked::Other => self.pass(next, request, How::forwarded("method")).await,
        }
    }

    /// Answers by what is kept, by what is being made for another, or by the handler.
    async fn page(self: Arc<Self>, next: Next, request: Request, page: Page) -> Response {
        let until = Instant::now() + self.rules.limits.wait;
        let reload = page.said.reload && self.rules.reload;
        let mut joined = 0;
        loop {
            let now = Instant::now();
            let family = self.store.family(&page.key).unwrap_or_default();
            let found = family.find(request.headers()).cloned();
            let good = found.as_ref().map(|kept| kept.good(now));
            if let Some(kept) = found.as_ref().filter(|_| !reload) {
                match kept.good(now) {
                    Good::Fresh => return self.hit(kept, &page, now),
                    Good::WhileRevalidating => {
                        let answer = self.hit(kept, &page, now);
                        self.refresh(next, request, page, &family.names());
                        return answer;
                    }
                    Good::InsteadOfError | Good::Nothing => {}
                }
            }
            let why = match good {
                Some(Good::Fresh) => "request",
                Some(_) => "stale",
                None if family.is_empty() => "uri-miss",
                None => "vary-miss",
            };
            if page.said.only_if_cached {
                return self.nothing(why);
            }
            if page.head || page.said.no_store {
                return self.pass(next, request, How::forwarded(why)).await;
            }
            let run = Run {
                shared: &self,
                page: &page,
                why,
                spare: found,
            };
            if family.passes(now) || joined == JOINS {
                return run.alone(next, request).await;
            }
            match self
                .store
                .flights
                .join(place(&page, &request, &family.names()))
            {
                // Another may have landed since the look.
                Joined::Lead(lead) if !reload && self.has_fresh(&page, &request) => drop(lead),
                Joined::Lead(lead) => return run.lead(next, request, lead).await,
                Joined::Wait(waiting) => {
                    joined += 1;
                    match timeout_at(until, waiting.landing()).await {
                        Ok(Some(Landing::Kept(kept)))
                            if kept.variant().matches(request.headers()) =>
                        {
                            return run.collapsed(&kept);
                        }
                        // It was for others, or its leader has gone.
                        Ok(Some(Landing::Kept(_)) | None) => {}
                        Ok(Some(Landing::Failed)) if let Some(answer) = run.stand_in(None) => {
                            return answer;
                        }
                        Ok(Some(Landing::Failed | Landing::Alone)) | Err(_) => {
                            return run.alone(next, request).await;
                        }
                    }
                }
            }
        }
    }

    /// Whether there is something fresh by now.
    fn has_fresh(&self, page: &Page, request: &Request) -> bool {
        let family = self.store.family(&page.key);
        let family = family.as_ref();
        let found = family.and_then(|family| family.find(request.headers()));
        found.is_some_and(|kept| kept.good(Instant::now()) == Good::Fresh)
    }

    /// The handler's answer, which has nothing to do with what is kept.
    async fn pass(&self, mut next: Next, request: Request, how: How) -> Response {
        let Ok(mut answer) = next.call(request).await;
        self.take_tags(answer.headers_mut());
        self.say(answer, how)
    }

    /// An answer by what is kept.
    fn hit(&self, kept: &Kept, page: &Page, now: Instant) -> Response {
        self.store.count_hit();
        let answer = kept.answer(now);
        let answer = self.say(answer, How::Hit { ttl: kept.ttl(now) });
        self.show_tags(page.conditions.fit(answer), kept)
    }

    /// Makes a stale reply anew, while nobody waits for it.
    fn refresh(self: Arc<Self>, next: Next, request: Request, page: Page, names: &[HeaderName]) {
        let turns = Arc::clone(&self.store.refreshes);
        // A HEAD would not be answered with what is to be kept.
        let Some(turn) = turns.try_acquire_owned().ok().filter(|_| !page.head) else {
            return;
        };
        let place = place(&page, &request, names);
        // Another does it.
        let Joined::Lead(lead) = self.store.flights.join(place) else {
            return;
        };
        tokio::spawn(async move {
            let _turn = turn;
            let run = Run {
                shared: &self,
                page: &page,
                why: "stale",
                spare: None,
            };
            run.lead(next, request, lead).await;
        });
    }

    /// RFC 9111 section 5.2.1.7.
    fn nothing(&self, why: &'static str) -> Response {
        let mut answer = http::Response::new(Body::empty());
        *answer.status_mut() = http::StatusCode::GATEWAY_TIMEOUT;
        self.say(answer, How::because(why, "only-if-cached"))
    }

    /// Takes out of the target what does not tell one page from another, so that no handler can depend
    /// on it.
    fn reduce(&self, request: &mut Request) {
        let query = request.uri().query();
        let Some(query) = query.and_then(|query| self.rules.query.reduced(query)) else {
            return;
        };
        let path = request.uri().path();
        let target = if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        };
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = target.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }

    /// The tags of a reply; none where they are more than can be kept.
    fn take_tags(&self, headers: &mut HeaderMap) -> Option<Box<[Box<str>]>> {
        let lines = headers.get_all(CACHE_TAG).iter();
        let lines = lines.filter_map(|line| line.to_str().ok());
        let tags: Box<[Box<str>]> = lines.flat_map(elements).map(Into::into).collect();
        if !self.rules.show_tags {
            headers.remove(CACHE_TAG);
        }
        (tags.len() <= TAGS).then_some(tags)
    }

    /// With the tags of what is kept, where clients are to see them.
    fn show_tags(&self, mut answer: Response, kept: &Kept) -> Response {
        if self.rules.show_tags
            && !kept.tags().is_empty()
            && let Ok(tags) = kept.tags().join(", ").parse()
        {
            answer.headers_mut().insert(CACHE_TAG, tags);
        }
        answer
    }

    fn say(&self, mut answer: Response, how: How) -> Response {
        if !self.rules.silent {
            how.say(answer.headers_mut());
        }
        answer
    }
}

/// Where those wait who want the same as this request, by what is known before there is a reply.
fn place(page: &Page, request: &Request, names: &[HeaderName]) -> Box<str> {
    let variant = Variant::of(names, request.headers());
    page.key
        .with(&variant.map_or_else(String::new, |variant| variant.text()))
}

/// A run of a handler for a page.
struct Run<'a> {
    shared: &'a Arc<Shared>,
    page: &'a Page,
    /// Why, as `Cache-Status` says it.
    why: &'static str,
    /// What there is in place of an error, perhaps.
    spare: Option<Arc<Kept>>,
}

/// What is to be kept of a reply, if its body is.
struct Keepable {
    draft: Draft,
    length: Option<u64>,
}

impl Run<'_> {
    /// For all who wait. Who has asked may leave: then one of those goes on.
    async fn lead(self, mut next: Next, mut request: Request, lead: Lead) -> Response {
        self.shared.store.count_miss();
        let begun = self.shared.store.purges_so_far();
        let fields = request.headers().clone();
        Conditions::take(request.headers_mut());
        let Ok(answer) = next.call(request).await;
        let answer = self.settle(answer, &fields, begun, Some(lead));
        self.page.conditions.fit(answer)
    }

    /// For the one who asks. The handler sees what the client has already.
    async fn alone(self, mut next: Next, request: Request) -> Response {
        self.shared.store.count_miss();
        let begun = self.shared.store.purges_so_far();
        let fields = request.headers().clone();
        let Ok(answer) = next.call(request).await;
        self.settle(answer, &fields, begun, None)
    }

    /// An answer by the run of another.
    fn collapsed(self, kept: &Kept) -> Response {
        self.shared.store.count_hit();
        let how = How::Forwarded {
            why: self.why,
            stored: false,
            collapsed: true,
            status: None,
            detail: None,
        };
        let answer = self.shared.say(kept.answer(Instant::now()), how);
        self.shared
            .show_tags(self.page.conditions.fit(answer), kept)
    }

    /// An answer in place of an error, if there is one.
    fn stand_in(&self, status: Option<http::StatusCode>) -> Option<Response> {
        let now = Instant::now();
        let kept = self.spare.as_ref().filter(|kept| kept.stands_in(now))?;
        let how = How::Forwarded {
            why: "stale",
            stored: false,
            collapsed: status.is_none(),
            status,
            detail: Some("stale-if-error"),
        };
        let answer = self.shared.say(kept.answer(now), how);
        Some(
            self.shared
                .show_tags(self.page.conditions.fit(answer), kept),
        )
    }

    /// Keeps a reply, or notes why not, and tells those who wait.
    fn settle(
        &self,
        mut answer: Response,
        fields: &HeaderMap,
        begun: u64,
        lead: Option<Lead>,
    ) -> Response {
        let store = &self.shared.store;
        match self.keepable(&mut answer, fields) {
            Ok(keepable) => self.keep(answer, keepable, begun, lead),
            Err(refusal) => {
                let failed = answer.status().is_server_error();
                if let Some(lead) = lead {
                    lead.land(if failed {
                        Landing::Failed
                    } else {
                        Landing::Alone
                    });
                }
                if failed && let Some(answer) = self.stand_in(Some(answer.status())) {
                    return answer;
                }
                // A 304 says nothing of what the reply would have been, and errors pass.
                if !failed && answer.status() != http::StatusCode::NOT_MODIFIED {
                    store.refuse(&self.page.key, fields);
                }
                self.shared.say(answer, How::because(self.why, refusal))
            }
        }
    }

    fn keepable(
        &self,
        answer: &mut Response,
        fields: &HeaderMap,
    ) -> Result<Keepable, &'static str> {
        let tags = self.shared.take_tags(answer.headers_mut());
        let (rules, personal) = (&self.shared.rules, self.page.personal);
        let (status, headers) = (answer.status(), answer.headers());
        let life: Life = judge(rules, personal, status, headers, SystemTime::now())?;
        let Vary::Names(names) = Vary::of(headers) else {
            return Err("vary");
        };
        let variant = Variant::of(&names, fields).ok_or("vary")?;
        let tags = tags.ok_or("tags")?;
        let draft = Draft::new(status, headers, variant, tags, life);
        let most = self.most(&draft).ok_or("head")?;
        let length = headers.get(header::CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        // What is not known to be too large may turn out to be.
        let least = answer.body().size_hint().lower().max(length.unwrap_or(0));
        if least > most as u64 {
            return Err("length");
        }
        Ok(Keepable { draft, length })
    }

    /// Bytes that the body of a reply may have.
    fn most(&self, draft: &Draft) -> Option<usize> {
        let store = &self.shared.store;
        let most = self.shared.rules.limits.reply.min(store.share());
        most.checked_sub(draft.weight() + self.page.key.len())
    }

    fn keep(
        &self,
        mut answer: Response,
        keepable: Keepable,
        begun: u64,
        lead: Option<Lead>,
    ) -> Response {
        let Keepable { draft, length } = keepable;
        let store = &self.shared.store;
        let whole = answer.body().as_full().cloned();
        let whole = whole.or_else(|| answer.body().is_end_stream().then(Default::default));
        let mut stored = false;
        if let Some(body) = whole {
            let right = length.is_none_or(|length| length == body.len() as u64);
            let kept = Arc::new(draft.with(&body));
            stored = right && store.keep(&self.page.key, &kept, begun);
            if let Some(lead) = lead {
                lead.land(if right {
                    Landing::Kept(kept)
                } else {
                    Landing::Alone
                });
            }
        } else {
            let fill = Fill {
                store: Arc::clone(store),
                key: self.page.key.clone(),
                begun,
                lead,
                most: self.most(&draft).unwrap_or(0),
                draft,
                length,
                wait: self.shared.rules.limits.wait,
            };
            let body = std::mem::take(answer.body_mut());
            *answer.body_mut() = fill.begin(body);
        }
        let how = How::Forwarded {
            why: self.why,
            stored,
            collapsed: false,
            status: None,
            detail: None,
        };
        self.shared.say(answer, how)
    }
}
