//! A run of a handler for a page: for all who wait or for one, and what becomes of its reply. It must not
//! know when there is one.

use std::{sync::Arc, time::SystemTime};

use gustnado_core::{Body, Next};
use http::{HeaderMap, header};
use http_body::Body as _;
use tokio::time::{Instant, timeout_at};
use tower_service::Service as _;

use super::{
    asked::{Conditions, Page},
    fill::Fill,
    flight::{Landing, Lead, Waiting},
    judge::{Life, judge},
    kept::{Draft, Kept},
    shared::Shared,
    status::How,
    variant::{Variant, Vary},
};

type Request = http::Request<Body>;
type Response = http::Response<Body>;

/// A run of a handler for a page.
pub(super) struct Run<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) page: &'a Page,
    /// Why, as `Cache-Status` says it.
    pub(super) why: &'static str,
    /// What there is in place of an error, perhaps.
    pub(super) spare: Option<Arc<Kept>>,
}

/// What becomes of one who has waited.
pub(super) enum Turn {
    Answer(Response),
    /// What was made is not for them, or is not made any more.
    Again,
    Alone,
}

/// What is to be kept of a reply, if its body is.
struct Keepable {
    draft: Draft,
    length: Option<u64>,
}

impl Run<'_> {
    /// For all who wait. Who has asked may leave: then one of those goes on.
    pub(super) async fn lead(self, mut next: Next, mut request: Request, lead: Lead) -> Response {
        self.shared.store.count_miss();
        let begun = self.shared.store.purges_so_far();
        let fields = request.headers().clone();
        Conditions::take(request.headers_mut());
        let Ok(answer) = next.call(request).await;
        let answer = self.settle(answer, &fields, begun, Some(lead));
        self.page.conditions.fit(answer)
    }

    /// For the one who asks. The handler sees what the client has already.
    pub(super) async fn alone(self, mut next: Next, request: Request) -> Response {
        self.shared.store.count_miss();
        let begun = self.shared.store.purges_so_far();
        let fields = request.headers().clone();
        let Ok(answer) = next.call(request).await;
        self.settle(answer, &fields, begun, None)
    }

    /// Waits for the run of another.
    pub(super) async fn wait(&self, waiting: Waiting, until: Instant, fields: &HeaderMap) -> Turn {
        match timeout_at(until, waiting.landing()).await {
            Ok(Some(Landing::Kept(kept))) if kept.variant().matches(fields) => {
                Turn::Answer(self.collapsed(&kept))
            }
            // It was for others, or its leader has gone.
            Ok(Some(Landing::Kept(_)) | None) => Turn::Again,
            Ok(Some(Landing::Failed)) => self.stand_in(None).map_or(Turn::Alone, Turn::Answer),
            Ok(Some(Landing::Alone)) | Err(_) => Turn::Alone,
        }
    }

    /// An answer by the run of another.
    fn collapsed(&self, kept: &Kept) -> Response {
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
                let status = answer.status();
                let failed = status.is_server_error();
                // A 304 says nothing of what the reply would have been, and errors pass.
                if !failed && status != http::StatusCode::NOT_MODIFIED {
                    // What is wrong may be the request, and what is kept still right for others.
                    let moved = !status.is_client_error() || status == 404 || status == 410;
                    store.refuse(&self.page.key, fields, moved);
                }
                if let Some(lead) = lead {
                    lead.land(if failed {
                        Landing::Failed
                    } else {
                        Landing::Alone
                    });
                }
                let instead = failed.then(|| self.stand_in(Some(status))).flatten();
                let how = How::because(self.why, refusal);
                instead.unwrap_or_else(|| self.shared.say(answer, how))
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
        let whole = answer.body().to_full();
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
