//! What nearly every file with a handler needs: `use gustnado::prelude::*;`.
//!
//! [`Result`] is the standard library's with [`Error`] for an error that is not named, so importing
//! it changes no signature that names both.

#[cfg(feature = "static")]
#[doc(no_inline)]
pub use gustnado_static::*;

#[doc(no_inline)]
pub use crate::{
    Application, Error, Html, HttpError, Internal, IntoResponse, NoContent, OrError, Redirect,
    RequestHandler, Result, StatusCode,
};
#[cfg(feature = "json")]
#[doc(no_inline)]
pub use crate::{Created, Json};

#[cfg(feature = "macros")]
#[doc(no_inline)]
pub use crate::verbs;
