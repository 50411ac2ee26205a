//! A body that has no end of its own: it ends when the server stops. It must not know what it says.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::Frame;

use crate::{error::BoxError, stop::Stopping};

/// A body that ends, as if that were its end, when the server stops.
pub(crate) struct Endless {
    body: Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>,
    stopped: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Endless {
    pub(crate) fn new(
        body: impl http_body::Body<Data = Bytes, Error = BoxError> + Send + 'static,
    ) -> Self {
        Self {
            body: Box::pin(body),
            stopped: None,
        }
    }

    /// Ends it when this begins.
    pub(crate) fn end_on(&mut self, stopping: Stopping) {
        self.stopped = Some(Box::pin(async move { stopping.begun().await }));
    }

    /// The next frame. It is not to be asked again once it has ended.
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let stopped = self.stopped.as_mut();
        if stopped.is_some_and(|stopped| stopped.as_mut().poll(cx).is_ready()) {
            return Poll::Ready(None);
        }
        self.body.as_mut().poll_frame(cx)
    }
}
