//! ONE connection, from its first byte to its close. It must not know how the socket came to be or
//! which worker it is on.
//!
//! In the order of the work:
//!
//! - [`driver`]: the future of a connection and its phases. Every time-out, refusal and close is
//!   decided there, a file for each phase.
//! - [`sniff`]: HTTP/1.1 or HTTP/2, from the first bytes.
//! - [`framing`]: what hyper lets pass and is refused.
//! - [`service`]: hyper's request to ours and back.
//! - [`io`]: what hyper reads from and writes to; of size zero, it reaches the real thing through a
//!   slot of the thread.
//! - [`socket`]: a connected stream of bytes, of whatever kind.
//! - [`live`]: the real thing: socket, corked writes, what the driver wants to know of them.
//! - [`cork`]: small writes gathered.
//! - [`clock`]: the worker's coarse clock, and what it shares with a connection.
//! - [`departure`]: whether the peer has left while its answer is made.
//! - [`refusal`]: answers that are written without a request.

mod clock;
mod cork;
mod departure;
mod driver;
mod framing;
mod io;
mod live;
mod refusal;
mod service;
mod sniff;
mod socket;

pub(crate) use clock::Clock;
pub(crate) use driver::drive;
pub(crate) use socket::Socket;
