//! The black-box tests of the workspace. This library has what they share; each target of
//! `Cargo.toml` is one concern.

pub mod boundary;
mod guide;
mod log;
pub mod races;

pub use log::log;

/// A runtime of one thread, with timers and sockets.
///
/// # Panics
/// When there is none to be had.
#[must_use]
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}
