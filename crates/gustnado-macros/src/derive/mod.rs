//! The derives, one folder each.

pub(crate) mod error;
pub(crate) mod handler;
