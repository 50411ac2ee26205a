//! One request and its answer on one connection. It tells what failed from what may be sent again,
//! and must not know who does so.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use gustnado_core::Body;
use http::{Request, Response, StatusCode, header::UPGRADE, response::Parts};
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use crate::{
    arriving::Arriving,
    connection::{Connection, Many, One, explain},
    deadline::Deadline,
    error::{Error, Phase},
    head::Head,
    http1::{Asking, Fault},
    limits::{CAUSES, Limits},
    pool::Pool,
    url::Origin,
};

/// An answer's head, and its body as it comes.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: Head,
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
    asking: &Asking<'_>,
    body: Body,
) -> ByOne<'a> {
    one.http1.ask(asking, body);
    let before = one.link.counts();
    ByOne {
        place,
        switches: asking.headers.contains_key(UPGRADE),
        before,
        written: before.1,
        end: None,
        one: Some(one),
    }
}

/// A request on its way, and its answer. A future by hand, as those of the compiler keep what they are given
/// twice.
pub(crate) struct ByOne<'a> {
    place: &'a Place<'a>,
    switches: bool,
    /// What was read and written before it, which says what became of it.
    before: (u64, u64),
    written: u64,
    /// There once something is waited for.
    end: Option<Instant>,
    /// There until there is an answer or none.
    one: Option<Box<One>>,
}

impl Future for ByOne<'_> {
    type Output = Result<Answer, Failed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(one) = &mut this.one else {
            return Poll::Pending;
        };
        if let Poll::Ready(answered) = one.http1.poll_head(cx) {
            let one = this.one.take();
            return Poll::Ready(match (answered, one) {
                (Ok(head), Some(one)) => Ok(answer(this.place, one, this.switches, head)),
                (Err(fault), Some(one)) => Err(failure(one, this.before, fault)),
                (_, None) => Err(never(Fault::Cut(None).into())),
            });
        }
        // While more of the request goes out, the answer is not waited for yet.
        let limit = this.place.limits.first_byte_time;
        let written = one.link.counts().1;
        let end = match this.end {
            Some(end) if written == this.written => end,
            _ => this.place.deadline.phase(limit),
        };
        (this.written, this.end) = (written, Some(end));
        ready!(one.alarm.poll(end, cx));
        let late = this.place.deadline.passed(Phase::FirstByte, limit);
        Poll::Ready(Err(never(late)))
    }
}

/// What is made of the head of an answer over HTTP/1.
fn answer(place: &Place<'_>, one: Box<One>, switches: bool, head: Head) -> Answer {
    let body = if switches && head.status == StatusCode::SWITCHING_PROTOCOLS {
        Arriving::switched(one)
    } else {
        Arriving::by_one(one, place.pool, place.origin)
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
                head: head.into(),
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
#[cold]
fn failure(mut one: Box<One>, before: (u64, u64), fault: Fault) -> Failed {
    let (read, written) = one.link.counts();
    let again = match fault {
        Fault::Cut(_) if written == before.1 => Again::Always(one.http1.unread()),
        Fault::Cut(_) if read == before.0 => Again::IfIdempotent,
        _ => Again::Never,
    };
    Failed {
        error: fault.into(),
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
