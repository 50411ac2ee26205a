//! How many of something there are, and when the last is gone. It must not know what is counted.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use tokio::sync::Notify;

/// How many there are. Clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    count: AtomicUsize,
    emptied: Notify,
}

/// One of them. Dropping it says that it is gone.
#[derive(Debug)]
pub(crate) struct Counted(Arc<Inner>);

impl Tally {
    pub(crate) fn add(&self) -> Counted {
        self.0.count.fetch_add(1, Relaxed);
        Counted(Arc::clone(&self.0))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.count.load(Relaxed)
    }

    /// Waits until there is none.
    pub(crate) async fn emptied(&self) {
        loop {
            let emptied = self.0.emptied.notified();
            if self.count() == 0 {
                return;
            }
            emptied.await;
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Relaxed) == 1 {
            self.0.emptied.notify_one();
        }
    }
}
