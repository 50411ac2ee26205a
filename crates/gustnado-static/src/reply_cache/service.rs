//! The way of ONE request through the cache, top to bottom. It must not know how replies are kept.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use gustnado_core::{Body, BoxFuture, Next};
use http::HeaderName;
use tokio::time::Instant;
use tower_service::Service;

use super::{
    asked::{Asked, Page},
    family::Family,
    flight::Joined,
    kept::{Good, Kept},
    key::Key,
    limits::JOINS,
    purge::What,
    run::{Run, Turn},
    shared::Shared,
    status::How,
    variant::Variant,
};

type Request = http::Request<Body>;
type Response = http::Response<Body>;

/// The layer, around what it stands around.
#[derive(Debug, Clone)]
pub struct Caching {
    pub(super) shared: Arc<Shared>,
    pub(super) next: Next,
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
                for key in key.iter().filter(|_| done).flat_map(Key::both) {
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
        let mut rounds = 0;
        loop {
            let now = Instant::now();
            let family = self.store.family(&page.key).unwrap_or_default();
            let found = family.find(request.headers()).cloned();
            match found.as_ref().map(|kept| (kept, kept.good(now))) {
                Some((kept, Good::Fresh)) if !reload => return self.hit(kept, &page, now),
                Some((kept, Good::WhileRevalidating)) if !reload => {
                    let answer = self.hit(kept, &page, now);
                    self.refresh(next, request, page, &family.names());
                    return answer;
                }
                _ => {}
            }
            let why = why(&family, found.as_deref(), now);
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
            if family.passes(now) || rounds == JOINS {
                return run.alone(next, request).await;
            }
            rounds += 1;
            match self
                .store
                .flights
                .join(place(&page, &request, &family.names()))
            {
                // Another may have landed since the look.
                Joined::Lead(lead) if !reload && self.has_fresh(&page, &request) => drop(lead),
                Joined::Lead(lead) => return run.lead(next, request, lead).await,
                Joined::Wait(waiting) => match run.wait(waiting, until, request.headers()).await {
                    Turn::Answer(answer) => return answer,
                    Turn::Again => {}
                    Turn::Alone => return run.alone(next, request).await,
                },
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
}

/// Why a request goes to its handler, as `Cache-Status` says it.
fn why(family: &Family, found: Option<&Kept>, now: Instant) -> &'static str {
    match found.map(|kept| kept.good(now)) {
        Some(Good::Fresh) => "request",
        Some(_) => "stale",
        None if family.is_empty() => "uri-miss",
        None => "vary-miss",
    }
}

/// Where those wait who want the same as this request, by what is known before there is a reply.
fn place(page: &Page, request: &Request, names: &[HeaderName]) -> Box<str> {
    let variant = Variant::of(names, request.headers());
    page.key
        .with(&variant.map_or_else(String::new, |variant| variant.text()))
}
