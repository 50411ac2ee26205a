//! The way of ONE request through the layer, top to bottom. It must not know how bytes are coded.

use std::{
    convert::Infallible,
    io,
    sync::Arc,
    task::{Context, Poll},
};

use gustnado_core::{Body, BoxFuture, Next};
use http::{HeaderMap, HeaderValue, Method, header};
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::Semaphore;
use tower_service::Service;

use super::{
    decide::{self, Length, Plan},
    encoder::Shape,
    pool::Pooled,
    rules::Rules,
    stream::Coded,
    tags, vary,
    whole::whole,
};
use crate::{coding::Coding, negotiate::Preferences};

type Request = http::Request<Body>;
type Response = http::Response<Body>;

/// The layer, around what it stands around.
#[derive(Debug, Clone)]
pub struct Compressing {
    shared: Arc<Shared>,
    next: Next,
}

/// What all requests have in common.
#[derive(Debug)]
pub(super) struct Shared {
    rules: Rules,
    /// For replies that are coded as a whole.
    turns: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Compressing {
    pub(super) fn new(rules: Rules, next: Next) -> Self {
        let most = |count: usize| Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS)));
        let shared = Shared {
            turns: most(rules.limits.encoders),
            streams: most(rules.limits.streams),
            rules,
        };
        Self {
            shared: Arc::new(shared),
            next,
        }
    }
}

impl Service<Request> for Compressing {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.next, cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        let preferences = Preferences::of(request.headers());
        // A client that refuses everything gets the reply as it is: the handler has acted already.
        let coding = preferences.choose(shared.rules.codings);
        let coding = coding.unwrap_or(Coding::Identity);
        let asked = tags::translate(request.headers_mut(), coding);
        let head = *request.method() == Method::HEAD;
        let answer = self.next.call(request);
        Box::pin(async move {
            let Ok(mut response) = answer.await;
            let opted_out = opts_out(response.headers_mut());
            let length = length(&response, head);
            let plan = match opted_out {
                true => Plan::Leave,
                false => {
                    let (status, headers) = (response.status(), response.headers());
                    decide::plan(&shared.rules, coding, status, headers, length)
                }
            };
            if plan != Plan::Leave {
                vary::add(response.headers_mut(), &header::ACCEPT_ENCODING);
            }
            if response.status() == 304
                && let Some(tag) = response.headers_mut().get_mut(header::ETAG)
            {
                *tag = asked.as_named(tag, coding);
            }
            Ok(match plan {
                Plan::Leave | Plan::Plain => response,
                Plan::Whole(coding) => shared.whole(response, coding).await,
                Plan::Stream(coding) if head => shared.unread(response, coding, length),
                Plan::Stream(coding) => shared.stream(response, coding),
            })
        })
    }
}

impl Shared {
    async fn whole(&self, mut response: Response, coding: Coding) -> Response {
        let Some(bytes) = response.body().to_full() else {
            return response;
        };
        let kind = self.rules.kind(coding, Shape::Whole);
        match whole(kind, bytes, self.rules.limits.inline, &self.turns).await {
            Ok(Some(coded)) => {
                let length = HeaderValue::from(coded.len());
                *response.body_mut() = coded.into();
                let mut response = said(response, coding);
                let headers = response.headers_mut();
                if headers.contains_key(header::CONTENT_LENGTH) {
                    headers.insert(header::CONTENT_LENGTH, length);
                }
                retag(headers, |tag| tags::coded(tag, coding));
                response
            }
            // It would not be smaller.
            Ok(None) => response,
            Err(error) => failed(response, &error),
        }
    }

    fn stream(&self, mut response: Response, coding: Coding) -> Response {
        let Ok(turn) = Arc::clone(&self.streams).try_acquire_owned() else {
            return response;
        };
        let kind = self.rules.kind(coding, Shape::Stream);
        let encoder = match Pooled::take(kind, 0) {
            Ok(encoder) => encoder,
            Err(error) => return failed(response, &error),
        };
        let body = std::mem::take(response.body_mut());
        let inline = self.rules.limits.inline;
        *response.body_mut() = Body::new(Coded::new(body, encoder, inline, turn));
        let mut response = said(response, coding);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        retag(response.headers_mut(), tags::weak);
        response
    }

    /// The answer to a HEAD whose GET would be a coded stream, or is not known to be there as a whole.
    fn unread(&self, mut response: Response, coding: Coding, length: Length) -> Response {
        if self.streams.available_permits() == 0 {
            return response;
        }
        *response.body_mut() = Body::new(Unread);
        let mut response = said(response, coding);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        let whole =
            matches!(length, Length::Bare(length) if length <= self.rules.limits.whole as u64);
        retag(response.headers_mut(), |tag| match whole {
            true => tags::coded(tag, coding),
            false => tags::weak(tag),
        });
        response
    }
}

/// Whether a handler wants its reply as it is: it says `Content-Encoding: identity`, which is no
/// coding and not to be sent (RFC 9110 section 8.4.1).
fn opts_out(headers: &mut HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_ENCODING);
    let identity = value.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if identity {
        headers.remove(header::CONTENT_ENCODING);
    }
    identity
}

/// What is known of the body; of the one that GET would have had where this is the answer to a HEAD
/// without it.
fn length(response: &Response, head: bool) -> Length {
    if let Some(bytes) = response.body().as_full() {
        return Length::Whole(bytes.len());
    }
    let hint = response.body().size_hint();
    match hint.exact() {
        Some(0) if head => {
            let said = response.headers().get(header::CONTENT_LENGTH);
            let said = said.and_then(|value| value.to_str().ok()?.parse().ok());
            said.map_or(Length::Unknown, Length::Bare)
        }
        Some(length) => Length::Known(length),
        None => Length::Unknown,
    }
}

/// With what is to be said of a coded reply, but for its length and its tag.
fn said(mut response: Response, coding: Coding) -> Response {
    let headers = response.headers_mut();
    if let Some(coding) = coding.header() {
        headers.insert(header::CONTENT_ENCODING, coding);
    }
    // Ranges and digests were those of the bytes as they were.
    headers.remove(header::ACCEPT_RANGES);
    headers.remove("content-md5");
    headers.remove("content-digest");
    headers.remove("repr-digest");
    headers.remove("digest");
    response
}

fn retag(headers: &mut HeaderMap, tag: impl FnOnce(&HeaderValue) -> HeaderValue) {
    if let Some(value) = headers.get_mut(header::ETAG) {
        *value = tag(value);
    }
}

/// A reply that could not be coded is sent as it is.
#[cold]
fn failed(response: Response, error: &io::Error) -> Response {
    tracing::warn!(%error, "a reply could not be coded");
    response
}

/// The body of an answer to HEAD, whose length is not known before it is coded.
struct Unread;

impl http_body::Body for Unread {
    type Data = bytes::Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
