//! What static files answer, asked through the mount they are. Rules in comments are
//! those of docs/static-rules.md.

// A test fails by panicking; so may its helpers.
#![allow(clippy::unwrap_used)]

mod cache;
mod change;
mod hooks;
mod large;
mod methods;
mod negotiation;
mod paths;
mod ranges;
mod siblings;
mod site;
mod validators;
