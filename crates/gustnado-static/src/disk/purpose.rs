//! What something is opened for, in the words of the system. It must not know where it is.

use rustix::fs::OFlags;

/// What something is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// To look at it. Nothing happens to a pipe or a device.
    Looking,
    /// To read a regular file. Opening does not wait for the other end of a pipe.
    Reading,
    /// To read the names in a folder.
    Listing,
}

impl For {
    pub(super) fn flags(self) -> OFlags {
        let flags = match self {
            #[cfg(target_os = "linux")]
            Self::Looking => OFlags::PATH,
            #[cfg(not(target_os = "linux"))]
            Self::Looking => OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY,
            Self::Reading => OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY,
            Self::Listing => OFlags::RDONLY | OFlags::DIRECTORY,
        };
        flags | OFlags::CLOEXEC
    }
}

/// What a folder is opened with to open something below it.
#[cfg(target_os = "linux")]
pub(super) const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
pub(super) const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC);
