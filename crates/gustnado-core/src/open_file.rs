//! A file that is open to be sent: its bytes from any place, as long as it is the version that was
//! opened. It must not know where it lies, nor who gets them.

use std::{
    fs::{File, Metadata},
    io,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Instant,
};

#[cfg(not(unix))]
use std::time::SystemTime;

use crate::limits::{FILE_KNOWN, FILE_LOOK};

/// A file that is open to be sent, by [`Body::file`](crate::Body::file).
///
/// It is known by its length and the time of its last change: once it has others, no more of it is
/// sent, and the answer is cut short. What was renamed or unlinked is sent to its end.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    length: u64,
    modified: Modified,
    opened: Instant,
    /// Until when all of it is taken to lie in memory, in milliseconds since it was opened.
    at_hand: AtomicU64,
}

/// Seconds since 1970 and nanoseconds.
#[cfg(unix)]
type Modified = (i64, i64);
#[cfg(not(unix))]
type Modified = Option<SystemTime>;

impl OpenFile {
    /// An open file, as it is now.
    ///
    /// # Errors
    /// When the system does not say what it is, or it is no regular file, of which nobody knows how
    /// long it is.
    pub fn new(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            let text = "only a regular file can be sent as one";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        Ok(Self::with_metadata(file, &metadata))
    }

    /// An open file that is as these say: for who has asked for them already.
    #[must_use]
    pub fn with_metadata(file: File, metadata: &Metadata) -> Self {
        Self {
            file,
            length: metadata.len(),
            modified: modified(metadata),
            opened: Instant::now(),
            at_hand: AtomicU64::new(0),
        }
    }

    /// Its bytes, when it was opened.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The file, for who sends from it.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Fills `bytes` from what is at `first`.
    ///
    /// # Errors
    /// When there is less, or when the file has been written to since it was opened: what was sent
    /// of it and what would follow are not one version.
    pub(crate) fn read(&self, first: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.fill(first, bytes)?;
        self.check()
    }

    #[cfg(unix)]
    fn fill(&self, first: u64, bytes: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, bytes, first).map_err(cut_short)
    }

    #[cfg(not(unix))]
    fn fill(&self, first: u64, bytes: &mut [u8]) -> io::Result<()> {
        use io::{Read, Seek};
        let mut file = &self.file;
        file.seek(io::SeekFrom::Start(first))?;
        file.read_exact(bytes).map_err(cut_short)
    }

    /// As [`read`](Self::read), when that takes no wait for the disk; says whether it was done.
    pub(crate) fn read_at_once(&self, first: u64, bytes: &mut [u8]) -> io::Result<bool> {
        if self.fill_at_once(first, bytes) {
            self.check().map(|()| true)
        } else {
            Ok(false)
        }
    }

    #[cfg(target_os = "linux")]
    fn fill_at_once(&self, first: u64, bytes: &mut [u8]) -> bool {
        use rustix::io::{ReadWriteFlags, preadv2};

        let wanted = bytes.len();
        let mut rooms = [io::IoSliceMut::new(bytes)];
        // Less than all is what lies in memory, and an error that nothing does, or that the file
        // system cannot say: what is really wrong, reading tells again.
        let read = preadv2(&self.file, &mut rooms, first, ReadWriteFlags::NOWAIT);
        read.is_ok_and(|read| read == wanted)
    }

    #[cfg(not(target_os = "linux"))]
    fn fill_at_once(&self, _first: u64, _bytes: &mut [u8]) -> bool {
        false
    }

    /// Whether these bytes lie in the system's memory, going by the last of them and some before. What is
    /// between them was most likely read with them. A file of which all did so a moment ago is not looked at
    /// again.
    pub(crate) fn is_at_hand(&self, bytes: &Range<u64>) -> bool {
        let passed = self.opened.elapsed();
        // Not by `as_millis`, whose 128 bits take long to divide.
        let now = passed.as_secs() * 1000 + u64::from(passed.subsec_millis());
        if bytes.end <= self.length && now < self.at_hand.load(Relaxed) {
            return true;
        }
        let found = self.look_at_hand(bytes);
        if found && *bytes == (0..self.length) {
            self.at_hand.store(now + FILE_KNOWN, Relaxed);
        }
        found
    }

    fn look_at_hand(&self, bytes: &Range<u64>) -> bool {
        let places = (bytes.start..bytes.end).step_by(FILE_LOOK as usize);
        let mut places = places.chain(bytes.end.checked_sub(1));
        places.all(|place| self.fill_at_once(place, &mut [0]))
    }

    /// Its length and the time of its last change, as they are now. Asked for as little as that: std would
    /// have the system say more, which takes twice as long.
    #[cfg(all(target_os = "linux", feature = "files"))]
    fn look(&self) -> io::Result<(u64, Modified)> {
        let now = rustix::fs::fstat(&self.file)?;
        Ok((
            now.st_size as u64,
            (now.st_mtime as i64, now.st_mtime_nsec as i64),
        ))
    }

    #[cfg(not(all(target_os = "linux", feature = "files")))]
    fn look(&self) -> io::Result<(u64, Modified)> {
        let now = self.file.metadata()?;
        Ok((now.len(), modified(&now)))
    }

    /// Whether it still is what was opened.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.look()? == (self.length, self.modified) {
            return Ok(());
        }
        Err(io::Error::other("the file changed while it was sent"))
    }
}

#[cfg(unix)]
fn modified(metadata: &Metadata) -> Modified {
    use std::os::unix::fs::MetadataExt;
    (metadata.mtime(), metadata.mtime_nsec())
}

#[cfg(not(unix))]
fn modified(metadata: &Metadata) -> Modified {
    metadata.modified().ok()
}

fn cut_short(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        let text = "the file became shorter while it was sent";
        return io::Error::new(error.kind(), text);
    }
    error
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;

    fn opened(name: &str) -> (PathBuf, OpenFile) {
        let name = format!("gustnado-open-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, b"0123456789").unwrap();
        let file = OpenFile::new(File::open(&path).unwrap()).unwrap();
        (path, file)
    }

    #[test]
    fn a_file_that_shrinks_or_changes_is_not_sent_on() {
        let (path, open) = opened("shrinks");
        let mut bytes = [0; 3];
        open.read(2, &mut bytes).unwrap();
        assert_eq!(bytes, *b"234");
        fs::write(&path, b"01234").unwrap();
        assert!(open.read(5, &mut bytes).is_err() && open.check().is_err());
        fs::remove_file(path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn an_unlinked_file_is_sent_to_its_end() {
        let (path, open) = opened("unlinked");
        fs::remove_file(path).unwrap();
        let mut bytes = [0; 10];
        open.read(0, &mut bytes).unwrap();
        assert_eq!(bytes, *b"0123456789");
    }

    // Whether it can be had at once is the system's to say; what is had is right.
    #[test]
    fn what_is_read_at_once_is_what_is_there() {
        let (path, open) = opened("at-once");
        let mut bytes = [0; 4];
        if open.read_at_once(3, &mut bytes).unwrap() {
            assert_eq!(bytes, *b"3456");
            assert!(open.is_at_hand(&(0..10)));
        }
        assert!(!open.read_at_once(8, &mut bytes).unwrap());
        assert!(!open.is_at_hand(&(5..11)));
        fs::write(&path, b"another one").unwrap();
        let again = open.read_at_once(3, &mut bytes);
        assert!(matches!(again, Err(_) | Ok(false)));
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_folder_is_no_file() {
        if let Ok(folder) = File::open(std::env::temp_dir()) {
            assert!(OpenFile::new(folder).is_err());
        }
    }
}
