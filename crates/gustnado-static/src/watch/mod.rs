//! Whether anything changed in the folders that files were found in, as the system tells it. It must
//! not know what is kept, nor what becomes of a change. Linux only; elsewhere it never vouches.
//!
//! Any change in any of the folders counts for all files: it costs each one look at the disk, and
//! there is no table of files that could be wrong.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod inotify;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod nothing;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use inotify::Watch;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) use nothing::Watch;
