//! From an address to connections: sockets, workers, placement, signals, drain. It must not know
//! HTTP; a socket it has accepted is the connection driver's.
//!
//! - [`run`]: the whole program: one worker per core, until a signal. `Application::run`.
//! - [`serve`]: listeners inside a runtime that the user owns. `Application::serve`.
//! - [`worker`]: a thread, its runtime and its share of the connections.
//! - [`accept`]: the accept loop, and where a new connection goes.
//! - [`gate`]: who is let in; [`reserve`]: what is done where no descriptor is left, of which
//!   [`descriptors`] knows the number.
//! - [`listen`]: what is listened on, from text to sockets.
//! - [`seldom`]: what peers bring about, logged once a second.
//! - [`signal`]: what asks the program to stop.

mod accept;
mod descriptors;
mod gate;
mod listen;
mod reserve;
mod run;
mod seldom;
mod serve;
mod signal;
mod worker;

pub use listen::{IntoListen, Listen, ListenAddr, ListenError};
pub use run::{Bound, RunError};
pub use serve::{Accepts, Serve};
