//! What nearly every file with a handler needs: `use gustnado::prelude::*;`.
//!
//! [`Result`] is the standard library's with [`Error`] for an error that is not named, so importing
//! it changes no signature that names both.

#[cfg(feature = "garde")]
#[doc(no_inline)]
pub use gustnado_core::Garde;
#[doc(no_inline)]
pub use gustnado_core::{
    Application, Body, Bytes, Cx, Download, Error, Event, Events, FromParam, FromRequest, Group,
    Html, HttpError, Internal, IntoResponse, Invalid, Limits, Listen, LocalUrl, Needs, NoContent,
    OrError, Outcome, ParamError, Redirect, RequestHandler, Response, Result, RunError, SetCookie,
    Stage, Stopping, Text, Upgrade, Valid, Validate, With,
};
#[cfg(feature = "multipart")]
#[doc(no_inline)]
pub use gustnado_core::{Multipart, Upload};
#[cfg(feature = "macros")]
#[doc(no_inline)]
pub use gustnado_macros::{StaticFileHandler, asset, embed};
#[cfg(feature = "static")]
#[doc(no_inline)]
pub use gustnado_static::{StaticFileHandler, *};

#[cfg(feature = "openapi")]
#[doc(no_inline)]
pub use gustnado_openapi::{ApiDocs, OpenApi};

#[cfg(feature = "json")]
#[doc(no_inline)]
pub use gustnado_core::{Created, Json};

#[cfg(feature = "macros")]
#[doc(no_inline)]
pub use gustnado_macros::{FromParam, HttpError, Inputs, RequestHandler, verbs};

#[doc(no_inline)]
pub use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

// Of a feature that is off, what tells that it is.
#[cfg(not(feature = "garde"))]
#[doc(hidden)]
pub use crate::off::Garde;
#[cfg(not(feature = "work-stealing"))]
#[doc(hidden)]
pub use crate::off::Stealing as _;
#[cfg(not(feature = "openapi"))]
#[doc(hidden)]
pub use crate::off::{ApiDocs, OpenApi};
#[cfg(not(feature = "static"))]
#[doc(hidden)]
pub use crate::off::{CacheControl, Compress, FileHooks, ResponseCache, StaticFiles, StaticUrls};
#[cfg(not(feature = "multipart"))]
#[doc(hidden)]
pub use crate::off::{Multipart, Upload};
