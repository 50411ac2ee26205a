//! The body of a request on its way from the connection to whoever reads it, on the connection's own
//! task or another. It must not know sockets, nor how long may be waited.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use crate::{error::BoxError, late::TooSlow};

/// The connection's end.
#[derive(Debug)]
pub(super) struct Feed(Arc<Mutex<Flow>>);

/// The reader's end.
#[derive(Debug)]
pub(super) struct Inflow {
    flow: Arc<Mutex<Flow>>,
    /// Bytes that the reader has not had, where their number is known.
    left: Option<u64>,
}

/// What one has to tell the other.
#[derive(Debug)]
struct Flow {
    given: Given,
    /// What stands behind that.
    end: Option<Result<(), Failure>>,
    /// The reader, where it waits.
    reader: Option<Waker>,
    connection: Waker,
    /// Nobody reads any more.
    left: bool,
}

/// A part of a body that its reader has not had.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) data: Bytes,
    pub(super) trailers: Option<HeaderMap>,
}

impl Given {
    pub(super) fn is_empty(&self) -> bool {
        self.data.is_empty() && self.trailers.is_none()
    }
}

/// Why there is no more of a body though it is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    Late(TooSlow),
    /// The peer has said all, or has gone.
    Ended,
    /// It is not framed as it should be.
    Broken,
}

/// A body of so many bytes, or of unknown length, and the end to feed it by.
pub(super) fn feed(length: Option<u64>, connection: &Waker) -> (Feed, Inflow) {
    let flow = Arc::new(Mutex::new(Flow {
        given: Given::default(),
        end: None,
        reader: None,
        connection: connection.clone(),
        left: false,
    }));
    let inflow = Inflow {
        flow: Arc::clone(&flow),
        left: length,
    };
    (Feed(flow), inflow)
}

fn lock(flow: &Mutex<Flow>) -> MutexGuard<'_, Flow> {
    flow.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Feed {
    /// Whether the reader waits for more.
    pub(super) fn is_wanted(&self) -> bool {
        let flow = lock(&self.0);
        flow.reader.is_some() && flow.given.is_empty() && flow.end.is_none()
    }

    /// Whether nobody will read any more.
    pub(super) fn is_left(&self) -> bool {
        lock(&self.0).left
    }

    /// Gives more, which is only done where there is nothing, and perhaps what stands behind it.
    pub(super) fn give(&self, given: Given, end: Option<Result<(), Failure>>) {
        let mut flow = lock(&self.0);
        flow.given = given;
        flow.end = end;
        let reader = flow.reader.take();
        // One that is polled with the connection need not be woken.
        let reader = reader.filter(|reader| !reader.will_wake(&flow.connection));
        drop(flow);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Whom to wake when more is wanted.
    pub(super) fn note(&self, connection: &Waker) {
        lock(&self.0).connection.clone_from(connection);
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let whole = lock(&self.0).end.is_some();
        if !whole {
            self.give(Given::default(), Some(Err(Failure::Ended)));
        }
    }
}

impl Body for Inflow {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut flow = lock(&self.flow);
        if !flow.given.data.is_empty() {
            let data = std::mem::take(&mut flow.given.data);
            drop(flow);
            if let Some(left) = &mut self.left {
                *left = left.saturating_sub(data.len() as u64);
            }
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some(trailers) = flow.given.trailers.take() {
            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
        }
        match flow.end {
            Some(Ok(())) => return Poll::Ready(None),
            Some(Err(Failure::Late(late))) => return Poll::Ready(Some(Err(late.into()))),
            Some(Err(failure)) => return Poll::Ready(Some(Err(failure.into()))),
            None => {}
        }
        flow.reader = Some(cx.waker().clone());
        if !flow.connection.will_wake(cx.waker()) {
            flow.connection.wake_by_ref();
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        let flow = lock(&self.flow);
        flow.given.is_empty() && flow.end == Some(Ok(()))
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map(SizeHint::with_exact).unwrap_or_default()
    }
}

impl Drop for Inflow {
    fn drop(&mut self) {
        let mut flow = lock(&self.flow);
        flow.left = true;
        flow.given = Given::default();
        flow.connection.wake_by_ref();
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late(late) => late.fmt(f),
            Self::Ended => f.write_str("the connection ended within the body"),
            Self::Broken => f.write_str("the chunks of the body cannot be read"),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(inflow: &mut Inflow) -> Poll<Option<Result<Bytes, String>>> {
        let mut cx = Context::from_waker(Waker::noop());
        let frame = Pin::new(inflow).poll_frame(&mut cx);
        frame.map(|frame| {
            frame.map(|frame| match frame {
                Ok(frame) => Ok(frame.into_data().unwrap_or_default()),
                Err(error) => Err(error.to_string()),
            })
        })
    }

    #[test]
    fn what_is_given_is_read_and_then_the_end() {
        let (feed, mut inflow) = feed(Some(5), Waker::noop());
        assert!(!feed.is_wanted());
        assert!(poll(&mut inflow).is_pending());
        assert!(feed.is_wanted());
        let data = Bytes::from_static(b"hello");
        let trailers = None;
        let given = Given {
            data: data.clone(),
            trailers,
        };
        feed.give(given, Some(Ok(())));
        assert!(!feed.is_wanted());
        assert_eq!(inflow.size_hint().exact(), Some(5));
        assert_eq!(poll(&mut inflow), Poll::Ready(Some(Ok(data))));
        assert_eq!(inflow.size_hint().exact(), Some(0));
        assert!(inflow.is_end_stream());
        assert_eq!(poll(&mut inflow), Poll::Ready(None));
    }

    #[test]
    fn a_body_whose_connection_is_gone_is_not_whole() {
        let (feed, mut inflow) = feed(None, Waker::noop());
        assert!(poll(&mut inflow).is_pending());
        drop(feed);
        for _ in 0..2 {
            assert!(matches!(poll(&mut inflow), Poll::Ready(Some(Err(_)))));
        }
    }

    #[test]
    fn a_reader_that_leaves_is_seen_to() {
        let (feed, inflow) = feed(None, Waker::noop());
        assert!(!feed.is_left());
        drop(inflow);
        assert!(feed.is_left());
    }
}
