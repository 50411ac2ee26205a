//! One request's place in the line: it waits, gives up in time, and leaves nothing behind when it is
//! dropped. It must not know who is before it.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{pooled::Pooled, shared::Shared};
use crate::{
    error::{Error, ErrorKind, Phase, Result},
    url::Origin,
};

pub(crate) struct Waiting<C: Pooled> {
    pool: Arc<Shared<C>>,
    origin: Arc<Origin>,
    ticket: u64,
    receive: oneshot::Receiver<Result<C>>,
}

impl<C: Pooled> Waiting<C> {
    pub(super) fn new(
        pool: Arc<Shared<C>>,
        origin: Arc<Origin>,
        ticket: u64,
        receive: oneshot::Receiver<Result<C>>,
    ) -> Self {
        Self {
            pool,
            origin,
            ticket,
            receive,
        }
    }

    /// Waits: in the line for `queue`, and until `end` in any case, when `late` says what to say.
    pub(crate) async fn wait(
        mut self,
        queue: Duration,
        end: Instant,
        late: impl Fn() -> Error,
    ) -> Result<C> {
        let given = self.given(queue, end, late).await;
        if given.as_ref().is_ok_and(C::used) {
            self.pool.count_reused();
        }
        given
    }

    async fn given(
        &mut self,
        queue: Duration,
        end: Instant,
        late: impl Fn() -> Error,
    ) -> Result<C> {
        let in_line = Instant::now() + queue;
        // While a connection is being opened for it, it is opening that takes so long, which has a
        // bound of its own.
        if let Ok(given) = timeout_at(in_line.min(end), &mut self.receive).await {
            return given.unwrap_or_else(|_| Err(gone()));
        }
        if end <= in_line {
            return Err(late());
        }
        if !self.pool.lock().is_served(&self.origin, self.ticket) {
            return Err(Error::timeout(Phase::Queue, queue));
        }
        match timeout_at(end, &mut self.receive).await {
            Ok(given) => given.unwrap_or_else(|_| Err(gone())),
            Err(_) => Err(late()),
        }
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Connect, "the pool has ended")
}

impl<C: Pooled> Drop for Waiting<C> {
    fn drop(&mut self) {
        self.receive.close();
        if let Ok(Ok(connection)) = self.receive.try_recv() {
            // It was given and not taken.
            self.pool.put(&self.origin, connection);
            return;
        }
        let left = self.pool.lock().leave(&self.origin, self.ticket);
        drop(left);
    }
}
