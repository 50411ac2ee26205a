//! One request and its answer on one connection. It tells what failed from what may be sent again,
//! and must not know who does so.

use std::{
    pin::{Pin, pin},
    sync::{Arc, atomic::Ordering::Relaxed},
    task::Poll,
};

use gustnado_core::Body;
use http::{Request, Response, StatusCode, header::UPGRADE, response::Parts};
use hyper::{body::Incoming, client::conn::TrySendError};
use tokio::time::{sleep_until, timeout_at};

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

/// Sends a request, and waits for the head of its answer.
pub(crate) async fn exchange(
    place: &Place<'_>,
    connection: Connection,
    request: Request<Body>,
) -> Result<Answer, Failed> {
    match connection {
        Connection::One(one) => by_one(place, one, request).await,
        Connection::Many(many) => by_many(place, many, request).await,
    }
}

async fn by_one(
    place: &Place<'_>,
    one: Box<One>,
    mut request: Request<Body>,
) -> Result<Answer, Failed> {
    let switches = request.headers().contains_key(UPGRADE);
    let before = one.link.counts();
    one.link.interim.store(0, Relaxed);
    let link = one.link.clone();
    hyper::ext::on_informational(&mut request, move |_| {
        link.interim.fetch_add(1, Relaxed);
    });
    let (response, one) = head(place, one, before, request).await?;
    let (head, incoming) = response.into_parts();
    if switches && head.status == StatusCode::SWITCHING_PROTOCOLS {
        let body = Arriving::switched(incoming, one);
        return Ok(Answer { head, body });
    }
    let body = Arriving::by_one(incoming, one, place.pool.clone(), place.origin.clone());
    Ok(Answer { head, body })
}

/// Why the head of an answer did not come.
enum Ended {
    Failed(Box<TrySendError<Request<Body>>>),
    Interim,
    Late,
    /// The connection ended before it took the request.
    Gone,
}

/// Sends the request and drives the connection until the head of the answer is here. What was read and
/// written `before` says what became of the request. While more of it goes out, the answer is not waited
/// for yet.
async fn head(
    place: &Place<'_>,
    mut one: Box<One>,
    before: (u64, u64),
    request: Request<Body>,
) -> Result<(Response<Incoming>, Box<One>), Failed> {
    let limit = place.limits.first_byte_time;
    let mut end = place.deadline.phase(limit);
    let mut sleep = pin!(sleep_until(end));
    let mut written = before.1;
    let mut sent = pin!(one.sender.try_send_request(request));
    let ended = std::future::poll_fn(|cx| {
        let driven = Pin::new(&mut one.driver).poll(cx);
        if let Poll::Ready(answered) = sent.as_mut().poll(cx) {
            return Poll::Ready(answered.map_err(|failed| Ended::Failed(Box::new(failed))));
        }
        if one.link.interim.load(Relaxed) > INTERIM {
            return Poll::Ready(Err(Ended::Interim));
        }
        if driven.is_ready() {
            return Poll::Ready(Err(Ended::Gone));
        }
        let now = one.link.counts().1;
        if now != written {
            written = now;
            end = place.deadline.phase(limit);
        }
        while sleep.as_mut().poll(cx).is_ready() {
            if sleep.deadline() >= end {
                return Poll::Ready(Err(Ended::Late));
            }
            sleep.as_mut().reset(end);
        }
        Poll::Pending
    })
    .await;
    let link = one.link.clone();
    match ended {
        Ok(response) => Ok((response, one)),
        Err(Ended::Failed(failed)) => Err(failure(&link, before, *failed)),
        Err(Ended::Gone) => {
            // With the connection goes its queue, and what is in there comes back.
            drop(one);
            match sent.await {
                Err(failed) => Err(failure(&link, before, failed)),
                Ok(_) => Err(never(Error::new(ErrorKind::Cut, "the connection ended"))),
            }
        }
        Err(Ended::Late) => Err(never(place.deadline.passed(Phase::FirstByte, limit))),
        Err(Ended::Interim) => {
            let detail = format!("more than {INTERIM} interim answers (1xx) came");
            Err(never(Error::new(ErrorKind::Protocol, detail)))
        }
    }
}

fn never(error: Error) -> Failed {
    Failed {
        error,
        again: Again::Never,
    }
}

async fn by_many(
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
