//! The task that looks after idle connections while there are any: it closes those that are idle for
//! too long, and those that the other side has closed. It must not know who uses them.

use std::sync::{
    Arc, Weak,
    atomic::Ordering::{AcqRel, Acquire, Release},
};

use tokio::{runtime::Handle, time::Instant};

use super::{pooled::Pooled, shared::Shared};
use crate::limits::SWEEP;

impl<C: Pooled> Shared<C> {
    /// Begins to look after idle connections, unless somebody does.
    pub(super) fn see_to_idle(self: &Arc<Self>) {
        if self.sweeping.load(Acquire) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if !self.sweeping.swap(true, AcqRel) {
            let sweeper = Sweeper {
                pool: Arc::downgrade(self),
                done: false,
            };
            runtime.spawn(sweeper.run());
        }
    }

    /// Looks once; whether there is anything left to look after.
    fn sweep(self: &Arc<Self>) -> bool {
        let now = Instant::now();
        let since = now.checked_sub(self.idle_time);
        let (out, keeps) = {
            let mut state = self.lock();
            let out = since.map_or_else(Vec::new, |since| state.sweep(since, now));
            let keeps = state.keeps_any();
            // Under the lock: whoever adds one after this finds nobody who looks after it.
            self.sweeping.store(keeps, Release);
            (out, keeps)
        };
        let closed = out.iter().filter(|connection| !connection.seems_open());
        self.count_stale(closed.count());
        // Out of the lock: each of them changes the books.
        drop(out);
        keeps
    }
}

struct Sweeper<C: Pooled> {
    pool: Weak<Shared<C>>,
    done: bool,
}

impl<C: Pooled> Sweeper<C> {
    async fn run(mut self) {
        while !self.done {
            tokio::time::sleep(SWEEP).await;
            self.done = self.pool.upgrade().is_none_or(|pool| !pool.sweep());
        }
    }
}

/// Where its runtime ends before it is done: the next connection that becomes idle begins anew.
impl<C: Pooled> Drop for Sweeper<C> {
    fn drop(&mut self) {
        if !self.done
            && let Some(pool) = self.pool.upgrade()
        {
            pool.sweeping.store(false, Release);
        }
    }
}
