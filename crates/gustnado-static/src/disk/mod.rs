//! The file system: the only folder that touches it. Everything here waits for the disk. It must not
//! know HTTP.
//!
//! Whatever is opened is opened below the root: by the kernel where it offers that (`beneath`), else
//! component by component (`walk`), so that no link that appears meanwhile leads out.

mod all;
#[cfg(unix)]
mod beneath;
#[cfg(not(unix))]
mod canonical;
mod full;
#[cfg(unix)]
mod purpose;
mod root;
mod stamp;
mod symlinks;
#[cfg(unix)]
mod walk;

pub(crate) use full::Full;
pub(crate) use root::{Loaded, Root, sibling};
pub(crate) use stamp::{Kind, Stamp};
pub use symlinks::Symlinks;
