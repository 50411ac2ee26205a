//! One request and its answer on one connection. It tells what failed from what may be sent again,
//! and must not know who does so.

use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll},
};

use gustnado_core::Body;
use http::{Request, Response, StatusCode, header::UPGRADE, response::Parts};
use hyper::{body::Incoming, client::conn::TrySendError};
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use crate::{
    arriving::Arriving,
    connection::{Connection, Many, One},
    deadline::Deadline,
    error::{Error, ErrorKind, Phase},
    limits::{CAUSES, INTERIM, Limits},
    link::Link,
    pool::Pool,
    url::Origin,
};

/// An answer's head, and its body as it comes.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Parts,
    pub(crate) body: Arriving,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) again: Again,
}

/// Whether the request may be sent again, on another connection.
#[derive(Debug)]
pub(crate) enum Again {
    /// It would fail again, or it was answered in part.
    Never,
    /// The other side may have read it: only if nothing is done twice by that.
    IfIdempotent,
    /// The other side has not read it. Here it is, if it was not touched.
    Always(Option<Body>),
}

/// Where a request is sent.
pub(crate) struct Place<'a> {
    pub(crate) pool: &'a Pool<Connection>,
    pub(crate) origin: &'a Arc<Origin>,
    pub(crate) limits: &'a Limits,
    pub(crate) deadline: &'a Deadline,
}

/// Sends a request over HTTP/1, and drives its connection until the head of the answer is here.
pub(crate) fn by_one<'a>(
    place: &'a Place<'a>,
    mut one: Box<One>,
    mut request: Request<Body>,
) -> impl Future<Output = Result<Answer, Failed>> + 'a {
    let switches = request.headers().contains_key(UPGRADE);
    let before = one.link.counts();
    one.link.interim.store(0, Relaxed);
    let link = one.link.clone();
    hyper::ext::on_informational(&mut request, move |_| {
        link.interim.fetch_add(1, Relaxed);
    });
    let end = place.deadline.phase(place.limits.first_byte_time);
    ByOne {
        place,
        switches,
        before,
        written: before.1,
        end,
        link: one.link.clone(),
        sent: one.sender.try_send_request(request),
        one: Some(one),
        sleep: sleep_until(end),
    }
}

pin_project! {
    /// A request on its way, and its answer. A future by hand, as those of the compiler keep what they are given
    /// twice.
    struct ByOne<'a, S> {
        place: &'a Place<'a>,
        switches: bool,
        // What was read and written before it, which says what became of it.
        before: (u64, u64),
        written: u64,
        end: Instant,
        link: Arc<Link>,
        // Gone once the connection has ended.
        one: Option<Box<One>>,
        #[pin]
        sent: S,
        #[pin]
        sleep: Sleep,
    }
}

impl<S> Future for ByOne<'_, S>
where
    S: Future<Output = Result<Response<Incoming>, TrySendError<Request<Body>>>>,
{
    type Output = Result<Answer, Failed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let ended = match this.one.as_mut() {
            Some(one) => Pin::new(&mut one.driver).poll(cx).is_ready(),
            None => false,
        };
        if let Poll::Ready(answered) = this.sent.as_mut().poll(cx) {
            return Poll::Ready(match (answered, this.one.take()) {
                (Ok(response), Some(one)) => Ok(answer(this.place, one, *this.switches, response)),
                (Ok(_), None) => Err(never(Error::new(ErrorKind::Cut, "the connection ended"))),
                (Err(failed), _) => Err(failure(this.link, *this.before, failed)),
            });
        }
        if this.link.interim.load(Relaxed) > INTERIM {
            let detail = format!("more than {INTERIM} interim answers (1xx) came");
            return Poll::Ready(Err(never(Error::new(ErrorKind::Protocol, detail))));
        }
        if ended {
            // With the connection goes its queue, and what is in there comes back.
            *this.one = None;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // While more of the request goes out, the answer is not waited for yet.
        let limit = this.place.limits.first_byte_time;
        let now = this.link.counts().1;
        if now != *this.written {
            *this.written = now;
            *this.end = this.place.deadline.phase(limit);
        }
        while this.sleep.as_mut().poll(cx).is_ready() {
            if this.sleep.deadline() >= *this.end {
                let late = this.place.deadline.passed(Phase::FirstByte, limit);
                return Poll::Ready(Err(never(late)));
            }
            this.sleep.as_mut().reset(*this.end);
        }
        Poll::Pending
    }
}

