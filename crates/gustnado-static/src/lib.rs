//! Static files for Gustnado: validators, ranges, a memory cache, compression; and layers that do the
//! like for the replies of handlers.
//!
//! # The pipeline
//!
//! A request goes through five steps, and each is a file or a folder; read `files/answer.rs`
//! first. All but the last decide only, and are pure but for the look at the disk.
//!
//! 1. `resolve`: URL path → safe relative path
//! 2. `entry`: what is known of the file: length, time, type, the codings it can be had in
//! 3. `negotiate`: which coding, by q-values
//! 4. `decide`: method, preconditions and range → a `decide::Plan`
//! 5. `serve`: the plan → an answer
//!
//! `store` brings steps 2 and 3 together: it gets facts and bytes from memory or disk. What a worker
//! has answered of late is in its `front`, and goes out again without any of the steps but the look at
//! the disk.
//!
//! # Layout
//!
//! A file imports only from rungs below its own.
//!
//! - 0 `limits`, `brotli_encoder`, `coding`, `pattern`, `failure`, `fingerprint`, `manifest`
//! - 1 `resolve`, `media`, `policy`, `negotiate`, `accept`, `validator`, `digest`, `asked`,
//!   `encode`, `shelf`
//! - 2 `dictionary`, `decide`, `disk`, `embedded`, `source`, `settings`, `watch`
//! - 3 `entry`, `parts`, `stream`, `listing`
//! - 4 `cache`
//! - 5 `store`: at hand, or `load`ed and `make`d
//! - 6 `serve`, `front`: answers of late
//! - 7 `files`: what can be asked for, and the way of one request
//! - 8 `urls`, `hooks`: URLs with hashes; what a handler of files overrides
//! - 9 `handler`: all of it as one type, and the way into an application
//!
//! Beside it, for the replies of handlers, and each a folder that knows nothing of files:
//!
//! - 2 `compress`: a layer that codes them
//! - 2 `reply_cache`: a layer that keeps them for a time

#[cfg(fuzzing)]
#[doc(hidden)]
#[path = "fuzz.rs"]
pub mod __fuzz;
mod accept;
mod asked;
mod brotli_encoder;
mod cache;
mod coding;
mod compress;
mod decide;
mod dictionary;
mod digest;
mod directive;
mod disk;
mod embedded;
mod encode;
mod entry;
mod failure;
mod files;
mod fingerprint;
mod front;
mod handler;
mod hooks;
mod limits;
mod listing;
mod manifest;
mod media;
mod negotiate;
mod parts;
mod pattern;
mod policy;
mod reply_cache;
mod resolve;
mod serve;
mod settings;
mod shelf;
mod source;
mod store;
mod stream;
mod urls;
mod validator;
mod watch;

pub use compress::{Compress, CompressLimits};
pub use disk::Symlinks;
pub use embedded::Embedded;
pub use files::{Audience, FileRequest, StaticFiles, StaticStats};
pub use handler::{ServeFiles, StaticFileHandler};
pub use hooks::FileHooks;
pub use limits::StaticLimits;
pub use manifest::{ImportMap, Manifest};
pub use policy::CacheControl;
pub use reply_cache::{CacheHandle, ResponseCache, ResponseCacheLimits, ResponseCacheStats};
pub use settings::{Coherence, FileInfo};
pub use urls::StaticUrls;

/// What the macros write down. Nothing here is for people.
#[doc(hidden)]
pub mod __files {
    pub use crate::{
        embedded::{Embedded, EmbeddedFile},
        files::StaticFiles,
        handler::StaticFileHandler,
        hooks::FileHooks,
    };
}
