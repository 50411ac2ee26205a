//! The derives, one folder each; `fields` is what those of handlers and groups share.

pub(crate) mod error;
mod fields;
pub(crate) mod files;
pub(crate) mod handler;
pub(crate) mod inputs;
pub(crate) mod param;
