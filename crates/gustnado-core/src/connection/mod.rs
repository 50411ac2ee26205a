//! ONE connection, from its first byte to its close. It must not know how the socket came to be or
//! which worker it is on.
//!
//! In the order of the work:
//!
//! - [`driver`]: the future of a connection and its phases. Every time-out, refusal and close is
//!   decided there, a file for each phase.
//! - [`sniff`]: HTTP/1.1 or HTTP/2, from the first bytes.
//! - [`framing`]: what hyper lets pass and is refused.
//! - [`target`]: what hyper lets pass as a target, too.
//! - [`service`]: hyper's request to ours and back.
//! - [`arriving`]: the body of a request as it arrives, and what is left of it.
//! - [`pieces`]: the body of an answer over HTTP/2 as it leaves.
//! - [`io`]: what hyper reads from and writes to; of size zero, it reaches the real thing through a
//!   slot of the thread.
//! - [`socket`]: a connected stream of bytes, of whatever kind.
//! - [`secure`]: one with TLS around it.
//! - [`live`]: the real thing: socket, corked writes, what the driver wants to know of them.
//! - [`cork`]: small writes gathered.
//! - [`frames`]: the frames of HTTP/2 in what is read, counted.
//! - [`clock`]: the worker's coarse clock, and what it shares with a connection.
//! - [`alarm`]: wakes readers of bodies and streams of HTTP/2.
//! - [`end`]: which request of a connection is its last.
//! - [`lot`]: where the sockets are of connections that have been idle for long.
//! - [`departure`]: whether the peer has left while its answer is made.
//! - [`refusal`]: answers that are written without a request.

mod alarm;
mod arriving;
mod clock;
mod cork;
mod departure;
mod driver;
mod end;
#[cfg(feature = "http2")]
mod frames;
mod framing;
#[cfg(fuzzing)]
pub mod fuzz;
mod io;
mod live;
#[cfg(unix)]
mod lot;
#[cfg(feature = "http2")]
mod pieces;
mod refusal;
#[cfg(feature = "tls")]
mod secure;
mod service;
mod sniff;
mod socket;
mod target;

pub(crate) use clock::Clock;
pub(crate) use driver::drive;
#[cfg(feature = "tls")]
pub(crate) use secure::Secure;
pub(crate) use socket::Socket;
