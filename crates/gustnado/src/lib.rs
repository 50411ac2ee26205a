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
//! What happens is logged through the `tracing` crate. Without a subscriber nobody sees it, and
//! nothing is computed for it. `tracing_subscriber::fmt::init()` writes text, and
//! `tracing_subscriber::fmt().json().init()`, with that crate's feature `json`, a JSON object a line.
//!
//! - Why an answer is a 5xx, which the client is not told, is said at `ERROR`.
//! - A request that a server answers is one line, under the target `gustnado::access`, written when
//!   its answer has ended:
//!
//! ```text
//! 2026-11-22T20:15:00.000000Z  INFO gustnado::access: request method=GET target=/users/7?full=1
//! status=200 bytes=54 duration_ms=1.204 answer_ms=1.187 client=192.0.2.7 peer=10.0.0.2:41822
//! request_id="8f1c0a52de7b4433" version=HTTP/1.1
//! ```
//!
//! ```json
//! {"timestamp":"2026-11-22T20:15:00.000000Z","level":"INFO","fields":{"message":"request",
//! "method":"GET","target":"/users/7?full=1","status":200,"bytes":54,"duration_ms":1.204,
//! "answer_ms":1.187,"client":"192.0.2.7","peer":"10.0.0.2:41822",
//! "request_id":"8f1c0a52de7b4433","version":"HTTP/1.1"},"target":"gustnado::access"}
//! ```
//!
//! | field | what it is |
//! |---|---|
//! | `method`, `target` | as the client sent them; what is no printable ASCII, quotes and backslashes as `\xHH`, and no more than 2 KiB, so that nobody makes up a line |
//! | `status` | of the answer; not there if the client left before there was one |
//! | `bytes` | of the body that was handed to the connection |
//! | `duration_ms` | from the head of the request to the end of the answer |
//! | `answer_ms` | from there to the head of the answer: what the handler took |
//! | `client` | the address of the [`Client`], by the word of trusted proxies |
//! | `peer` | the other end of the connection; not there if it has no address |
//! | `request_id` | the `X-Request-Id` of the answer, or else that of the request if it is harmless, or a new one, which is put on the answer |
//! | `version` | of the protocol |
//! | `cut` | `true` if the answer did not come to its end: the client left, or its body failed |
//!
//! It has ended when the connection has taken its last byte, which is then as good as sent: up to a
//! socket buffer of it may still be on its way. The level is `INFO`; it is `WARN` for a 5xx, and for a
//! request whose `answer_ms` is above [`Limits::slow_time`], of which it says `slow request`; and it
//! is `DEBUG` for the [health check](Application::health_check). A subscriber leaves the log out with
//! `gustnado::access=off`, or all but what went wrong with `gustnado::access=warn`. What cannot be read
//! as a request has no line, and one served by another server as a tower service neither.
//!
//! # Features
//!
//! Each adds and none changes what is there. On unless `default-features = false`:
//!
//! - `macros`: `RequestHandler`, `verbs`, `Inputs`, `FromParam` and `HttpError`
//! - `json`: `Json` and `Created`
//!
//! Off unless asked for:
//!
//! - `static`: static files, and layers that compress replies and keep them; with `macros`,
//!   `StaticFileHandler`, `asset!` and `embed!`
//! - `multipart`: forms with files, as `Upload` and `Multipart`
//! - `pattern`: regular expressions as bounds of inputs
//! - `garde`: inputs checked by the rules of the garde crate, as `Garde`
//! - `work-stealing`: `Application::work_stealing`, one runtime for all workers
//! - `tls`: HTTPS by rustls, as `Tls`, with HTTP/2 for who offers it
//! - `http2`: HTTP/2 without TLS, too, on the port of HTTP/1.1, for who begins with it
//! - `client`: an HTTP client with a pool of connections, as `client::Client`
//! - `gateway`: requests handed on to other servers, as `Proxy`
//! - `zstd`: files and replies coded with zstd, too, and undone by the client; it builds C
//! - `digest`: SHA-256 digests of files for who asks for one (RFC 9530)
//! - `openapi`: `app.openapi()`, an OpenAPI 3.1 document, and `ApiDocs`, a page that shows it

#[doc(hidden)]
pub mod off;
pub mod prelude;

pub use gustnado_core::{describe, testing};

#[cfg(feature = "client")]
pub use gustnado_client as client;
#[cfg(feature = "garde")]
pub use gustnado_core::Garde;
pub use gustnado_core::{
    Accepts, App, Application, BadInput, Body, Bound, BoxError, BoxFuture, BuildError,
    BuildProblem, Bytes, Client, Clients, Control, Cx, Download, Error, Event, Events, FromForm,
    FromRequest, Glance, Gone, Group, Hsts, Html, HttpLayer, HttpsRedirect, Internal, IntoEvent,
    IntoListen, IntoResponse, Invalid, Limits, Listen, ListenAddr, ListenError, LocalUrl, Look,
    Mount, Needs, Next, NoContent, OpenFile, OrError, Outcome, ParamError, Part, Pattern,
    PatternError, Peer, Piece, ReadyHead, ReadyMade, Redirect, Request, RequestHead, Response,
    Result, Routes, RunError, SameSite, Sender, Serve, SetCookie, SharedState, Stage, Stopping,
    Text, Tower, Upgrade, Upgraded, Urls, Valid, Validate, With,
};
#[cfg(feature = "json")]
pub use gustnado_core::{Created, Json};
#[cfg(feature = "multipart")]
pub use gustnado_core::{FormPart, Multipart, Upload};
#[cfg(feature = "tls")]
pub use gustnado_core::{Tls, TlsError};
#[cfg(feature = "gateway")]
pub use gustnado_gateway::{Proxy, ProxyLimits};
#[cfg(feature = "openapi")]
pub use gustnado_openapi::{ApiDocs, Document, OpenApi};
#[cfg(feature = "static")]
// Each by its name, so that rustc can tell who imports one that it needs the feature.
pub use gustnado_static::{
    Audience, CacheControl, CacheHandle, Coherence, Compress, CompressLimits, Embedded, FileHooks,
    FileInfo, FileRequest, ImportMap, Manifest, ResponseCache, ResponseCacheLimits,
    ResponseCacheStats, ServeFiles, StaticFileHandler, StaticFiles, StaticLimits, StaticStats,
    StaticUrls, Symlinks,
};
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

#[cfg(all(feature = "macros", feature = "static"))]
#[doc = include_str!("docs/static_file_handler.md")]
pub use gustnado_macros::StaticFileHandler;

#[cfg(all(feature = "macros", feature = "static"))]
#[doc = include_str!("docs/asset.md")]
pub use gustnado_macros::asset;

#[cfg(all(feature = "macros", feature = "static"))]
#[doc = include_str!("docs/embed.md")]
pub use gustnado_macros::embed;

/// What the macros write down. Nothing here is for people.
#[doc(hidden)]
pub use gustnado_core::__private;
/// What the macros write down besides.
#[cfg(feature = "openapi")]
#[doc(hidden)]
pub use gustnado_openapi::probe as __openapi;
/// What the macros write down for handlers of files.
#[cfg(feature = "static")]
#[doc(hidden)]
pub use gustnado_static::__files;
