//! Where the answers of a connection are made, one after another in the same place. It must not know
//! what is asked.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{lifecycle::Asked, write::Outgoing};

/// Makes one answer at a time.
pub(super) trait Answerer: Send {
    fn ask(&mut self, asked: Asked);

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outgoing>;
}

/// One that has room for the future of an answer, so that none is allocated for each.
pub(super) fn answerer() -> Box<dyn Answerer> {
    Box::new(Place {
        begin: Asked::answer,
        future: Box::pin(None),
    })
}

struct Place<B, F> {
    begin: B,
    future: Pin<Box<Option<F>>>,
}

impl<B, F> Answerer for Place<B, F>
where
    B: Fn(Asked) -> F + Send,
    F: Future<Output = Outgoing> + Send,
{
    fn ask(&mut self, asked: Asked) {
        self.future.set(Some((self.begin)(asked)));
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outgoing> {
        let Some(future) = self.future.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        let poll = future.poll(cx);
        if poll.is_ready() {
            self.future.set(None);
        }
        poll
    }
}
