//! Inputs of handlers, out of a request; what cannot be used is answered together. It must not know
//! handlers.
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `unreadable`: why a text is not the value that is wanted.
//! - `need`: what an input says of itself before there is a request.
//! - `urls`: links to routes by name.
//! - `context`: a request on its way through its handler.
//! - `bounds`: what a text may be beyond its type. `cookie`: the values of a cookie.
//! - `text`: path, query string, header fields and cookies, decoded.
//! - `slot`: the place an input is read into, whatever its type.
//! - `param`: values read from one piece of text, of which `local` is one. `typed`: inputs known by
//!   their type. `json`: the one that reads a body. `stopping`: one that needs no request. `link`:
//!   values in links to routes, and `urls` as an input.
//! - `fill`: fills the slots of a handler, stage by stage. `group`: slots that are one input.

mod bounds;
mod context;
mod cookie;
mod fill;
mod group;
#[cfg(feature = "json")]
mod json;
mod link;
mod local;
mod need;
mod param;
mod slot;
mod stopping;
mod text;
mod typed;
mod unreadable;
mod urls;

pub use bounds::{Bounds, Number};
pub use context::Cx;
pub(crate) use context::{RouteInfo, Shared, WriteError, WriteErrorFn};
pub(crate) use fill::{fill_body, fill_head};
pub(crate) use group::unfilled;
pub use group::{Inputs, group_needs, group_slot, read_group};
pub use link::PathValue;
pub use local::LocalUrl;
pub(crate) use need::{Described, Need};
pub use need::{Needs, Stage};
pub use param::FromParam;
pub use slot::{Slot, Slots};
pub use text::Source;
pub use typed::{FromRequest, SharedState};
pub use unreadable::ParamError;
pub use urls::Urls;

use std::{future::Future, pin::Pin};

/// A future behind a pointer: one a request.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
