//! **Gustnado**: a web framework with Tornado's model and Rust's guarantees. A handler is a struct,
//! its fields are the request's inputs, its async methods answer the verbs.
//!
//! This crate is the paved path: it re-exports what an application needs and has no logic of its
//! own. [`prelude`] is what a file of handlers imports; [`testing`] calls an application without a
//! socket.
//!
//! # Features
//!
//! All are on by default, and each only adds.
//!
//! | feature | adds |
//! |---|---|
//! | `macros` | `#[derive(RequestHandler)]`, `#[verbs]`, `#[derive(HttpError)]` |
//! | `static` | `StaticFiles` |
//! | `http2` | HTTP/2 with prior knowledge, on the same port as HTTP/1.1 |
//! | `json` | the `Json` input and reply, `Created` |

pub mod prelude;

pub use gustnado_core::*;
#[cfg(feature = "macros")]
pub use gustnado_macros::*;
#[cfg(feature = "static")]
pub use gustnado_static::*;

/// What the macros write down. Nothing here is for people.
#[doc(hidden)]
pub use gustnado_core::__private;
