//! How many connections a worker has open, and when the last has ended.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use tokio::sync::Notify;

/// The open connections of one worker. Clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Load(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    open: AtomicUsize,
    emptied: Notify,
}

/// One open connection. Dropping it says that it has ended.
#[derive(Debug)]
pub(super) struct Open(Arc<Inner>);

impl Load {
    pub(super) fn open(&self) -> Open {
        self.0.open.fetch_add(1, Relaxed);
        Open(Arc::clone(&self.0))
    }

    pub(super) fn count(&self) -> usize {
        self.0.open.load(Relaxed)
    }

    /// Waits until there is none.
    pub(super) async fn emptied(&self) {
        loop {
            let emptied = self.0.emptied.notified();
            if self.count() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Relaxed) == 1 {
            self.0.emptied.notify_one();
        }
    }
}
