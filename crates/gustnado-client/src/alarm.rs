//! A timer that is kept from call to call: what usually does not pass costs no timer of its own. It must
//! not know what is late then.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    runtime::{Handle, Id},
    time::{Instant, Sleep, sleep_until},
};

/// A timer, there once something was waited for.
///
/// It is set anew only when it goes off too early: of calls one after the other, each of which ends in
/// time, most find it as it is.
#[derive(Debug, Default)]
pub(crate) struct Alarm(Option<(Id, Pin<Box<Sleep>>)>);

impl Alarm {
    /// Waits until `end` has passed.
    pub(crate) fn poll(&mut self, end: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let runtime = Handle::current().id();
        // One of another runtime ends with that.
        if self.0.as_ref().is_none_or(|(at, _)| *at != runtime) {
            self.0 = None;
        }
        let (_, sleep) = self
            .0
            .get_or_insert_with(|| (runtime, Box::pin(sleep_until(end))));
        if end < sleep.deadline() {
            sleep.as_mut().reset(end);
        }
        loop {
            ready!(sleep.as_mut().poll(cx));
            if sleep.deadline() >= end {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, time::Duration};

    use super::*;

    #[test]
    fn it_goes_off_at_the_end_that_was_said_last() {
        let runtime = || {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            builder.enable_time().start_paused(true).build().unwrap()
        };
        let mut alarm = Alarm::default();
        for _ in 0..2 {
            runtime().block_on(async {
                for (said, seconds) in [
                    (vec![5], 5),
                    (vec![5, 9], 9),
                    (vec![9, 3], 3),
                    (vec![20], 20),
                ] {
                    let begun = Instant::now();
                    let mut said = said
                        .into_iter()
                        .map(|after| begun + Duration::from_secs(after));
                    let mut end = said.next().unwrap();
                    poll_fn(|cx| {
                        assert!(alarm.poll(end, cx).is_pending());
                        end = said.next().unwrap_or(end);
                        Poll::Ready(())
                    })
                    .await;
                    poll_fn(|cx| alarm.poll(end, cx)).await;
                    let took = begun.elapsed().as_millis();
                    assert!(took.abs_diff(seconds * 1_000) < 10, "{seconds}: {took}");
                }
            });
        }
    }
}
