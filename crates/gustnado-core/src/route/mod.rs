//! What a route looks like and what a path gave it: the grammar of templates and the captures.
//! It must not know handlers or requests; the router finds, this only describes.

mod captures;
mod pattern;

pub(crate) use captures::Captures;
pub use pattern::{Pattern, PatternError, Piece};
