//! The application: collected by a builder, checked as a whole, then frozen. It must not know how
//! requests reach it.

mod builder;
mod check;
mod frozen;
mod parts;
mod problem;

pub use builder::Application;
pub use frozen::{App, Routes};
pub use problem::{BuildError, BuildProblem};
