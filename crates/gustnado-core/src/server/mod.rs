//! From an address to connections: sockets, workers, placement, signals, drain. It must not know
//! HTTP; a socket it has accepted is the connection driver's.
//!
//! - [`run`]: the whole program: one worker per core, until a signal. `Application::run`.
//! - [`serve`]: one listener inside a runtime that the user owns. `Application::serve`.
//! - [`worker`]: a thread, its runtime and its share of the connections.
//! - [`accept`]: the accept loop, and where a new connection goes.
//! - [`arrive`]: an accepted socket until its first byte of HTTP.
//! - [`listen`]: an address to a listening socket.
//! - [`signal`]: what asks the program to stop.

mod accept;
mod arrive;
mod listen;
mod run;
mod serve;
mod signal;
#[cfg(feature = "tls")]
mod tls;
mod worker;

pub use run::{Bound, RunError};
pub use serve::Serve;
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};
