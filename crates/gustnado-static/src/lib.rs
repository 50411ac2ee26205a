//! Static files for Gustnado: validators, ranges, a memory cache, compression.
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
//! - 0 `limits`, `coding`, `pattern`, `failure`
//! - 1 `resolve`, `media`, `policy`, `negotiate`, `asked`, `validator`, `encode`
//! - 2 `decide`, `disk`, `settings`
//! - 3 `entry`, `stream`
//! - 4 `cache`
//! - 5 `store`: at hand, or `load`ed and `make`d
//! - 6 `serve`, `front`: answers of late
//! - 7 `files`: what can be asked for, and the way of one request

#[cfg(fuzzing)]
#[doc(hidden)]
#[path = "fuzz.rs"]
pub mod __fuzz;
mod asked;
mod cache;
mod coding;
mod decide;
mod disk;
mod encode;
mod entry;
mod failure;
mod files;
mod front;
mod limits;
mod media;
mod negotiate;
mod pattern;
mod policy;
mod resolve;
mod serve;
mod settings;
mod store;
mod stream;
mod validator;

pub use files::{StaticFiles, StaticStats};
pub use limits::StaticLimits;
pub use policy::CacheControl;
pub use settings::FileInfo;
