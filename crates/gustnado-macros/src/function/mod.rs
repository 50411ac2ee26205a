//! The macros that are called like functions. Each looks at files of the crate that is compiled.

pub(crate) mod asset;
pub(crate) mod embed;
