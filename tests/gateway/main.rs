//! The gateway, on real sockets: our server before upstreams that say what a test has them say, and
//! before a server of our own.
//!
//! - `heads`: what of a head is handed on, there and back
//! - `bodies`: streams both ways, their bounds, what comes behind them
//! - `cached`: with the cache of replies around it
//! - `hostile`: upstreams that mean harm, or are broken
//! - `several`: which of several is asked, and which is left alone

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed"
)]

mod bodies;
mod cached;
mod heads;
mod hostile;
#[path = "../client/peer.rs"]
#[allow(dead_code, reason = "the tests of the client use more of it")]
mod peer;
mod several;
mod site;
