//! Codings of handlers' replies, as a layer. It must not know files.
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `limits`: the bounds.
//! - `vary`: saying that an answer depends on a field of the request.
//! - `tags`: tags of coded answers, told from those of the answers as they were.
//! - `encoder`, `pool`: bytes coded piece by piece, by encoders that are used again.
//! - `rules`: what a user asked for.
//! - `decide`: a reply's head → what becomes of it.
//! - `whole`: a body that is all there. `stream`: one that comes piece by piece.
//! - `service`: the way of one request; read this first.
//! - `layer`: what a user asks by.

mod decide;
mod encoder;
mod layer;
pub(crate) mod limits;
mod pool;
mod rules;
mod service;
mod stream;
mod tags;
mod vary;
mod whole;

pub use layer::Compress;
pub use limits::CompressLimits;
