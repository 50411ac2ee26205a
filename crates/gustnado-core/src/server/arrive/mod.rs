//! What happens to a socket between accepting it and its connection's driver. It must not know HTTP
//! beyond one refusal.
//!
//! - [`way`]: what a listener's connections go through, in which order and how long.
//! - [`header`]: the header of a balancer, off a socket; [`proxy`]: as bytes.
//! - [`handshake`]: that of TLS.

#[cfg(fuzzing)]
pub mod fuzz;
#[cfg(feature = "tls")]
mod handshake;
mod header;
mod proxy;
mod way;

pub(super) use way::{Host, Wanted, Way};
