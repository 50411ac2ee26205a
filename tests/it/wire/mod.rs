//! Bytes on a socket: framing, limits, time-outs, HTTP/2, drain, streams.

mod bodies;
mod departure;
mod drain;
mod events;
mod framing;
#[cfg(feature = "http2")]
mod http2;
mod lab;
mod limits;
pub(crate) mod peer;
mod program;
mod times;
