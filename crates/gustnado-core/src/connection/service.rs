//! hyper's request to ours, and our answer to hyper's. It must not know the socket.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderValue, header::CONNECTION};
use http_body::{Body as _, Frame, SizeHint};
use hyper::{
    body::Incoming,
    service::{Service, service_fn},
};

use super::{
    clock::{InFlight, Vitals},
    framing, live,
};
use crate::{access::Access, body::Body, error::BoxError, request::Request, tally::Counted};

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// The service that hyper calls for each request of one connection.
pub(super) fn service(
    vitals: Arc<Vitals>,
) -> impl Service<
    http::Request<Incoming>,
    Response = http::Response<Sending>,
    Error = Infallible,
    Future = impl Future<Output = Result<http::Response<Sending>, Infallible>> + Send,
> {
    service_fn(move |request: http::Request<Incoming>| {
        let in_flight = vitals.begin();
        if !request.body().is_end_stream() {
            vitals.note_body();
        }
        if request.version() < http::Version::HTTP_11 {
            vitals.note_old();
        }
        let (head, body) = request.into_parts();
        let fault = framing::fault(&head, &body);
        let bodied = !body.is_end_stream();
        let old_enough = head.version <= http::Version::HTTP_11;
        // Made here and not in the future, which is moved more than once on its way into hyper.
        let mut request = Request::arrived(head, Body::incoming(body), vitals.arrival);
        // A body that is read may have hyper say `100 Continue` before the answer.
        request.origin_mut().lines = !bodied && old_enough && live::takes_lines();
        let mut access = Access::begin(&vitals.app, &mut request);
        let admitted = match fault {
            None => vitals.app.admit(&request, vitals.lag()),
            // Where it ends may be in doubt, so nothing is read behind it.
            Some(error) => Err(error.with_header(CONNECTION, CLOSE)),
        };
        async move {
            let app = in_flight.app();
            let (response, counted) = match admitted {
                Ok(counted) => (app.answer(request).await, counted),
                Err(error) => (app.refuse(request, &error), None),
            };
            let (mut response, lines) = response.into_parts();
            if !lines.is_empty() {
                live::write_lines(lines);
            }
            in_flight.answered();
            access.answered(&mut response);
            Ok(response.map(|body| Sending {
                body,
                access,
                _counted: counted,
                _in_flight: in_flight,
            }))
        }
    })
}

/// The body of an answer. While it is there, the request counts as being answered.
#[derive(Debug)]
pub(super) struct Sending {
    body: Body,
    access: Access,
    _counted: Option<Counted>,
    _in_flight: InFlight,
}

impl http_body::Body for Sending {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.access.frame(frame.as_ref());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
