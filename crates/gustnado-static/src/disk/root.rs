//! The folder whose files are served, and what can be asked of it. It must not know what is kept in
//! memory.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use gustnado_core::OpenFile;

use super::{
    all,
    full::Full,
    stamp::{Kind, Stamp},
    symlinks::Symlinks,
};
#[cfg(unix)]
use super::{beneath, purpose::For};
use crate::{coding::Coding, failure::Failure, limits};

/// The folder whose files are served.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    path: PathBuf,
    pub(crate) symlinks: Symlinks,
}

/// A file's stamp, its bytes, unless it is larger than asked for, and the open file.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) stamp: Stamp,
    pub(crate) bytes: Option<Bytes>,
    pub(crate) file: Option<OpenFile>,
}

impl Root {
    pub(crate) fn new(path: PathBuf) -> Self {
        let symlinks = Symlinks::default();
        Self { path, symlinks }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The full path of what is at a path below it.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// What is at a full path, if the way there stays within the root. Pipes, sockets and devices
    /// count as missing, and nothing happens to them.
    pub(crate) fn look(&self, full: &Path) -> Result<Kind, Failure> {
        Kind::of(&self.metadata(full)?)
    }

    #[cfg(unix)]
    fn metadata(&self, full: &Path) -> Result<std::fs::Metadata, Failure> {
        let path = self.below(full)?;
        Ok(beneath::open(&self.path, path, self.symlinks, For::Looking)?.metadata()?)
    }

    #[cfg(not(unix))]
    fn metadata(&self, full: &Path) -> Result<std::fs::Metadata, Failure> {
        let path = self.below(full)?;
        let found = super::canonical::inside(&self.path, path, self.symlinks)?;
        Ok(std::fs::metadata(found)?)
    }

    /// Whether this very version of a file is still at a full path: one call of `stat`.
    ///
    /// It does not look how the path leads there, so it is only good for a file that was loaded by
    /// way of [`load`](Self::load): the same file and version, wherever it has been moved meanwhile.
    #[inline]
    pub(crate) fn is_still(&self, full: &Full, stamp: &Stamp) -> bool {
        self.stamp(full).is_some_and(|found| found == *stamp)
    }

    /// The stamp of the file that a full path leads to.
    #[cfg(target_os = "linux")]
    #[inline]
    fn stamp(&self, full: &Full) -> Option<Stamp> {
        let full = full.as_c_str();
        let found = if self.symlinks == Symlinks::Refuse {
            rustix::fs::lstat(full)
        } else {
            rustix::fs::stat(full)
        };
        Stamp::of_file(&found.ok()?)
    }

    #[cfg(not(target_os = "linux"))]
    fn stamp(&self, full: &Full) -> Option<Stamp> {
        let found = if self.symlinks == Symlinks::Refuse {
            std::fs::symlink_metadata(full)
        } else {
            std::fs::metadata(full)
        };
        found
            .ok()
            .filter(|found| found.is_file())
            .map(|found| Stamp::of(&found))
    }

    /// The files beside this one that hold it in a coding, in the order of [`Coding::CODED`].
    pub(crate) fn siblings(&self, full: &Path) -> [Option<Stamp>; 3] {
        Coding::CODED.map(|coding| match self.look(&sibling(full, coding)) {
            Ok(Kind::File(stamp)) => Some(stamp),
            _ => None,
        })
    }

    /// Reads a file whole, when it has at most `largest` bytes. Bytes and stamp belong together: a
    /// file that changes meanwhile is read again.
    ///
    /// # Errors
    /// Missing, also when it lies outside the root; changing when it never held still.
    pub(crate) fn load(&self, full: &Path, largest: usize) -> Result<Loaded, Failure> {
        for _ in 0..limits::TRIES {
            let mut file = self.file(full)?;
            let metadata = file.metadata()?;
            let Kind::File(stamp) = Kind::of(&metadata)? else {
                return Err(Failure::Missing);
            };
            let length = usize::try_from(stamp.length()).unwrap_or(usize::MAX);
            if length > largest {
                return Ok(Loaded {
                    stamp,
                    bytes: None,
                    file: Some(OpenFile::with_metadata(file, &metadata)),
                });
            }
            let mut bytes = Vec::with_capacity(length);
            // One more than there should be shows a file that grew.
            (&mut file)
                .take(stamp.length() + 1)
                .read_to_end(&mut bytes)?;
            let after = Stamp::of(&file.metadata()?);
            if bytes.len() == length && after.has_content_of(&stamp) {
                return Ok(Loaded {
                    stamp,
                    bytes: Some(Bytes::from(bytes.into_boxed_slice())),
                    file: Some(OpenFile::with_metadata(file, &metadata)),
                });
            }
        }
        Err(Failure::Changing)
    }

    /// Opens the file at a full path.
    ///
    /// # Errors
    /// Missing; changing when it is not the one with this stamp.
    pub(crate) fn open(&self, full: &Path, stamp: &Stamp) -> Result<OpenFile, Failure> {
        let file = self.file(full)?;
        let metadata = file.metadata()?;
        if Kind::of(&metadata)? != Kind::File(*stamp) {
            return Err(Failure::Changing);
        }
        Ok(OpenFile::with_metadata(file, &metadata))
    }

    /// As [`open`](Self::open), when that takes no wait for the disk; nothing when it does, or there
    /// is something wrong.
    pub(crate) fn open_at_once(&self, full: &Path, stamp: &Stamp) -> Option<OpenFile> {
        let file = self.file_at_once(full)?;
        let metadata = file.metadata().ok()?;
        let is_it = Stamp::of(&metadata) == *stamp;
        is_it.then(|| OpenFile::with_metadata(file, &metadata))
    }

    #[cfg(unix)]
    fn file_at_once(&self, full: &Path) -> Option<File> {
        beneath::open_at_once(&self.path, self.below(full).ok()?, self.symlinks)
    }

    #[cfg(not(unix))]
    fn file_at_once(&self, _full: &Path) -> Option<File> {
        None
    }

    #[cfg(unix)]
    fn file(&self, full: &Path) -> Result<File, Failure> {
        let path = self.below(full)?;
        Ok(beneath::open(
            &self.path,
            path,
            self.symlinks,
            For::Reading,
        )?)
    }

    #[cfg(not(unix))]
    fn file(&self, full: &Path) -> Result<File, Failure> {
        let path = self.below(full)?;
        Ok(super::canonical::open(&self.path, path, self.symlinks)?)
    }

    /// The names of what is in a folder, in no order, and whether there are more than `most`.
    pub(crate) fn names(&self, full: &Path, most: usize) -> Result<(Vec<String>, bool), Failure> {
        let mut names = Vec::new();
        for name in self.entries(full)? {
            // What is no UTF-8 cannot be asked for.
            let Some(name) = name? else { continue };
            if names.len() == most {
                return Ok((names, true));
            }
            names.push(name);
        }
        Ok((names, false))
    }

    /// The paths below it of all files that a URL can name, in no order. Some of them may not be for
    /// anybody: links are looked at when one is asked for.
    pub(crate) fn files(&self) -> io::Result<Vec<String>> {
        all::files(&self.path)
    }

    #[cfg(unix)]
    fn entries(
        &self,
        full: &Path,
    ) -> Result<impl Iterator<Item = io::Result<Option<String>>>, Failure> {
        let path = self.below(full)?;
        let folder = beneath::open(&self.path, path, self.symlinks, For::Listing)?;
        let entries = rustix::fs::Dir::new(folder).map_err(io::Error::from)?;
        Ok(entries.map(|entry| Ok(entry?.file_name().to_str().ok().map(str::to_owned))))
    }

    #[cfg(not(unix))]
    fn entries(
        &self,
        full: &Path,
    ) -> Result<impl Iterator<Item = io::Result<Option<String>>>, Failure> {
        let path = self.below(full)?;
        let folder = super::canonical::inside(&self.path, path, self.symlinks)?;
        let entries = std::fs::read_dir(folder)?;
        Ok(entries.map(|entry| Ok(entry?.file_name().into_string().ok())))
    }

    /// A full path without the root.
    fn below<'a>(&self, full: &'a Path) -> Result<&'a Path, Failure> {
        full.strip_prefix(&self.path).map_err(|_| Failure::Missing)
    }
}

