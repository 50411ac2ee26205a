//! **Gustnado**: a web framework with Tornado's model and Rust's guarantees. A handler is a struct;
//! its fields are the request's inputs; its async methods answer the verbs.
//!
//! ```
//! use gustnado::prelude::*;
//!
//! /// Greets whoever is named.
//! #[derive(RequestHandler)]
//! #[route("/hello/{name}")]
//! struct Hello {
//!     name: String,
//! }
//!
//! #[verbs]
//! impl Hello {
//!     async fn get(self, #[query(default)] loud: bool) -> String {
//!         let end = if loud { "!" } else { "." };
//!         format!("Hello, {}{end}", self.name)
//!     }
//! }
//!
//! let app = Application::new().handler::<Hello>().build()?;
//! assert_eq!(Hello::url("Grace Hopper"), "/hello/Grace%20Hopper");
//! # Ok::<(), gustnado::BuildError>(())
//! ```
//!
//! # Log
//!
//! What a client is not told, such as why an answer is a 5xx, is logged through the `tracing` crate.
//! Without a subscriber, such as `tracing_subscriber::fmt::init()`, nobody sees it.
//!
//! # Features
//!
//! Each adds and none changes what is there. On unless `default-features = false`:
//!
//! - `macros`: [`macro@RequestHandler`], [`macro@verbs`], [`macro@Inputs`], [`macro@FromParam`] and
//!   [`macro@HttpError`]
//! - `static`: static files
//! - `http2`: HTTP/2 with prior knowledge, on the port of HTTP/1.1
//! - `json`: [`Json`] and [`Created`]
//!
//! Off unless asked for:
//!
//! - `multipart`: forms with files, as `Upload` and `Multipart`
//! - `pattern`: regular expressions as bounds of inputs
//! - `garde`: inputs checked by the rules of the garde crate, as `Garde`
//! - `openapi`: `app.openapi()`, an OpenAPI 3.1 document, and `ApiDocs`, a page that shows it

pub mod prelude;

pub use gustnado_core::{describe, testing};

#[cfg(feature = "garde")]
pub use gustnado_core::Garde;
pub use gustnado_core::{
    Accepts, App, Application, BadInput, Body, Bound, BoxError, BoxFuture, BuildError,
    BuildProblem, Bytes, Control, Cx, Download, Error, Event, Events, FromForm, FromRequest, Gone,
    Group, Html, HttpLayer, Internal, IntoEvent, IntoListen, IntoResponse, Invalid, Limits, Listen,
    ListenAddr, ListenError, LocalUrl, Mount, Needs, Next, NoContent, OrError, Outcome, ParamError,
    Part, Pattern, PatternError, Peer, Piece, Redirect, Request, RequestHead, Response, Result,
    Routes, RunError, SameSite, Sender, Serve, SetCookie, SharedState, Stage, Stopping, Text,
    Tower, Urls, Valid, Validate, With,
};
#[cfg(feature = "json")]
pub use gustnado_core::{Created, Json};
#[cfg(feature = "multipart")]
pub use gustnado_core::{FormPart, Multipart, Upload};
#[cfg(feature = "openapi")]
pub use gustnado_openapi::{ApiDocs, Document, OpenApi};
#[cfg(feature = "static")]
pub use gustnado_static::*;
// A derive has the name of its trait, as serde's have: one import brings both.
pub use gustnado_core::{FromParam, HttpError, RequestHandler};
/// What a request asks for and what it is answered with, by number and name.
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

#[cfg(feature = "macros")]
#[doc = include_str!("docs/request_handler.md")]
pub use gustnado_macros::RequestHandler;

#[cfg(feature = "macros")]
#[doc = include_str!("docs/verbs.md")]
pub use gustnado_macros::verbs;

#[cfg(feature = "macros")]
#[doc = include_str!("docs/inputs.md")]
pub use gustnado_macros::Inputs;

#[cfg(feature = "macros")]
#[doc = include_str!("docs/from_param.md")]
pub use gustnado_macros::FromParam;

#[cfg(feature = "macros")]
#[doc = include_str!("docs/http_error.md")]
pub use gustnado_macros::HttpError;

/// What the macros write down. Nothing here is for people.
#[doc(hidden)]
pub use gustnado_core::__private;
/// What the macros write down besides.
#[cfg(feature = "openapi")]
#[doc(hidden)]
pub use gustnado_openapi::probe as __openapi;
