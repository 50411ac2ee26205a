//! Connections that are kept, and the requests that wait for one. It must not know what a connection
//! is: [`Pooled`] says all that it asks of one.
//!
//! - `pooled`: what is asked of a connection
//! - `state`: who has what, and who is next; pure
//! - `by_origin`: a map of hosts; `host`: the part of it that is one host's; `line`: those who wait for that
//! - `shared`: the state behind its lock, and what has to be done outside of it
//! - `waiting`: one request's place in the line
//! - `sweep`: the task that looks after idle connections

mod by_origin;
mod host;
mod line;
mod pooled;
mod shared;
mod state;
mod sweep;
#[cfg(test)]
mod tests;
mod waiting;

pub(crate) use pooled::Pooled;
pub use shared::PoolStats;
pub(crate) use shared::{Got, Pool, Slot, Wanted};
