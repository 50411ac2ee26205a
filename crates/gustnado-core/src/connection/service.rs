//! hyper's request to ours, and our answer to hyper's. It must not know the socket.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{
    HeaderValue, StatusCode, Version,
    header::{CONNECTION, EXPECT},
    request::Parts,
};
use http_body::{Body as _, Frame, SizeHint};
use hyper::{
    body::Incoming,
    service::{Service, service_fn},
    upgrade::OnUpgrade,
};

use super::{
    arriving::{Arriving, Kind},
    clock::{Clock, InFlight, Vitals},
    framing, live,
};
#[cfg(feature = "http2")]
use crate::limits::STREAM_PIECE;
use crate::{
    access::Access,
    body::Body,
    error::{BoxError, Error},
    request::Request,
    tally::Counted,
};

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// The service that hyper calls for each request of one connection.
pub(super) fn service(
    vitals: Arc<Vitals>,
    clock: Arc<Clock>,
) -> impl Service<
    http::Request<Incoming>,
    Response = http::Response<Sending>,
    Error = Infallible,
    Future = impl Future<Output = Result<http::Response<Sending>, Infallible>> + Send,
> {
    service_fn(move |request: http::Request<Incoming>| {
        let in_flight = vitals.begin();
        let (mut head, body) = request.into_parts();
        vitals.note_version(head.version);
        let fault = framing::fault(&head, &body, vitals.app.limits());
        let alone = head.version > Version::HTTP_11;
        let upgradable = head.extensions.remove::<OnUpgrade>().is_some();
        // Made here and not in the future, which is moved more than once on its way into hyper.
        let (body, had_body) = if body.is_end_stream() {
            (Body::empty(), None)
        } else {
            arriving(&head, body, &vitals, &clock)
        };
        let mut request = Request::arrived(head, body, vitals.arrival);
        // A body that is read may have hyper say `100 Continue` before the answer.
        request.origin_mut().lines = had_body.is_none() && !alone && live::takes_lines();
        request.origin_mut().upgradable = upgradable;
        let access = Access::begin(&vitals.app, &mut request);
        let admitted = match fault {
            None => vitals.app.admit(&request, clock.lag()),
            Some(error) => Err(refused(error, alone)),
        };
        let mut exchange = Exchange::new(access, in_flight);
        async move {
            let app = exchange.in_flight.app();
            let answer = match admitted {
                Ok(counted) => {
                    exchange.counted = counted;
                    app.answer(request).await
                }
                Err(error) => app.refuse(request, &error),
            };
            let (mut response, lines) = answer.into_parts();
            if let Some(had) = had_body {
                had.settle(&exchange.in_flight, &mut response).await;
            }
            exchange.in_flight.answered();
            exchange.access.answered(&mut response);
            if alone {
                return Ok(sent_alone(response, exchange));
            }
            live::write_lines(lines);
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                live::hand_over(response.extensions_mut().remove());
            } else if exchange.in_flight.is_last() {
                say_close(&mut response);
            }
            Ok(response.map(|body| Sending { body, exchange }))
        }
    })
}

/// What is wrong with a request, which may be alone on its stream.
#[cold]
fn refused(error: Error, alone: bool) -> Error {
    if alone {
        return error;
    }
    // Where it ends may be in doubt, so nothing is read behind it.
    error.with_header(CONNECTION, CLOSE)
}

#[cold]
fn say_close(response: &mut http::Response<Body>) {
    response.headers_mut().insert(CONNECTION, CLOSE);
}

/// What a body is part of.
fn kind(head: &Parts) -> Kind {
    if head.version > Version::HTTP_11 {
        Kind::Stream
    } else if head.headers.contains_key(EXPECT) {
        Kind::Asking
    } else {
        Kind::Next
    }
}

/// A body that is not empty.
#[inline(never)]
fn arriving(
    head: &Parts,
    body: Incoming,
    vitals: &Arc<Vitals>,
    clock: &Arc<Clock>,
) -> (Body, Option<Had>) {
    let kind = kind(head);
    let had = Had {
        may_conflict: framing::may_conflict(head, &body),
    };
    let body = Arriving::new(body, kind, Arc::clone(vitals), Arc::clone(clock));
    (Body::incoming(body), (kind != Kind::Stream).then_some(had))
}

/// What is to be known of a request over HTTP/1 that had a body, once there is an answer.
struct Had {
    may_conflict: bool,
}

impl Had {
    /// What was not read of the body is read if it is here. If it is not, the connection ends, as
    /// hyper will have it, and the answer says so.
    async fn settle(self, in_flight: &InFlight, response: &mut http::Response<Body>) {
        let vitals = in_flight.vitals();
        if let Some(rest) = vitals.leftover.take() {
            let most = vitals.app.limits().linger_bytes;
            if in_flight.is_last() || !rest.discard(most).await {
                say_close(response);
            }
        }
        if self.may_conflict && !in_flight.is_last() && !response.headers().contains_key(CONNECTION)
        {
            live::watch();
        }
    }
}

/// An answer over HTTP/2.
#[cfg(feature = "http2")]
#[inline(never)]
fn sent_alone(response: http::Response<Body>, exchange: Exchange) -> http::Response<Sending> {
    super::pieces::note_answer();
    let limits = exchange.in_flight.app().limits();
    let most = limits.stream_send_buffer.min(STREAM_PIECE);
    response.map(|body| Sending {
        body: super::pieces::in_pieces(body, most),
        exchange,
    })
}

#[cfg(not(feature = "http2"))]
fn sent_alone(response: http::Response<Body>, exchange: Exchange) -> http::Response<Sending> {
    response.map(|body| Sending { body, exchange })
}

/// The body of an answer. While it is there, the request counts as being answered.
#[derive(Debug)]
pub(super) struct Sending {
    body: Body,
    exchange: Exchange,
}

/// What ends when an answer has.
#[derive(Debug)]
struct Exchange {
    access: Access,
    counted: Option<Counted>,
    in_flight: InFlight,
}

impl Exchange {
    fn new(access: Access, in_flight: InFlight) -> Self {
        Self {
            access,
            counted: None,
            in_flight,
        }
    }
}

impl http_body::Body for Sending {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if live::is_held() {
            // hyper would gather more behind what it cannot send. It asks again when it has sent that.
            return Poll::Pending;
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.exchange.access.frame(frame.as_ref());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
