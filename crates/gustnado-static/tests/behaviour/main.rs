//! What static files answer, asked through the mount they are. Rules in comments are
//! those of docs/static-rules.md.

// A test fails by panicking; so may its helpers.
#![allow(clippy::unwrap_used)]

mod cache;
mod change;
#[cfg(feature = "dictionaries")]
mod dictionaries;
mod embedded;
mod fallback;
mod hooks;
mod ladder;
mod large;
mod links;
mod listing;
mod methods;
mod modes;
mod negotiation;
mod parts;
mod paths;
mod permits;
mod ranges;
mod siblings;
mod site;
mod validators;
