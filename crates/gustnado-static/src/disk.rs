//! The file system: the only file that touches it. Everything here waits for the disk. It must not
//! know HTTP.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use crate::{coding::Coding, failure::Failure, limits};

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
    fn of(metadata: &Metadata) -> Self {
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
    fn of(metadata: &Metadata) -> Self {
        let since = |time: io::Result<SystemTime>| time.map_or((0, 0), since_1970);
        Self {
            length: metadata.len(),
            modified: since(metadata.modified()),
            changed: since(metadata.created()),
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
    fn has_content_of(&self, other: &Self) -> bool {
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

/// Looks at what is at a path, without opening it. Pipes, sockets and devices count as missing.
pub(crate) fn look(path: &Path) -> Result<Kind, Failure> {
    kind(&std::fs::metadata(path)?)
}

fn kind(metadata: &Metadata) -> Result<Kind, Failure> {
    if metadata.is_file() {
        Ok(Kind::File(Stamp::of(metadata)))
    } else if metadata.is_dir() {
        Ok(Kind::Folder)
    } else {
        Err(Failure::Missing)
    }
}

/// Whether this is the file at `path`.
pub(crate) fn is_still(path: &Path, stamp: &Stamp) -> bool {
    matches!(look(path), Ok(Kind::File(found)) if found == *stamp)
}

/// Where a path leads to when symbolic links are followed.
///
/// # Errors
/// Missing when that is outside the root, which is itself followed anew, so that a release can be
/// switched by a link.
pub(crate) fn inside(root: &Path, path: &Path) -> Result<PathBuf, Failure> {
    let root = std::fs::canonicalize(root)?;
    let path = std::fs::canonicalize(path)?;
    if path.starts_with(&root) {
        Ok(path)
    } else {
        Err(Failure::Missing)
    }
}

/// The path of the same file in another coding.
pub(crate) fn sibling(path: &Path, coding: Coding) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(coding.file_suffix());
    name.into()
}

/// The files beside this one that hold it in a coding, in the order of [`Coding::CODED`].
pub(crate) fn siblings(path: &Path) -> [Option<Stamp>; 3] {
    Coding::CODED.map(|coding| match look(&sibling(path, coding)) {
        Ok(Kind::File(stamp)) => Some(stamp),
        _ => None,
    })
}

/// A file's stamp, and its bytes or, when it is larger than asked for, the open file.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) stamp: Stamp,
    pub(crate) bytes: Option<Bytes>,
    pub(crate) file: Option<OpenFile>,
}

/// Reads the file at a path whole, when it has at most `largest` bytes. Bytes and stamp belong
/// together: a file that changes meanwhile is read again.
///
/// # Errors
/// Missing, also when it lies outside the root; changing when it never held still.
pub(crate) fn load(root: &Path, path: &Path, largest: usize) -> Result<Loaded, Failure> {
    for _ in 0..limits::TRIES {
        let mut file = open(&inside(root, path)?)?;
        let Kind::File(stamp) = kind(&file.metadata()?)? else {
            return Err(Failure::Missing);
        };
        let length = usize::try_from(stamp.length).unwrap_or(usize::MAX);
        if length > largest {
            return Ok(Loaded {
                stamp,
                bytes: None,
                file: Some(OpenFile { file, stamp }),
            });
        }
        let mut bytes = Vec::with_capacity(length);
        // One more than there should be shows a file that grew.
        (&mut file).take(stamp.length + 1).read_to_end(&mut bytes)?;
        let after = Stamp::of(&file.metadata()?);
        if bytes.len() == length && after.has_content_of(&stamp) {
            return Ok(Loaded {
                stamp,
                bytes: Some(Bytes::from(bytes.into_boxed_slice())),
                file: None,
            });
        }
    }
    Err(Failure::Changing)
}

/// Opens for reading, and does not wait for the other end of a pipe that took the file's place.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(all(
        target_os = "linux",
        any(
            target_arch = "x86_64",
            target_arch = "x86",
            target_arch = "aarch64",
            target_arch = "arm",
            target_arch = "riscv64"
        )
    ))]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // O_NONBLOCK: nothing to a regular file.
        options.custom_flags(0o4000);
    }
    options.open(path)
}

/// A file that is being sent.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: File,
    stamp: Stamp,
}

impl OpenFile {
    /// Opens the file at a path.
    ///
    /// # Errors
    /// Missing; changing when it is not the one with this stamp.
    pub(crate) fn open(root: &Path, path: &Path, stamp: &Stamp) -> Result<Self, Failure> {
        let file = open(&inside(root, path)?)?;
        if kind(&file.metadata()?)? != Kind::File(*stamp) {
            return Err(Failure::Changing);
        }
        let stamp = *stamp;
        Ok(Self { file, stamp })
    }

    /// Goes to the byte at `first`. It does not wait for the disk.
    pub(crate) fn seek(&mut self, first: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(first)).map(drop)
    }

    /// The next `length` bytes, put into `bytes`, which is empty.
    ///
    /// # Errors
    /// When there are fewer, or when the file has been written to since it was opened: what was
    /// sent of it and what would follow are not one version.
    pub(crate) fn read(&mut self, length: usize, mut bytes: Vec<u8>) -> io::Result<Bytes> {
        (&mut self.file)
            .take(length as u64)
            .read_to_end(&mut bytes)?;
        if bytes.len() < length {
            let text = "the file became shorter while it was sent";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        if !Stamp::of(&self.file.metadata()?).has_content_of(&self.stamp) {
            return Err(io::Error::other("the file changed while it was sent"));
        }
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use super::*;

    #[test]
    fn a_loaded_file_has_the_stamp_that_a_look_sees() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, b"bytes").unwrap();
        let loaded = load(folder.path(), &path, 5).unwrap();
        assert_eq!(loaded.bytes.as_deref(), Some(b"bytes".as_slice()));
        assert!(is_still(&path, &loaded.stamp));
        assert_eq!(load(folder.path(), &path, 4).unwrap().bytes, None);
    }

    #[test]
    fn a_replaced_file_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, b"one").unwrap();
        let before = load(folder.path(), &path, 5).unwrap().stamp;
        fs::write(folder.path().join("b"), b"two").unwrap();
        fs::rename(folder.path().join("b"), &path).unwrap();
        assert!(!is_still(&path, &before));
    }

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

    #[test]
    fn a_file_that_shrinks_or_changes_is_not_sent_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, b"0123456789").unwrap();
        let Ok(Kind::File(stamp)) = look(&path) else {
            panic!("no file");
        };
        let mut open = OpenFile::open(folder.path(), &path, &stamp).unwrap();
        open.seek(2).unwrap();
        assert_eq!(open.read(3, Vec::new()).unwrap(), "234".as_bytes());
        fs::write(&path, b"01234").unwrap();
        assert!(open.read(5, Vec::new()).is_err());
        let again = OpenFile::open(folder.path(), &path, &stamp);
        assert!(matches!(again, Err(Failure::Changing)));
    }

    #[cfg(unix)]
    #[test]
    fn an_unlinked_file_is_sent_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, b"0123456789").unwrap();
        let Ok(Kind::File(stamp)) = look(&path) else {
            panic!("no file");
        };
        let mut open = OpenFile::open(folder.path(), &path, &stamp).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(open.read(10, Vec::new()).unwrap(), "0123456789".as_bytes());
    }
}
