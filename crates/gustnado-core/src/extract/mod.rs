//! Inputs of handlers, out of a request. One file a source; what cannot be used is gathered and
//! answered together by [`fill`]. It must not know handlers.

mod context;
mod fill;
#[cfg(feature = "json")]
mod json;
mod param;
mod slot;
mod text;
mod typed;

pub use context::Cx;
pub(crate) use context::{RouteInfo, Shared};
pub(crate) use fill::{fill_body, fill_head};
pub use param::{FromParam, ParamError};
pub(crate) use slot::{Described, Need};
pub use slot::{Slot, Slots};
pub use text::{PathValue, Source};
pub use typed::{FromRequest, Needs, SharedState, Stage};

use std::{future::Future, pin::Pin};

/// A future behind a pointer: one a request.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
