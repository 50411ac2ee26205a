//! The attribute macros, one folder each.

pub(crate) mod verbs;
