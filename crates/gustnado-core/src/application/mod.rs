//! The application: collected by a builder, checked as a whole, then frozen. It must not know how
//! requests reach it.
//!
//! - `builder`, `group`: what programs say, kept in `parts`.
//! - `check`: from there to the router, by way of `inputs`, `places` and `prefix`; what is wrong is
//!   a `problem`.
//! - `health`: a handler that every server wants.
//! - `frozen`: the application from then on.

mod builder;
mod check;
mod frozen;
mod group;
mod health;
mod inputs;
mod parts;
mod places;
mod prefix;
mod problem;

pub use builder::Application;
pub(crate) use frozen::Force;
pub use frozen::{App, Routes};
pub use group::Group;
pub use problem::{BuildError, BuildProblem};
