//! How many of something there are, when the last is gone and when there is room again. It must not
//! know what is counted.

use std::sync::{
    Arc,
    atomic::{
        AtomicUsize,
        Ordering::{Relaxed, SeqCst},
    },
};

use tokio::sync::Notify;

/// How many there are. Clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    count: AtomicUsize,
    emptied: Notify,
    /// What the count has to fall below for whoever waits for room; 0 is nobody.
    wanted: AtomicUsize,
    room: Notify,
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

    /// Waits until there are fewer than so many. Only one may wait.
    pub(crate) async fn below(&self, most: usize) {
        // Ordered with the counting down: either it sees what is wanted, or this what is left.
        self.0.wanted.store(most, SeqCst);
        while self.0.count.load(SeqCst) >= most {
            self.0.room.notified().await;
        }
        self.0.wanted.store(0, Relaxed);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let before = self.0.count.fetch_sub(1, SeqCst);
        if before == 1 {
            self.0.emptied.notify_one();
        }
        if before == self.0.wanted.load(SeqCst) {
            self.0.room.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_told_when_there_is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let tally = Tally::default();
            let mut all: Vec<_> = (0..5).map(|_| tally.add()).collect();
            let waiting = tokio::spawn({
                let tally = tally.clone();
                async move { tally.below(3).await }
            });
            for left in [4, 3, 2] {
                tokio::task::yield_now().await;
                assert!(!waiting.is_finished(), "{left}");
                all.truncate(left);
            }
            waiting.await.unwrap();
            tally.below(3).await;
        });
    }
}
