//! Bytes on a socket: listeners, framing, limits, time-outs, HTTP/2, drain, streams.

mod accept;
mod bodies;
#[cfg(unix)]
mod child;
mod departure;
mod drain;
mod events;
mod framing;
#[cfg(feature = "http2")]
mod http2;
mod lab;
mod limits;
mod listen;
mod peer;
#[cfg(unix)]
mod processes;
mod program;
mod times;
