//! One binary for all tests at the edge, so that they link once.
//!
//! - `wire`: bytes on a socket. What the connection driver and the server promise.

mod wire;
