//! Bodies on their way through: an answer's, which keeps its upstream taken until it ends, and a
//! request's, which comes back if nobody has read of it. It must not know heads.

use std::{
    error::Error as StdError,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use gustnado_core::{Body, BoxError};
use http_body::{Frame, SizeHint};

use crate::{choice::Chosen, limits::CAUSES};

/// The body of an answer.
pub(crate) struct Passing {
    body: Body,
    chosen: Chosen,
}

impl Passing {
    pub(crate) fn new(body: Body, chosen: Chosen) -> Self {
        Self { body, chosen }
    }
}

impl http_body::Body for Passing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let poll = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Err(error))) = &poll {
            // The client sees an answer that is cut short; why, it is not told.
            tracing::error!(
                upstream = self.chosen.upstream().name(),
                causes = causes(&**error),
                "an answer broke off"
            );
        }
        poll
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An error and what caused it, for the log.
pub(crate) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    for _ in 1..CAUSES {
        let Some(cause) = next else {
            break;
        };
        told = format!("{told}: {cause}");
        next = cause.source();
    }
    told
}

/// No bytes in the place of others: how many those would be is said by the head, or not known.
pub(crate) struct Unsent;

impl http_body::Body for Unsent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// The body of a request, lent to whoever sends it.
pub(crate) struct Lent {
    body: Option<Body>,
    home: Home,
    read: bool,
}

/// Where a lent body is again if it was not read.
#[derive(Clone, Default)]
pub(crate) struct Home(Arc<Mutex<Option<Body>>>);

impl Home {
    pub(crate) fn lend(&self, body: Body) -> Body {
        Body::new(Lent {
            body: Some(body),
            home: self.clone(),
            read: false,
        })
    }

    pub(crate) fn take(&self) -> Option<Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.read {
            let mut home = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
            *home = self.body.take();
        }
    }
}

impl http_body::Body for Lent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.read = true;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body
            .as_ref()
            .is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let size = self.body.as_ref().map(http_body::Body::size_hint);
        size.unwrap_or_else(|| SizeHint::with_exact(0))
    }
}
