//! That the server stops: said once by the server, heard by whoever would go on without end. It
//! must not know who that is.

use std::fmt;

use tokio::sync::watch;

use crate::tally::Tally;

/// Says that the server stops, and knows what it has to wait for besides its connections. Each
/// worker of a served application has its own; clones say it together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    told: watch::Sender<bool>,
    /// Handlers that go on without their clients.
    pub(crate) finishing: Tally,
}

impl Stop {
    /// From here on the server stops.
    pub(crate) fn begin(&self) {
        self.told.send_replace(true);
    }

    pub(crate) fn stopping(&self) -> Stopping {
        Stopping(self.told.subscribe())
    }
}

/// Whether the server is stopping: it accepts nothing new and waits for what is open, at most
/// [`drain_time`](crate::Limits::drain_time).
///
/// An input of handlers, and [`Cx::stopping`](crate::Cx::stopping). Work that has no end of its own
/// looks at it, or waits for it beside what it does:
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Stopping;
/// # async fn next_job() {}
///
/// async fn work(stopping: Stopping) {
///     while !stopping.has_begun() {
///         next_job().await;
///     }
/// }
/// ```
///
/// A request that is not served, such as one of a test, is never told to stop.
#[derive(Clone)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// One that never begins, for tests of handlers.
    #[must_use]
    pub fn never() -> Self {
        Stop::default().stopping()
    }

    /// Whether it has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it begins.
    pub async fn begun(&self) {
        let mut told = self.0.clone();
        if told.wait_for(|begun| *begun).await.is_err() {
            // Nobody is left who could say it.
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for Stopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stopping({})", self.has_begun())
    }
}
