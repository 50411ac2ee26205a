//! The task of ONE stream of HTTP/2: it ends when its peer takes nothing of the answer. It must not
//! know what is answered.
//!
//! A peer that never opens a stream's window holds its answer, and what made it, for as long as it
//! likes: the socket is not blocked, and others go on over it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use super::pieces::{Waits, waits};
use crate::connection::{
    alarm::Alarm,
    clock::{Clock, NEVER, Tick},
};

pin_project_lite::pin_project! {
    pub(super) struct Stream<F> {
        #[pin]
        future: F,
        waits: Waits,
        // When its peer has taken nothing for too long.
        due: Tick,
        write_time: Duration,
        alarm: Alarm,
    }
}

impl<F> Stream<F> {
    pub(super) fn new(future: F, clock: Arc<Clock>, write_time: Duration) -> Self {
        Self {
            future,
            waits: Waits::Ours,
            due: NEVER,
            write_time,
            alarm: Alarm::new(clock),
        }
    }
}

impl<F: Future<Output = ()>> Future for Stream<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let (poll, now_waits) = waits(*this.waits, || this.future.poll(cx));
        *this.waits = now_waits;
        if poll.is_ready() {
            return Poll::Ready(());
        }
        match now_waits {
            Waits::Ours => return Poll::Pending,
            Waits::Again => *this.due = this.alarm.clock().after(*this.write_time),
            Waits::Peer => {}
        }
        // Dropping what it waits with resets the stream.
        if this.alarm.poll(*this.due, cx) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
