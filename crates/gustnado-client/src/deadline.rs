//! The one moment at which a call ends, whatever it does then. It must not know what that is.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Phase};

/// When a call has to be done, and how long that was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    total: Duration,
}

impl Deadline {
    pub(crate) fn after(total: Duration) -> Self {
        let now = Instant::now();
        // One that is too far off to be written down is not reached.
        let far = Duration::from_secs(86_400 * 365);
        Self {
            at: now + total.min(far),
            total,
        }
    }

    pub(crate) fn error(&self) -> Error {
        Error::timeout(Phase::Total, self.total)
    }

    /// The end of a phase that may take `limit` from now, and what to say then.
    pub(crate) fn phase(&self, phase: Phase, limit: Duration) -> (Instant, Error) {
        let end = Instant::now() + limit.min(Duration::from_secs(86_400 * 365));
        if end < self.at {
            (end, Error::timeout(phase, limit))
        } else {
            (self.at, self.error())
        }
    }
}
