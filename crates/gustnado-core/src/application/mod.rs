//! The application: collected by a builder, checked as a whole, then frozen. It must not know how
//! requests reach it.

mod builder;
mod check;
mod frozen;

pub use builder::Application;
pub use check::{BuildError, BuildProblem};
pub use frozen::{App, Routes};
