//! What the pool has to know of a connection, and no more: so that its books can be kept, and tested, by
//! connections that are none.

use tokio::{runtime, time::Instant};

/// What the pool asks of a connection.
pub(crate) trait Pooled: Send + Sized + 'static {
    /// Another handle to it, if several requests may use it at once.
    fn share(&self) -> Option<Self>;

    /// Whether a request used it before.
    fn used(&self) -> bool;

    /// Whether it seems to be open. May ask the system; is called without a lock.
    fn is_open(&mut self) -> bool;

    /// As `is_open`, by what is known already; may be called under a lock.
    fn seems_open(&self) -> bool;

    /// Whether it was open for so long that it is not used again.
    fn is_old(&self, now: Instant) -> bool;

    /// Of one that several use at once: since when nobody does.
    fn unused_since(&self) -> Option<Instant>;

    /// The runtime that sees to its socket.
    fn runtime(&self) -> runtime::Id;
}
