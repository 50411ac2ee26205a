//! The gateway, on real sockets: our server before upstreams that say what a test has them say, and
//! before a server of our own.
//!
//! - `heads`: what of a head is handed on, there and back
//! - `bodies`: streams both ways, their bounds, what comes behind them
//! - `cached`: with the cache of replies around it
//! - `hostile`: upstreams that mean harm, or are broken
//! - `secure`: TLS and HTTP/2, before it and behind it
//! - `several`: which of several is asked, and which is left alone
//! - `tunnels`: a `WebSocket`, there and back

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed"
)]

mod bodies;
mod cached;
mod heads;
mod hostile;
#[path = "../client/lab.rs"]
#[allow(dead_code, reason = "the tests of the client use more of it")]
mod lab;
#[path = "../client/peer.rs"]
#[allow(dead_code, reason = "the tests of the client use more of it")]
mod peer;
mod secure;
mod several;
mod site;
mod tunnels;
