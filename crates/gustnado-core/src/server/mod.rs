//! From an address to connections: sockets, workers, placement, signals, drain. It must not know
//! HTTP; a socket it has accepted is the connection driver's.
//!
//! - [`run`]: the whole program, until a signal: on threads, or in processes. `Application::run`.
//! - [`process`]: its processes: workers and their supervisor, the next program, what is asked for.
//! - [`threads`]: its threads, a worker on each.
//! - [`serve`]: listeners inside a runtime that the user owns. `Application::serve`.
//! - [`worker`]: a thread, its runtime and its share of the connections.
//! - [`handover`]: descriptors for a process that is started.
//! - [`accept`]: the accept loop, and where a new connection goes.
//! - [`gate`]: who is let in; [`reserve`]: what is done where no descriptor is left, of which
//!   [`descriptors`] knows the number.
//! - [`arrive`]: an accepted socket until its first byte of HTTP.
//! - [`tls`]: certificates and what is negotiated with them.
//! - [`listen`]: what is listened on, from text to sockets.
//! - [`signal`]: what signals ask for. [`race`]: the first of two futures.

mod accept;
mod arrive;
mod descriptors;
mod gate;
#[cfg(unix)]
mod handover;
mod listen;
#[cfg(unix)]
mod process;
#[cfg(not(unix))]
#[path = "alone.rs"]
mod process;
mod race;
mod reserve;
mod run;
mod serve;
mod signal;
mod threads;
#[cfg(feature = "tls")]
mod tls;
mod worker;

#[cfg(fuzzing)]
pub use arrive::fuzz;
pub use listen::{IntoListen, Listen, ListenAddr, ListenError};
pub use run::{Bound, RunError};
pub use serve::{Accepts, Serve};
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};
