//! The one moment at which a call ends, whatever it does then. It must not know what that is.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Phase};

/// What is further off is not reached, nor can each clock write it down.
const FAR: Duration = Duration::from_secs(86_400 * 365);

/// When a call has to be done, and how long that was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    total: Duration,
}

impl Deadline {
    pub(crate) fn after(total: Duration) -> Self {
        Self {
            at: Instant::now() + total.min(FAR),
            total,
        }
    }

    pub(crate) fn error(&self) -> Error {
        Error::timeout(Phase::Total, self.total)
    }

    /// The end of a phase that may take `limit` from now, if the call does not end before.
    pub(crate) fn phase(&self, limit: Duration) -> Instant {
        self.at.min(Instant::now() + limit.min(FAR))
    }

    /// What to say when that end has passed.
    pub(crate) fn passed(&self, phase: Phase, limit: Duration) -> Error {
        if self.at <= Instant::now() {
            self.error()
        } else {
            Error::timeout(phase, limit)
        }
    }
}