/// The path of the same file in another coding.
pub(crate) fn sibling(path: &Path, coding: Coding) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(coding.file_suffix());
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn root() -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::new(folder.path().to_owned());
        (folder, root)
    }

    #[test]
    fn a_loaded_file_has_the_stamp_that_a_look_sees() {
        let (_folder, root) = root();
        let path = root.join("a");
        fs::write(&path, b"bytes").unwrap();
        let loaded = root.load(&path, 5).unwrap();
        assert_eq!(loaded.bytes.as_deref(), Some(b"bytes".as_slice()));
        assert!(root.is_still(&Full::from(path.clone()), &loaded.stamp));
        assert_eq!(root.look(&path).unwrap(), Kind::File(loaded.stamp));
        assert_eq!(root.load(&path, 4).unwrap().bytes, None);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_leads_to_is_the_same_as_long_as_links_are_followed() {
        let (_folder, mut root) = root();
        let (path, link) = (root.join("a"), root.join("b"));
        fs::write(&path, b"bytes").unwrap();
        std::os::unix::fs::symlink("a", &link).unwrap();
        let stamp = root.load(&path, 5).unwrap().stamp;
        let link = Full::from(link);
        assert!(root.is_still(&link, &stamp));
        root.symlinks = Symlinks::Refuse;
        assert!(!root.is_still(&link, &stamp));
        root.symlinks = Symlinks::Inside;
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(!root.is_still(&link, &stamp));
    }

    #[test]
    fn a_replaced_file_has_another_stamp() {
        let (folder, root) = root();
        let path = root.join("a");
        fs::write(&path, b"one").unwrap();
        let before = root.load(&path, 5).unwrap().stamp;
        fs::write(folder.path().join("b"), b"two").unwrap();
        fs::rename(folder.path().join("b"), &path).unwrap();
        assert!(!root.is_still(&Full::from(path.clone()), &before));
        assert!(matches!(root.open(&path, &before), Err(Failure::Changing)));
    }

    #[test]
    fn what_is_opened_at_once_is_what_was_looked_at() {
        let (_folder, root) = root();
        let path = root.join("a");
        fs::write(&path, b"one").unwrap();
        let stamp = root.load(&path, 5).unwrap().stamp;
        // Whether it can be is the system's to say.
        if let Some(file) = root.open_at_once(&path, &stamp) {
            assert_eq!(file.length(), 3);
        }
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"two").unwrap();
        assert!(root.open_at_once(&path, &stamp).is_none());
        fs::remove_file(&path).unwrap();
        assert!(root.open_at_once(&path, &stamp).is_none());
    }

    #[test]
    fn a_folder_tells_its_names() {
        let (_folder, root) = root();
        fs::create_dir(root.join("dir")).unwrap();
        for name in ["a", "b", "c"] {
            fs::write(root.join("dir").join(name), name).unwrap();
        }
        let names = |most| root.names(&root.join("dir"), most).unwrap();
        let has = |name: &&str| names(10).0.iter().any(|found| found == name);
        assert!(["a", "b", "c"].iter().all(has));
        assert!(!names(10).1 && names(2).1);
        assert_eq!(names(2).0.len(), 2);
    }
}
