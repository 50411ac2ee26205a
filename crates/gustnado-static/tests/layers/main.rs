//! What the layers of this crate do to the replies of handlers, asked through an application that has
//! them.

// A test fails by panicking; so may its helpers.
#![allow(clippy::unwrap_used)]

mod compress;
mod desk;
mod flight;
mod keep;
mod purge;
