//! The body of a request, as it comes from the wire. It must not know what it says.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

/// Whose connection a body comes over.
pub(crate) trait Host: Send + Sync {
    /// Nobody reads the body any more.
    fn let_go(&self);
}

/// The body of a request, and the connection that it keeps from being idle.
pub(crate) struct Arriving {
    incoming: Incoming,
    host: Arc<dyn Host>,
}

impl Arriving {
    pub(crate) fn new(incoming: Incoming, host: Arc<dyn Host>) -> Self {
        Self { incoming, host }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.incoming).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.host.let_go();
    }
}

impl fmt::Debug for Arriving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.incoming.fmt(f)
    }
}
