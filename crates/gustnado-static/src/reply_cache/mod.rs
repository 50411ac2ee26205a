//! Replies of handlers that are kept for a time, as a layer: a shared cache (RFC 9111). It must not
//! know files.
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `limits`: the bounds.
//! - `rules`: what a user asked for.
//! - `key`: which requests are for the same. `variant`: which of them may get the same reply.
//! - `judge`: whether a reply may be kept, and for how long.
//! - `kept`: a reply that is kept, and the answers made of it.
//! - `purge`: what is to be forgotten, also of what is on its way.
//! - `family`: the kept replies of one key.
//! - `flight`: one run of a handler for all who wait for the same.
//! - `store`: all that is kept.
//! - `status`: what is said of how a request was answered.
//! - `fill`: a body that is kept while it is sent.
//! - `asked`: what a request asks of the cache.
//! - `shared`: what all requests have in common.
//! - `run`: a run of a handler, and what becomes of its reply.
//! - `service`: the way of one request; read this first.
//! - `handle`, `layer`: what a user asks by.

mod asked;
mod family;
mod fill;
mod flight;
mod handle;
mod judge;
mod kept;
mod key;
mod layer;
pub(crate) mod limits;
mod purge;
mod rules;
mod run;
mod service;
mod shared;
mod status;
mod store;
mod variant;

pub use handle::{CacheHandle, ResponseCacheStats};
pub use layer::ResponseCache;
pub use limits::ResponseCacheLimits;
