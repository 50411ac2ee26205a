//! A body that may have only so many bytes. It must not know whose bound that is.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::error::BoxError;

/// A body, and how many bytes of it may come.
#[derive(Debug)]
pub(crate) struct Bounded<B: ?Sized> {
    /// `usize::MAX` where nobody said.
    limit: usize,
    /// How many came.
    seen: usize,
    body: B,
}

/// More bytes than a body may have.
#[derive(Debug)]
pub(crate) struct TooLarge {
    limit: usize,
}

impl<B: Body> Bounded<B> {
    pub(crate) fn new(body: B, limit: usize) -> Self {
        Self {
            limit,
            seen: 0,
            body,
        }
    }
}

impl<B: Body + ?Sized> Bounded<B> {
    pub(crate) fn body(&self) -> &B {
        &self.body
    }

    /// Sets how many bytes may come in all, those that came already included.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Whether more has come, or is declared to come, than may.
    pub(crate) fn is_too_large(&self) -> bool {
        let more = self.body.size_hint().lower();
        let room = self.limit.checked_sub(self.seen);
        room.is_none_or(|room| more > room as u64)
    }
}

impl<B> Body for Bounded<B>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Unpin + ?Sized,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let limit = self.limit;
        let too_large = || Poll::Ready(Some(Err(TooLarge { limit }.into())));
        if self.is_too_large() {
            return too_large();
        }
        let poll = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &poll
            && let Some(data) = frame.data_ref()
        {
            self.seen = self.seen.saturating_add(data.len());
            if self.seen > limit {
                return too_large();
            }
        }
        poll.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the body may have at most {} bytes", self.limit)
    }
}

impl std::error::Error for TooLarge {}
