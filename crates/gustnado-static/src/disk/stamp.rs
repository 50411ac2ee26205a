//! What a file was when it was looked at: enough to tell it from any other version. It must not
//! know where files are, nor how they are opened.

use std::{
    fs::Metadata,
    time::{Duration, SystemTime},
};

use crate::{failure::Failure, limits};

/// What a file was when it was looked at; another file, or another version of it, has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    /// Seconds since 1970 and nanoseconds.
    modified: (i64, u32),
    /// The change of the inode, which no program can set; elsewhere than on Unix the creation.
    changed: (i64, u32),
    /// Device and inode, where there are such.
    file: (u64, u64),
}

impl Stamp {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let nanoseconds = |value: i64| u32::try_from(value).unwrap_or(0);
        Self {
            length: metadata.len(),
            modified: (metadata.mtime(), nanoseconds(metadata.mtime_nsec())),
            changed: (metadata.ctime(), nanoseconds(metadata.ctime_nsec())),
            file: (metadata.dev(), metadata.ino()),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn of(metadata: &Metadata) -> Self {
        let since = |time: std::io::Result<SystemTime>| time.map_or((0, 0), since_1970);
        Self {
            length: metadata.len(),
            modified: since(metadata.modified()),
            changed: since(metadata.created()),
            file: (0, 0),
        }
    }

    /// Of a file, as the system tells of it; nothing of what is no file. It is what
    /// [`of`](Self::of) would be, without what std makes of it: a hit asks each time.
    #[cfg(target_os = "linux")]
    #[inline]
    pub(super) fn of_file(found: &rustix::fs::Stat) -> Option<Self> {
        let kind = rustix::fs::FileType::from_raw_mode(found.st_mode);
        let nanoseconds = |value| u32::try_from(value).unwrap_or(0);
        kind.is_file().then(|| Self {
            length: u64::try_from(found.st_size).unwrap_or(0),
            modified: (found.st_mtime, nanoseconds(found.st_mtime_nsec)),
            changed: (found.st_ctime, nanoseconds(found.st_ctime_nsec)),
            file: (found.st_dev, found.st_ino),
        })
    }

    /// Of what stands in the program and never changes. It has no date.
    pub(crate) fn of_program(length: u64) -> Self {
        let before = (-1, 0);
        Self {
            length,
            modified: before,
            changed: before,
            file: (0, 0),
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The last change of the content: seconds since 1970 and nanoseconds.
    pub(crate) fn modified(&self) -> (i64, u32) {
        self.modified
    }

    /// Whether the last change was so long before `looked` that a further one would show.
    pub(crate) fn is_settled(&self, looked: SystemTime, settle_time: Duration) -> bool {
        // Elsewhere than on Unix, only the content's own time follows each change.
        let changed = if cfg!(unix) {
            self.changed
        } else {
            self.modified
        };
        let looked = since_1970(looked);
        let window = if changed.1 == 0 {
            limits::SETTLE_COARSE.max(settle_time)
        } else {
            settle_time
        };
        let nanoseconds =
            |(seconds, rest): (i64, u32)| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        let age = (nanoseconds(looked) - nanoseconds(changed)).unsigned_abs();
        age >= window.as_nanos()
    }

    /// Whether the content is still what it was: a file that was only renamed or unlinked has a
    /// new time of change, and is whole.
    pub(super) fn has_content_of(&self, other: &Self) -> bool {
        self.length == other.length && self.modified == other.modified
    }
}

fn since_1970(time: SystemTime) -> (i64, u32) {
    let parts = |since: Duration| {
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        (seconds, since.subsec_nanos())
    };
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => parts(since),
        Err(before) => (-parts(before.duration()).0, 0),
    }
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File(Stamp),
    Folder,
}

impl Kind {
    /// What this is. Pipes, sockets and devices count as missing.
    pub(super) fn of(metadata: &Metadata) -> Result<Self, Failure> {
        if metadata.is_file() {
            Ok(Self::File(Stamp::of(metadata)))
        } else if metadata.is_dir() {
            Ok(Self::Folder)
        } else {
            Err(Failure::Missing)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_settled_after_its_time() {
        let looked = SystemTime::now();
        let now = since_1970(looked);
        let stamp = |seconds: i64, nanoseconds: u32| Stamp {
            length: 0,
            modified: (0, 0),
            changed: (now.0 - seconds, nanoseconds),
            file: (0, 0),
        };
        let settled = |stamp: Stamp| stamp.is_settled(looked, Duration::from_millis(100));
        assert!(settled(stamp(60, 5)));
        assert!(settled(stamp(60, 0)));
        // A clock that counts whole seconds is not to be trusted within two of them.
        assert!(!settled(stamp(0, 0)));
        assert!(!settled(Stamp {
            changed: now,
            ..stamp(0, 1)
        }));
        // In the far future: a clock that is wrong must not keep the file from being kept.
        assert!(settled(stamp(-3600, 5)));
    }
}
