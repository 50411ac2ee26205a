//! Attacks on a server of ours in a process of its own: what it answers, what it takes for a
//! request, what it holds, and that it answers others afterwards.
//!
//! - `program`: the server under attack, and what it costs.
//! - `row`: one connection of bytes, and how it is to end.
//! - `lines`, `fields`, `bodies`, `sizes`: malformed requests.
//! - `frames`, `http2`: attacks by HTTP/2 frames.
//! - `smuggling`: requests that may end in two places.
//! - `turns`: one who asks without end, and others.

#![cfg(target_os = "linux")]

mod bodies;
mod fields;
#[cfg(feature = "http2")]
mod frames;
#[cfg(feature = "http2")]
mod http2;
mod lines;
mod program;
mod row;
mod sizes;
mod smuggling;
mod turns;
