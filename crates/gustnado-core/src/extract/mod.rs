//! Inputs of handlers, out of a request; what cannot be used is answered together. It must not know
//! handlers.
//!
//! From the ground up, each file importing from those above it only:
//!
//! - `unreadable`: why a text is not the value that is wanted.
//! - `need`: what an input says of itself before there is a request.
//! - `urls`: links to routes by name.
//! - `context`: a request on its way through its handler.
//! - `media`: what a body says it is. `pointer`: JSON pointers.
//! - `bounds`: what a text may be beyond its type.
//! - `text`: path, query string, header fields and cookies, decoded.
//! - `disk`: bytes of bodies on disk. `upload`: a file that was sent. `multipart`: a body in parts.
//!   `parts`: those that are wanted, received. `form`: a form that is a body.
//! - `slot`: the place an input is read into, whatever its type.
//! - `param`: values read from one piece of text. `field`: from a field of a form. `typed`: inputs
//!   known by their type. `link`: values in links to routes, and `urls` as an input.
//! - `stopping`, `head`, `upgrade`, `raw`, `json`: inputs known by their type. The first needs no
//!   request, the next two are of the head of one, the others read its body. `valid`, `rules`: inputs
//!   that are checked when they are read.
//! - `fill`: fills the slots of a handler, stage by stage. `group`: slots that are one input.

mod bounds;
mod context;
#[cfg(feature = "multipart")]
mod disk;
mod field;
mod fill;
mod form;
#[cfg(fuzzing)]
pub mod fuzz;
mod group;
mod head;
#[cfg(feature = "json")]
mod json;
mod link;
mod media;
#[cfg(feature = "multipart")]
mod multipart;
mod need;
mod param;
#[cfg(feature = "multipart")]
mod parts;
#[cfg(any(feature = "json", feature = "garde"))]
mod pointer;
mod raw;
#[cfg(feature = "garde")]
mod rules;
mod slot;
mod stopping;
mod text;
mod typed;
mod unreadable;
mod upgrade;
#[cfg(feature = "multipart")]
mod upload;
mod urls;
mod valid;

pub use bounds::Bounds;
pub use context::Cx;
pub(crate) use context::{RouteInfo, Shared, WriteError, WriteErrorFn};
pub use field::FromForm;
pub(crate) use fill::{Left, fill_body, fill_body_now, fill_plain, fill_rest};
pub use group::{Inputs, group_needs, group_slot, read_group};
pub use head::{Peer, RequestHead};
pub use link::PathValue;
#[cfg(feature = "multipart")]
pub use multipart::{FormPart, Multipart};
pub(crate) use need::{Described, Need};
pub use need::{Needs, Stage};
pub use param::FromParam;
pub use raw::Text;
#[cfg(feature = "garde")]
pub use rules::Garde;
pub(crate) use slot::SlotList;
pub use slot::{Slot, Slots};
pub use text::Source;
pub use typed::{FromRequest, SharedState};
pub use unreadable::ParamError;
#[cfg(feature = "multipart")]
pub use upload::Upload;
pub use urls::Urls;
pub use valid::{Invalid, Valid, Validate};

use std::{future::Future, pin::Pin};

/// A future behind a pointer: one a request.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