/// What is made of the head of an answer over HTTP/1.
fn answer(
    place: &Place<'_>,
    one: Box<One>,
    switches: bool,
    response: Response<Incoming>,
) -> Answer {
    let (head, incoming) = response.into_parts();
    let body = if switches && head.status == StatusCode::SWITCHING_PROTOCOLS {
        Arriving::switched(incoming, one)
    } else {
        Arriving::by_one(incoming, one, place.pool.clone(), place.origin.clone())
    };
    Answer { head, body }
}

fn never(error: Error) -> Failed {
    Failed {
        error,
        again: Again::Never,
    }
}

/// Sends a request over HTTP/2, and waits for the head of its answer.
pub(crate) async fn by_many(
    place: &Place<'_>,
    mut many: Many,
    request: Request<Body>,
) -> Result<Answer, Failed> {
    let stream = many.stream();
    let limit = place.limits.first_byte_time;
    let end = place.deadline.phase(limit);
    let sent = many.sender.try_send_request(request);
    match timeout_at(end, sent).await {
        Ok(Ok(response)) => {
            let (head, incoming): (Parts, Incoming) = Response::into_parts(response);
            Ok(Answer {
                head,
                body: Arriving::by_many(incoming, stream),
            })
        }
        Ok(Err(mut failed)) => {
            let unread = failed.take_message().map(Request::into_body);
            let error = failed.into_error();
            let again = match unread {
                Some(body) => Again::Always(Some(body)),
                None if is_refused(&error) => Again::Always(None),
                None if is_cut(&error) => Again::IfIdempotent,
                None => Again::Never,
            };
            Err(Failed {
                error: explain(error),
                again,
            })
        }
        Err(_) => Err(Failed {
            error: place.deadline.passed(Phase::FirstByte, limit),
            again: Again::Never,
        }),
    }
}

/// What a failure on a connection of HTTP/1 means, by what was read and written since `before`.
fn failure(link: &Link, before: (u64, u64), mut failed: TrySendError<Request<Body>>) -> Failed {
    let unread = failed.take_message().map(Request::into_body);
    let error = failed.into_error();
    let (read, written) = link.counts();
    let again = match unread {
        Some(body) => Again::Always(Some(body)),
        None if !is_cut(&error) || read > before.0 => Again::Never,
        None if written == before.1 => Again::Always(None),
        None => Again::IfIdempotent,
    };
    Failed {
        error: explain(error),
        again,
    }
}

/// Whether the connection was lost, and not the request or its answer at fault.
fn is_cut(error: &hyper::Error) -> bool {
    !error.is_parse() && !error.is_user() || error.is_incomplete_message()
}

/// Whether the other side says that it did nothing (RFC 9113 section 8.7).
fn is_refused(error: &hyper::Error) -> bool {
    let first: &(dyn std::error::Error + 'static) = error;
    let causes = std::iter::successors(Some(first), |error| error.source());
    let mut h2 = causes
        .take(CAUSES)
        .filter_map(|error| error.downcast_ref::<h2::Error>());
    h2.any(|error| error.reason() == Some(h2::Reason::REFUSED_STREAM))
}

/// What hyper's error means for whoever asked.
pub(crate) fn explain(error: hyper::Error) -> Error {
    let (kind, detail) = if error.is_user() {
        (ErrorKind::Upload, "the body of the request failed")
    } else if error.is_parse_too_large() {
        (ErrorKind::Protocol, "the head of the answer is too large")
    } else if error.is_parse() {
        (ErrorKind::Protocol, "what came is no answer of HTTP")
    } else {
        (
            ErrorKind::Cut,
            "the connection was lost before the answer was whole",
        )
    };
    Error::new(kind, detail).with_source(error)
}
