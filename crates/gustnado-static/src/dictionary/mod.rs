//! Compression dictionaries (RFC 9842): a former version of a file as what the next one is coded by. It
//! must not know what is kept of files in memory, nor how answers are decided.
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `hash`: what names a dictionary on the wire, and whether it is there.
//! - `family`: which files are versions of one another, by their names.
//! - `offer`: the field that offers an answer as a dictionary, and which answers have it.
//! - `asker`: what a request says of dictionaries, and of who may read the answer.
//! - `delta`: bytes, coded by a dictionary.
//! - `former`: the former versions that are at hand.

mod asker;
mod delta;
mod family;
mod former;
mod hash;
mod offer;

pub(crate) use asker::Asker;
pub(crate) use delta::{can_make, make};
pub(crate) use family::Family;
pub(crate) use former::{FormerVersions, Gone, OnShelf};
pub(crate) use hash::DictionaryHash;
pub(crate) use offer::{USE_AS_DICTIONARY, is_for_everyone, is_offered};
