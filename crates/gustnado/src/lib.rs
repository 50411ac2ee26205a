//! **Gustnado**: a web framework with Tornado's model and Rust's guarantees.

pub use gustnado_core::*;
#[cfg(feature = "macros")]
pub use gustnado_macros::*;
#[cfg(feature = "static")]
pub use gustnado_static::*;

/// What the macros write down. Nothing here is for people.
#[doc(hidden)]
pub use gustnado_core::__private;
