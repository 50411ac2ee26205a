//! Handlers, as the runtime sees them: a struct's inputs, its table of verbs, and the one path
//! from the first to the second. It must not know routes but for the template it carries.
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `options`: what a handler says besides its verbs.
//! - `outcome`: how a request ends, as hooks see and say it.
//! - `running`: the future of a verb, in room that is used again. `called`: a verb that was called.
//! - `verb`: a line of a handler's table.
//! - `contract`: the traits that the macros implement.
//! - `run`: the life of an instance. `finish`: that of one which is told how its request ended.

mod called;
mod contract;
mod finish;
mod options;
mod outcome;
mod run;
mod running;
mod verb;

pub(crate) use called::Called;
pub(crate) use contract::Definition;
pub use contract::{RequestHandler, Verbs};
pub use finish::run_to_finish;
pub use options::{ClientGone, Hooks, Options};
pub use outcome::{Outcome, Prepared};
pub use run::run;
pub use verb::Verb;
pub(crate) use verb::{Action, Call};
