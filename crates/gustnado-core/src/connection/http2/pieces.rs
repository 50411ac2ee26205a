//! The body of an answer over HTTP/2, in pieces that fit what is kept for a stream; and whether one
//! waits for its peer. It must not know connections.
//!
//! hyper takes a body's next frame as soon as there is one, and hands it over whole as soon as the
//! peer has room for one byte. So large frames are cut, and a stream whose last frame was taken and
//! that is not woken waits for its peer.

use std::{
    cell::Cell,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use crate::{body::Body, error::BoxError};

/// What a stream waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    /// Its handler.
    Ours,
    /// Its peer, to whom something was given since this was last looked at.
    Again,
    /// Its peer.
    Peer,
}

thread_local! {
    /// Of the stream that is being polled on this thread.
    static WAITS: Cell<Waits> = const { Cell::new(Waits::Ours) };
}

/// Polls a stream, and says what it waits for when it is not done. `before`: what it did before.
pub(super) fn waits<T>(before: Waits, poll: impl FnOnce() -> T) -> (T, Waits) {
    let outer = WAITS.replace(match before {
        Waits::Again => Waits::Peer,
        other => other,
    });
    let polled = poll();
    (polled, WAITS.replace(outer))
}

/// There is an answer, and its head is on the way.
pub(super) fn note_answer() {
    WAITS.set(Waits::Again);
}

/// Cuts a body that is large, and tells of one that comes in time when it is waited for.
pub(super) fn in_pieces(body: Body, most: usize) -> Body {
    let small = body.as_full().is_some_and(|bytes| bytes.len() <= most);
    if small || body.is_end_stream() {
        return body;
    }
    let most = most.max(1);
    Body::new(Pieces {
        body,
        most,
        rest: Bytes::new(),
    })
}

struct Pieces {
    body: Body,
    most: usize,
    /// Of the last frame.
    rest: Bytes,
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.rest.is_empty() {
            WAITS.set(Waits::Ours);
            let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
            WAITS.set(Waits::Again);
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                other => return Poll::Ready(other),
            }
        }
        WAITS.set(Waits::Again);
        let most = self.most.min(self.rest.len());
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(most)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_frames_are_cut_and_small_bodies_left() {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut body = in_pieces(Body::from(vec![7; 25]), 10);
        let mut sizes = Vec::new();
        let ((), after) = waits(Waits::Ours, || {
            while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut cx) {
                sizes.push((frame.data_ref().map(Bytes::len), body.is_end_stream()));
            }
        });
        let (ten, five) = (Some(10), Some(5));
        assert_eq!(sizes, [(ten, false), (ten, false), (five, true)]);
        assert_eq!(after, Waits::Again);
        assert_eq!(waits(after, || ()).1, Waits::Peer);
        assert!(in_pieces(Body::from("small"), 10).as_full().is_some());
    }
}
