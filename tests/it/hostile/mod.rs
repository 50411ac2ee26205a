//! Attacks on a server of ours in a process of its own: what it answers, what it takes for a
//! request, what it holds, and that it answers others afterwards.
//!
//! - `program`: the server under attack, and what it costs.
//! - `row`: one connection of bytes, and how it is to end.
//! - `requests`: malformed requests.
//! - `frames`, `http2`, `faults`: attacks by HTTP/2 frames, and single wrong ones.
//! - `smuggling`: requests that may end in two places.
//! - `turns`: one who asks without end, and others.

#![cfg(target_os = "linux")]

mod faults;
mod frames;
mod http2;
mod program;
mod requests;
mod row;
mod smuggling;
mod turns;
