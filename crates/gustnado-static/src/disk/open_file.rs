//! A file that is being sent: its bytes from any place, as long as it is the version that was
//! opened. It must not know where it lies.

use std::{fs::File, io};

use super::stamp::Stamp;

/// A file that is being sent.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: File,
    stamp: Stamp,
}

impl OpenFile {
    pub(super) fn new(file: File, stamp: Stamp) -> Self {
        Self { file, stamp }
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
    #[cfg(target_os = "linux")]
    pub(crate) fn read_at_once(&self, first: u64, bytes: &mut [u8]) -> io::Result<bool> {
        use rustix::io::{ReadWriteFlags, preadv2};

        let wanted = bytes.len();
        let mut rooms = [io::IoSliceMut::new(bytes)];
        // Less than all is what lies in memory, and an error that nothing does, or that the file
        // system cannot say: what is really wrong, reading tells again.
        match preadv2(&self.file, &mut rooms, first, ReadWriteFlags::NOWAIT) {
            Ok(read) if read == wanted => self.check().map(|()| true),
            _ => Ok(false),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn read_at_once(&self, _first: u64, _bytes: &mut [u8]) -> io::Result<bool> {
        Ok(false)
    }

    fn check(&self) -> io::Result<()> {
        if Stamp::of(&self.file.metadata()?).has_content_of(&self.stamp) {
            return Ok(());
        }
        Err(io::Error::other("the file changed while it was sent"))
    }
}

fn cut_short(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        let text = "the file became shorter while it was sent";
        return io::Error::new(error.kind(), text);
    }
    error
}
