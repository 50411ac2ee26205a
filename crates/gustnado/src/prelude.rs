//! What a file of handlers needs, in one import: `use gustnado::prelude::*;`.

pub use gustnado_core::{
    Application, Error, FromParam, FromRequest, Html, Internal, IntoResponse, Limits, NoContent,
    OrError, Redirect, Response, RunError,
};
#[cfg(feature = "json")]
pub use gustnado_core::{Created, Json};

#[cfg(feature = "macros")]
pub use gustnado_macros::*;
#[cfg(feature = "static")]
pub use gustnado_static::*;
