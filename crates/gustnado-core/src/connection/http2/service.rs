//! hyper's request over HTTP/2 to ours, and our answer to hyper's. It must not know the socket.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::{
    body::Incoming,
    service::{Service, service_fn},
};

use super::{arriving::Arriving, pieces};
use crate::{
    access::Access,
    body::Body,
    connection::{
        clock::{Clock, InFlight, Vitals},
        framing,
    },
    error::BoxError,
    limits::STREAM_PIECE,
    request::Request,
    tally::Counted,
};

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
        let (head, body) = request.into_parts();
        let fault = framing::authority_fault(&head, vitals.app.limits());
        // Made here and not in the future, which is moved more than once on its way into hyper.
        let body = if body.is_end_stream() {
            Body::empty()
        } else {
            Body::incoming(Arriving::new(body, Arc::clone(&vitals), Arc::clone(&clock)))
        };
        let mut request = Request::arrived(head, body, vitals.arrival);
        let access = Access::begin(&vitals.app, &mut request);
        let admitted = match fault {
            None => vitals.app.admit(&request, clock.lag()),
            Some(error) => Err(error),
        };
        let mut exchange = Exchange {
            access,
            counted: None,
            in_flight,
        };
        async move {
            let app = exchange.in_flight.app();
            let answer = match admitted {
                Ok(counted) => {
                    exchange.counted = counted;
                    app.answer(request).await
                }
                Err(error) => app.refuse(request, &error),
            };
            let mut response = answer.into_http();
            exchange.access.answered(&mut response);
            pieces::note_answer();
            let limits = exchange.in_flight.app().limits();
            let most = limits.stream_send_buffer.min(STREAM_PIECE);
            Ok(response.map(|body| Sending {
                body: pieces::in_pieces(body, most),
                exchange,
            }))
        }
    })
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

impl http_body::Body for Sending {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
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
