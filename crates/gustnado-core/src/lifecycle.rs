//! ONE request, from its head to its answer. Read this first: each call below is a file, in the
//! order of the work. It must not know connections.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderValue, Method,
    header::{CONTENT_LENGTH, RETRY_AFTER, STRICT_TRANSPORT_SECURITY},
};
use tower_service::Service;
use tracing::Instrument as _;

use crate::{
    application::App,
    body::Body,
    defaults::Defaults,
    dress::{dress, dress_lightly},
    error::{BoxError, Error},
    extract::{BoxFuture, Cx, RouteInfo},
    failure::{explain, fail, fail_outside, panicked},
    glance::Glance,
    handler::{Call, Called, ClientGone},
    limits,
    middleware::{Failed, Rest, Seen},
    mount::caught,
    overload::Overload,
    ready::{AsItIs, ReadyMade},
    request::{Outline, Request},
    response::Response,
    route::Captures,
    router::{Matched, MountRoute, Mounted},
    tally::Counted,
    write::{self, Outgoing},
};

/// What comes of a request at once.
pub(crate) enum Begun {
    /// Its answer: what is at hand, or found out by looking at the head, needs no future.
    Answered(Outgoing),
    /// Somebody has to be asked.
    Asked(Asked),
}

/// A request that is to be answered.
pub(crate) struct Asked {
    head: bool,
    left: Left,
    /// For the answer. Boxed, as few have it and all of this is moved for each request.
    hsts: Option<Box<HeaderValue>>,
}

/// What is left to be done for its answer.
enum Left {
    /// To ask who was found.
    Matched(Matched, Request),
    /// To wait for who was asked.
    Called(Called, Cx),
}

impl Asked {
    /// Answers the request. Whatever happens in it, there is an answer.
    pub(crate) async fn answer(self) -> Outgoing {
        let outgoing = match self.left {
            Left::Called(called, mut cx) => {
                let result = caught(called.finish(&mut cx)).await;
                answer(self.head, result, cx)
            }
            Left::Matched(matched, request) if matched.layers().is_empty() => {
                respond(self.head, matched, request).await
            }
            Left::Matched(matched, request) => {
                let response = through_layers(matched, request).await;
                write::outgoing(self.head, None, response)
            }
        };
        with_hsts(outgoing, self.hsts)
    }
}

/// What needs nobody to be waited for. With a task, verbs that can be called at once are.
#[inline]
fn at_once(
    head: bool,
    matched: Matched,
    mut request: Request,
    hsts: Option<Box<HeaderValue>>,
    task: Option<&mut Context<'_>>,
) -> Begun {
    request.body_mut().set_limit(matched.body_limit());
    let lines = request.origin().lines;
    let layered = !matched.layers().is_empty();
    let outgoing = match matched {
        Matched::Verb(verb, route, captures)
            if !layered
                && verb.options.client_gone != Some(ClientGone::Finish)
                && let Some(task) = task =>
        {
            let mut cx = Cx::new(request, captures, route);
            match begin(verb.call, &mut cx, task) {
                Ok(result) => answer(head, result, cx),
                Err(called) => {
                    let left = Left::Called(called, cx);
                    return Begun::Asked(Asked { head, left, hsts });
                }
            }
        }
        Matched::Mount(ref route) if !layered && let Some(made) = at_hand(route, &request) => {
            request.recycle();
            send(head, made, &route.info.headers, lines)
        }
        Matched::Answer(response, route) if !layered => {
            write::outgoing(head, None, dress(response, &route.headers))
        }
        Matched::Nothing(error, route) if !layered => {
            write::outgoing(head, None, fail_outside(&error, request, route))
        }
        matched => {
            let left = Left::Matched(matched, request);
            return Begun::Asked(Asked { head, left, hsts });
        }
    };
    Begun::Answered(with_hsts(outgoing, hsts))
}

/// Calls a verb, and has what it returned at once, or its panic; or else what is left of it.
#[inline]
fn begin(
    call: Call,
    cx: &mut Cx,
    task: &mut Context<'_>,
) -> Result<Option<Result<Response, Error>>, Called> {
    let first = AssertUnwindSafe(|| match call(cx) {
        Ok(called) => called.at_once(task),
        Err(error) => Ok(Err(error)),
    });
    catch_unwind(first).map_or(Ok(None), |result| result.map(Some))
}

/// Calls a verb, and waits for what it returns.
async fn called(call: Call, cx: &mut Cx) -> Result<Response, Error> {
    call(cx)?.finish(cx).await
}

#[inline]
fn with_hsts(mut outgoing: Outgoing, hsts: Option<Box<HeaderValue>>) -> Outgoing {
    if let Some(hsts) = hsts {
        outgoing.add_header(STRICT_TRANSPORT_SECURITY, *hsts);
    }
    outgoing
}

