//! What nearly every file with a handler needs: `use gustnado::prelude::*;`.
//!
//! [`Result`] is the standard library's with [`Error`] for an error that is not named, so importing
//! it changes no signature that names both.

#[doc(no_inline)]
pub use gustnado_core::{
    Application, Cx, Error, Group, Html, HttpError, Internal, IntoResponse, Limits, NoContent,
    OrError, Outcome, Redirect, RequestHandler, Response, Result, RunError,
};
#[cfg(feature = "static")]
#[doc(no_inline)]
pub use gustnado_static::*;

#[cfg(feature = "json")]
#[doc(no_inline)]
pub use gustnado_core::{Created, Json};

#[cfg(feature = "macros")]
#[doc(no_inline)]
pub use gustnado_macros::{HttpError, RequestHandler, verbs};

#[doc(no_inline)]
pub use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
