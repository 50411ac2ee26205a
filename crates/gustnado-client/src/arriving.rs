//! The body of an answer as it comes from its connection, which it drives and gives back to the pool
//! at the end. It must not know what bounds it, nor what it means.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use crate::{
    connection::{Connection, One, Stream, explain},
    error::{Error, Result},
    limits::DRAIN,
    pool::Pool,
    url::Origin,
};

/// A body on its way.
#[derive(Debug)]
pub(crate) struct Arriving(From);

#[derive(Debug)]
enum From {
    /// Nothing more comes, and the connection is back or lost.
    Done,
    /// It was all here with its head, and the connection is back.
    Whole(Bytes),
    One(Box<One>, Pool<Connection>, Arc<Origin>),
    Many {
        incoming: Incoming,
        _stream: Stream,
    },
    /// There is no body: the connection goes on with another protocol.
    Switched(Box<One>),
}

impl Arriving {
    pub(crate) fn by_one(mut one: Box<One>, pool: &Pool<Connection>, origin: &Arc<Origin>) -> Self {
        match one.http1.whole() {
            Some(bytes) => {
                release(one, pool, origin);
                Self(From::Whole(bytes))
            }
            None => Self(From::One(one, pool.clone(), origin.clone())),
        }
    }

    /// Behind an answer that ends HTTP, as was asked for.
    pub(crate) fn switched(one: Box<One>) -> Self {
        Self(From::Switched(one))
    }

    /// The connection that goes on with another protocol, if this is one.
    pub(crate) fn into_switched(mut self) -> Option<Box<One>> {
        match std::mem::replace(&mut self.0, From::Done) {
            From::Switched(one) => Some(one),
            _ => None,
        }
    }

    pub(crate) fn by_many(incoming: Incoming, stream: Stream) -> Self {
        Self(From::Many {
            incoming,
            _stream: stream,
        })
    }

    /// Takes all of it, if it is here and has no more bytes than this.
    pub(crate) fn take_whole(&mut self, most: usize) -> Option<Bytes> {
        match &mut self.0 {
            From::Done => Some(Bytes::new()),
            From::Whole(bytes) if bytes.len() <= most => Some(std::mem::take(bytes)),
            _ => None,
        }
    }

    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        let frame = match &mut self.0 {
            From::Done | From::Switched(_) => None,
            From::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                self.0 = From::Done;
                (!bytes.is_empty()).then(|| Ok(Frame::data(bytes)))
            }
            From::One(one, ..) => {
                let frame = ready!(one.http1.poll_frame(cx));
                if one.http1.has_ended() {
                    self.release();
                }
                frame.map(|frame| frame.map_err(Error::from))
            }
            From::Many { incoming, .. } => {
                let frame = ready!(Pin::new(incoming).poll_frame(cx));
                frame.map(|frame| frame.map_err(explain))
            }
        };
        if let Some(Err(_)) = &frame {
            self.0 = From::Done;
        }
        Poll::Ready(frame)
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        match &self.0 {
            From::Done | From::Switched(_) => true,
            From::Whole(bytes) => bytes.is_empty(),
            From::One(one, ..) => one.http1.has_ended(),
            From::Many { incoming, .. } => incoming.is_end_stream(),
        }
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        match &self.0 {
            From::Done | From::Switched(_) => SizeHint::with_exact(0),
            From::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            From::One(one, ..) => one.http1.size_hint(),
            From::Many { incoming, .. } => incoming.size_hint(),
        }
    }

    fn release(&mut self) {
        if let From::One(one, pool, origin) = std::mem::replace(&mut self.0, From::Done) {
            release(one, &pool, &origin);
        }
    }
}

/// Gives a connection back whose answer has come, if it can be used again.
fn release(mut one: Box<One>, pool: &Pool<Connection>, origin: &Arc<Origin>) {
    if one.settle() {
        pool.put(origin, Connection::One(one));
    }
}

/// What is left of it may be here already: then its connection can be used again. What is not here is
/// not waited for.
impl Drop for Arriving {
    fn drop(&mut self) {
        let mut left = DRAIN;
        let mut cx = Context::from_waker(Waker::noop());
        while matches!(self.0, From::One(..)) {
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
