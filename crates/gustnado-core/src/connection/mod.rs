//! ONE connection, from its first byte to its close. It must not know how the socket came to be or
//! which worker it is on.
//!
//! In the order of the work:
//!
//! - [`driver`]: the future of a connection and its phases. Every time-out, refusal and close is
//!   decided there, a file for each phase.
//! - [`sniff`]: HTTP/1.1 or HTTP/2, from the first bytes.
//! - [`http1`]: requests and answers over HTTP/1, read and written here.
//! - [`http2`]: the same over HTTP/2, by hyper.
//! - [`framing`]: whom a request is for; what two servers could read otherwise is refused.
//! - [`target`]: what is refused as a target.
//! - [`socket`]: a connected stream of bytes, of whatever kind.
//! - [`secure`]: one with TLS around it.
//! - [`live`]: it and its corked writes, and what the driver wants to know of them.
//! - [`cork`]: small writes gathered.
//! - [`sendfile`]: bytes of a file, given to a socket by the system.
//! - [`pace`]: how fast a body has to come.
//! - [`clock`]: the worker's coarse clock, and what it shares with a connection.
//! - [`alarm`]: wakes readers of bodies and streams of HTTP/2.
//! - [`end`]: which request of a connection is its last.
//! - [`lot`]: where the sockets are of connections that have been idle for long.
//! - [`departure`]: whether the peer has left while its answer is made.
//! - [`refusal`]: answers that are written without a request.

#[cfg(feature = "http2")]
mod alarm;
mod clock;
mod cork;
mod departure;
mod driver;
mod end;
mod framing;
#[cfg(fuzzing)]
pub mod fuzz;
mod http1;
#[cfg(feature = "http2")]
mod http2;
mod live;
#[cfg(unix)]
mod lot;
mod pace;
mod refusal;
#[cfg(feature = "tls")]
mod secure;
mod sendfile;
mod sniff;
mod socket;
mod target;

pub(crate) use clock::Clock;
pub(crate) use driver::drive;
#[cfg(feature = "tls")]
pub(crate) use secure::Secure;
pub(crate) use socket::Socket;
