//! The body of an answer as it comes from its connection, which it drives and gives back to the pool
//! at the end. It must not know what bounds it, nor what it means.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use crate::{
    connection::{Connection, One, Stream},
    limits::DRAIN,
    pool::Pool,
    url::Origin,
};

/// A body on its way.
#[derive(Debug)]
pub(crate) struct Arriving {
    incoming: Incoming,
    from: From,
}

#[derive(Debug)]
enum From {
    /// It is all here, and the connection is back.
    Done,
    One(Box<One>, Pool<Connection>, Arc<Origin>),
    Many {
        _stream: Stream,
    },
    /// There is no body: the connection goes on with another protocol.
    Switched(Box<One>),
}

impl Arriving {
    pub(crate) fn by_one(
        incoming: Incoming,
        one: Box<One>,
        pool: Pool<Connection>,
        origin: Arc<Origin>,
    ) -> Self {
        let from = From::One(one, pool, origin);
        let mut arriving = Self { incoming, from };
        arriving.release_at_end();
        arriving
    }

    /// Behind an answer that ends HTTP, as was asked for.
    pub(crate) fn switched(incoming: Incoming, one: Box<One>) -> Self {
        let from = From::Switched(one);
        Self { incoming, from }
    }

    /// The connection that goes on with another protocol, if this is one.
    pub(crate) fn into_switched(mut self) -> Option<Box<One>> {
        match std::mem::replace(&mut self.from, From::Done) {
            From::Switched(one) => Some(one),
            _ => None,
        }
    }

    pub(crate) fn by_many(incoming: Incoming, stream: Stream) -> Self {
        let from = From::Many { _stream: stream };
        Self { incoming, from }
    }

    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let mut frame = Pin::new(&mut self.incoming).poll_frame(cx);
        if frame.is_pending()
            && let From::One(one, ..) = &mut self.from
        {
            // Once it has ended there is nothing to drive, and the body says why.
            if Pin::new(&mut one.driver).poll(cx).is_ready() {
                self.from = From::Done;
            }
            frame = Pin::new(&mut self.incoming).poll_frame(cx);
        }
        match &frame {
            Poll::Ready(None) => self.release(),
            Poll::Ready(Some(Ok(_))) => self.release_at_end(),
            Poll::Ready(Some(Err(_))) => self.from = From::Done,
            Poll::Pending => {}
        }
        frame
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }

    fn release_at_end(&mut self) {
        if self.incoming.is_end_stream() {
            self.release();
        }
    }

    fn release(&mut self) {
        if let From::One(mut one, pool, origin) = std::mem::replace(&mut self.from, From::Done)
            && one.settle()
        {
            pool.put(&origin, Connection::One(one));
        }
    }
}

/// What is left of it may be here already: then its connection can be used again. What is not here is
/// not waited for.
impl Drop for Arriving {
    fn drop(&mut self) {
        let mut left = DRAIN;
        let mut cx = Context::from_waker(Waker::noop());
        while matches!(self.from, From::One(..)) {
            match self.poll_frame(&mut cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let bytes = frame.data_ref().map_or(0, Bytes::len);
                    match left.checked_sub(bytes) {
                        Some(less) => left = less,
                        None => return,
                    }
                }
                _ => return,
            }
        }
    }
}