/// Calls what was found for a request. `head`: the body of the answer is not to be sent.
///
/// One future for all of it: each further one would keep a copy of what it is called with, and all of
/// them are moved on their way to where they are polled.
async fn respond(head: bool, matched: Matched, request: Request) -> Outgoing {
    match matched {
        Matched::Verb(verb, route, captures) => {
            let mut cx = Cx::new(request, captures, route);
            if verb.options.client_gone == Some(ClientGone::Finish) {
                return finish(head, verb.call, cx).await;
            }
            let result = caught(called(verb.call, &mut cx)).await;
            answer(head, result, cx)
        }
        Matched::Mount(route) => {
            let lines = request.origin().lines;
            // The mount takes the request; an error is written for who sent it.
            let left = request.outline(route.info.writes_errors());
            // Called within the future: a mount may also panic before it has made its own.
            let call = async { route.mount.call(&route.prefix, request).await };
            let result = caught(call).await;
            mounted(head, result, &route.info, lines, left)
        }
        Matched::Answer(response, route) => {
            write::outgoing(head, None, dress(response, &route.headers))
        }
        Matched::Nothing(error, route) => {
            write::outgoing(head, None, fail_outside(&error, request, route))
        }
    }
}

/// Calls the layers around what was found, and within them what was found.
fn through_layers(matched: Matched, request: Request) -> BoxFuture<'static, Response> {
    let info = Arc::clone(matched.info());
    let left = request.outline(info.writes_errors());
    let failed: Failed = {
        let info = Arc::clone(&info);
        Arc::new(move |error| fail_outside(error, left.clone(), Arc::clone(&info)))
    };
    // Layers see the body also of what answers a HEAD: they may have to change its length. A mount
    // answers it without one, and what it says of the length is true all the same.
    let bare = *request.method() == Method::HEAD && matches!(matched, Matched::Mount(_));
    let rest: Rest = Box::new(move |mut request| {
        // The bound that layers had holds for a body in place of the one that came, too.
        request.body_mut().set_limit(matched.body_limit());
        // Nor would they hand lines on.
        request.origin_mut().lines = false;
        Box::pin(async move {
            let mut answer = respond(bare, matched, request).await.into_http();
            if bare && !answer.headers().contains_key(CONTENT_LENGTH) {
                // It is not known, and not none.
                *answer.body_mut() = Body::channel(1).1;
            }
            Ok(answer)
        })
    });
    Box::pin(async move {
        let layers = &info.shared.layers;
        // Called within the future: a layer may also panic before it has made its own.
        let seen = Seen {
            trust: info.shared.trust.clone(),
            route: info.number,
        };
        let call = async { layers.call(request, seen, rest, Arc::clone(&failed)).await };
        match caught(call).await {
            Some(Ok(response)) => dress(response.into(), &info.headers),
            None => failed(&panicked()),
        }
    })
}

/// Calls a verb on a task of its own: it goes on when nobody waits for it any more, and the server
/// waits for it before it stops.
fn finish(head: bool, call: Call, mut cx: Cx) -> BoxFuture<'static, Outgoing> {
    let counted = cx.stop().finishing.add();
    let task = async move {
        let _counted = counted;
        let result = caught(called(call, &mut cx)).await;
        answer(head, result, cx)
    };
    let task = tokio::spawn(task.in_current_span());
    Box::pin(async move {
        let cut = |_cut| write::outgoing(head, None, Response::new(500));
        task.await.unwrap_or_else(cut)
    })
}

/// What a verb returned, or its panic, as it goes out.
fn answer(head: bool, result: Option<Result<Response, Error>>, cx: Cx) -> Outgoing {
    let (response, lines) = match result.unwrap_or_else(|| Err(panicked())) {
        Ok(mut response) => {
            response.body_mut().end_on(cx.stop());
            let lines = cx.request().origin().lines;
            dress_lightly(response, cx.default_headers(), lines)
        }
        Err(error) => (fail(&error, &cx), Bytes::new()),
    };
    let outgoing = write::outgoing(head, Some(cx.request()), response).with_lines(lines);
    cx.into_request().recycle();
    outgoing
}

/// What a mount has at hand. If it panics, it does so again where it is called.
#[inline]
fn at_hand(route: &MountRoute, request: &Request) -> Option<ReadyMade> {
    glance(route, &Glance::of(request))
}

#[inline]
fn glance(route: &MountRoute, head: &Glance<'_>) -> Option<ReadyMade> {
    let look = AssertUnwindSafe(|| route.mount.at_hand(&route.prefix, head));
    catch_unwind(look).ok().flatten()
}

