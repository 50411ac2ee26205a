//! ONE stream of HTTP/2, which goes on within its connection's task as far as it comes at once, and then
//! as a task of its own. It ends when its peer takes nothing of the answer. It must not know what is
//! answered.
//!
//! Most handlers wait for nothing. A task for each would be made, queued, and polled to say that there is
//! something to write: a tenth of what a request costs. So a stream is polled where it begins, with a
//! waker that wakes nobody; if it is not done then, a task polls it again at once, as any future may be, and
//! is woken from there on.
//!
//! A peer that never opens a stream's window holds its answer, and what made it, for as long as it
//! likes: the socket is not blocked, and others go on over it.

use std::{
    cell::Cell,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::pieces::{Waits, waits};
use crate::{
    connection::{
        alarm::Alarm,
        clock::{Clock, NEVER, Tick},
    },
    limits::TURN,
};

thread_local! {
    /// How many more streams begin within their connection's task, until others have their turn.
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// A connection has its turn.
pub(super) fn turn() {
    LEFT.set(TURN);
}

/// Polls a stream for the first time, if its connection has not begun too many in its turn. Gives it
/// back, with what it waits for, if it is not done.
///
/// One that panics is dropped, which resets it, as the task of one would.
pub(super) fn begin<F: Future<Output = ()>>(
    mut future: Pin<Box<F>>,
) -> Option<(Pin<Box<F>>, Waits)> {
    let left = LEFT.get();
    if left == 0 {
        return Some((future, Waits::Ours));
    }
    LEFT.set(left - 1);
    let poll = AssertUnwindSafe(|| {
        future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
    });
    match waits(Waits::Ours, || catch_unwind(poll)) {
        (Ok(Poll::Pending), waits) => Some((future, waits)),
        _ => None,
    }
}

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
    /// One that waits for this.
    pub(super) fn new(future: F, waits: Waits, clock: Arc<Clock>, write_time: Duration) -> Self {
        let due = match waits {
            Waits::Ours => NEVER,
            Waits::Again | Waits::Peer => clock.after(write_time),
        };
        Self {
            future,
            waits,
            due,
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

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, poll_fn},
        sync::atomic::{AtomicBool, Ordering::Relaxed},
    };

    use super::*;
    use crate::connection::http2::pieces::note_answer;

    #[test]
    fn no_more_begin_than_others_can_wait_for() {
        let polled = Cell::new(0);
        let one = || async { polled.set(polled.get() + 1) };
        for _connection in 0..2 {
            turn();
            polled.set(0);
            let left = (0..TURN + 5).filter_map(|_| begin(Box::pin(one()))).count();
            assert_eq!((polled.get(), left), (TURN, 5));
        }
    }

    #[test]
    fn one_that_is_not_done_is_given_back_with_what_it_waits_for() {
        fn waits<F>(begun: Option<(F, Waits)>) -> Waits {
            begun.expect("not done").1
        }
        turn();
        assert_eq!(waits(begin(Box::pin(pending()))), Waits::Ours);
        let answered = poll_fn(|_| {
            note_answer();
            Poll::Pending
        });
        assert_eq!(waits(begin(Box::pin(answered))), Waits::Again);
        assert!(begin(Box::pin(std::future::ready(()))).is_none());
        // It is due for what it was given before it was a task.
        let clock = Arc::new(Clock::default());
        let stream = |waits| Stream::new((), waits, Arc::clone(&clock), Duration::from_secs(1));
        assert_eq!(stream(Waits::Ours).due, NEVER);
        assert_ne!(stream(Waits::Again).due, NEVER);
    }

    #[test]
    fn one_that_panics_is_dropped_and_nothing_else() {
        struct Noted(Arc<AtomicBool>);
        impl Drop for Noted {
            fn drop(&mut self) {
                self.0.store(true, Relaxed);
            }
        }
        turn();
        let dropped = Arc::new(AtomicBool::new(false));
        let noted = Noted(Arc::clone(&dropped));
        let panics = async move {
            let _noted = noted;
            panic!("as asked");
        };
        assert!(begin(Box::pin(panics)).is_none());
        assert!(dropped.load(Relaxed));
    }
}
