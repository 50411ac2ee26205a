//! Two futures, of which the first one counts. It must not know what they wait for.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

/// Which of the two it was.
#[derive(Debug)]
pub(super) enum Won<A, B> {
    One(A),
    Other(B),
}

/// Waits for the first of two; where both have come, for `one`.
pub(super) async fn race<A, B>(
    one: impl Future<Output = A>,
    other: impl Future<Output = B>,
) -> Won<A, B> {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(Won::One(value)),
        Poll::Pending => other.as_mut().poll(cx).map(Won::Other),
    })
    .await
}