/// An answer that was made before, with its head as lines if it may be lines.
#[inline]
fn send(head: bool, made: ReadyMade, defaults: &Defaults, lines: bool) -> Outgoing {
    match made.lines(defaults) {
        Some(fields) if lines => write::ready(head, &made, fields),
        _ => write::outgoing(head, None, dress(made.into(), defaults)),
    }
}

/// What a mount returned, or its panic, as it goes out.
fn mounted(
    head: bool,
    result: Option<Result<Response, Error>>,
    info: &Arc<RouteInfo>,
    lines: bool,
    left: Outline,
) -> Outgoing {
    let (response, lines) = match result.unwrap_or_else(|| Err(panicked())) {
        Ok(mut response) => {
            response.body_mut().end_on(&info.shared.stop);
            let defaults = &info.headers;
            if lines && let Some(((mut own, names), beside)) = response.take_lines() {
                defaults.add_to(&mut own, names, beside);
                (response, own.into())
            } else {
                dress_lightly(response, defaults, lines)
            }
        }
        Err(error) => (fail_outside(&error, left, Arc::clone(info)), Bytes::new()),
    };
    write::outgoing(head, None, response).with_lines(lines)
}

impl App {
    /// Counts a request that comes to a worker, until what is returned is dropped.
    ///
    /// # Errors
    /// 503 where the worker has too much to do, which was late by `lag` when last looked.
    #[inline]
    pub(crate) fn admit(&self, request: &Request, lag: Duration) -> Result<Option<Counted>, Error> {
        let limits = self.limits();
        match self.load().overload(limits, lag) {
            Some(why) if !self.is_exempt(request) => Err(self.too_much(why)),
            _ => Ok(self.load().count(limits)),
        }
    }

    #[cold]
    fn is_exempt(&self, request: &Request) -> bool {
        let found = self.router().find(request, self.limits().target);
        found.info().shared.exempt
    }

    #[cold]
    fn too_much(&self, why: Overload) -> Error {
        self.load().tell(why);
        let error = Error::new(503, "there is too much to do");
        error.with_header(RETRY_AFTER, limits::RETRY_AFTER.into())
    }

    /// The mount that may have the answer to a GET of this target [at hand](Self::at_hand): a quick no for
    /// most of what is not.
    #[inline]
    pub(crate) fn mounted(&self, target: &str) -> Option<&Mounted> {
        self.router().mounted(target)
    }

    /// The answer to a GET that came over HTTP/1, if the mount made it before and nobody has to see a
    /// request: no guard, no layer, nobody who wants to know the client. The worker was late by `lag` when
    /// last looked.
    #[inline]
    pub(crate) fn at_hand(
        &self,
        mounted: &Mounted,
        head: &Glance<'_>,
        lag: Duration,
    ) -> Option<AsItIs> {
        let limits = self.limits();
        if head.target().len() > limits.target
            || self.knows_hsts()
            || self.load().overload(limits, lag).is_some()
        {
            return None;
        }
        let route = self.router().mount(mounted, head.path())?;
        if !route.info.shared.layers.is_empty() {
            return None;
        }
        AsItIs::of(glance(route, head)?, &route.info.headers)
    }

    /// Answers a request that is not to be looked at any further. That is no failure of the
    /// program's: the log does not tell of each.
    #[cold]
    pub(crate) fn refuse(&self, request: Request, error: &Error) -> Outgoing {
        let head = request.method() == Method::HEAD;
        let nowhere = Arc::clone(self.router().nowhere());
        let cx = Cx::new(request, Captures::default(), nowhere);
        tracing::debug!(
            request_id = cx.request_id(),
            status = error.status().as_u16(),
            detail = error.detail(),
            "request refused"
        );
        write::outgoing(head, None, explain(error, &cx))
    }

    /// Begins to answer a request, on the task that goes on with it, if there is one by now.
    #[inline]
    pub(crate) fn begin(&self, request: Request, task: Option<&mut Context<'_>>) -> Begun {
        let head = request.method() == Method::HEAD;
        let hsts = self.hsts(&request).cloned().map(Box::new);
        let matched = self.router().find(&request, self.limits().target);
        at_once(head, matched, request, hsts, task)
    }

    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request) -> Outgoing {
        match self.begin(request, None) {
            Begun::Answered(outgoing) => outgoing,
            Begun::Asked(asked) => asked.answer().await,
        }
    }
}

impl<B> Service<http::Request<B>> for App
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let app = self.clone();
        Box::pin(async move {
            let request = Request::from(request.map(Body::new));
            Ok(app.answer(request).await.into_http())
        })
    }
}
