//! One binary for all tests at the edge, so that they link once.
//!
//! - `groups`: what is said for handlers that stand together.
//! - `handlers`: what the macros promise, through an application without a socket.
//! - `layers`: layers of tower's around applications and groups.
//! - `routes`: which of several routes answers a path.
//! - `start`: what cannot be started says why.
//! - `wire`: bytes on a socket. What the connection driver and the server promise.

mod groups;
mod handlers;
mod hooks;
mod layers;
mod routes;
mod start;
mod wire;
