//! Which request of a connection is its last: one of those that it may have, or the next because it
//! is old, or because the server stops. It must not know how a connection ends.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The number of the last request; the answer to it says so.
#[derive(Debug)]
pub(super) struct End(AtomicU32);

impl End {
    pub(super) fn after(requests: u32) -> Self {
        Self(AtomicU32::new(requests))
    }

    /// Whichever request is being answered is the last, or else the next one.
    pub(super) fn now(&self) {
        self.0.store(0, Relaxed);
    }

    /// Whether the end has come when so many requests have begun.
    pub(super) fn is_due(&self, begun: u32) -> bool {
        begun >= self.0.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_at_its_number_or_at_once() {
        let end = End::after(3);
        assert!(!end.is_due(2));
        assert!(end.is_due(3));
        end.now();
        assert!(end.is_due(0));
    }
}
