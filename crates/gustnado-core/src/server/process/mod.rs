//! The processes of a program: workers under a supervisor, and the next program beside the old one.
//! A process is never forked: what is started is the program anew, with the sockets that listen
//! passed to it. It must not know how connections are served.
//!
//! ```text
//! first ──starts──▶ worker 0, worker 1, …         (`Application::processes`)
//!   │ SIGUSR2
//!   └────starts──▶ next ──starts──▶ its workers   says "ready", and the first one drains
//! ```
//!
//! - [`steward`]: sees to the program from start to end; read this first.
//! - [`role`]: what this process is to the program.
//! - [`program`]: the program, to be started again.
//! - [`line`]: what two of its processes tell each other.
//! - [`supervisor`]: starts workers again that have crashed; [`crew`], [`budget`]: when.
//! - [`next`]: the next program, until it is ready.
//! - [`notify`]: what systemd is told.

mod budget;
mod crew;
mod line;
mod next;
mod notify;
mod program;
mod role;
mod steward;
mod supervisor;

pub(super) use role::Role;
pub(super) use steward::{Estate, Steward};
