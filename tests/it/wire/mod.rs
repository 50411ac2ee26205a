//! Bytes on a socket: listeners, framing, limits, time-outs, HTTP/2, drain, streams, TLS, the PROXY
//! protocol, files.

mod accept;
mod access;
mod bodies;
mod careful;
#[cfg(unix)]
mod child;
mod coded;
mod departure;
mod drain;
mod ends;
mod events;
mod files;
mod frames;
mod framing;
mod hits;
mod http2;
mod identity;
mod lab;
mod limits;
mod listen;
mod log;
mod open_files;
mod overload;
mod pages;
pub(crate) mod peer;
#[cfg(unix)]
mod processes;
mod program;
mod proxy;
mod sleep;
mod slow;
mod times;
mod tls;
mod upgrade;
