//! Which handler or mount answers a request. It must not call any but guards.
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `guard`: conditions on the head of a request.
//! - `exact`: texts and what stands for them. `tree`: paths to routes.
//! - `route`: what answers a path.
//! - `scope`: who answers for what no route does.
//! - `find`: the router itself.

mod exact;
mod find;
mod guard;
mod route;
mod scope;
mod tree;

pub(crate) use find::{Mounted, Router};
pub(crate) use guard::{Guard, Guards, Host};
pub(crate) use route::{HandlerRoute, Matched, MountRoute, Route};
pub(crate) use scope::Scope;
