//! Where files come from: a folder on disk, or the program itself. It must not know what is kept in
//! memory, nor how files are served.

use std::{
    io,
    path::{Path, PathBuf},
};

use gustnado_core::OpenFile;

use crate::{
    coding::Coding,
    disk::{Full, Kind, Loaded, Root, Stamp},
    embedded::Embedded,
    failure::Failure,
    resolve::{Names, is_file_path},
};

/// Where files come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Disk(Root),
    /// What does not change while it runs. Full paths are those below the folder.
    Program(Embedded),
}

impl Source {
    /// The folder, where there is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Disk(root) => Some(root.path()),
            Self::Program(_) => None,
        }
    }

    /// Whether bytes that were loaded are there anyway, and no copy.
    pub(crate) fn is_program(&self) -> bool {
        matches!(self, Self::Program(_))
    }

    /// The full path of what is at a path below the folder.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        match self {
            Self::Disk(root) => root.join(path),
            Self::Program(_) => path.into(),
        }
    }

    /// What is at a full path.
    pub(crate) fn look(&self, full: &Path) -> Result<Kind, Failure> {
        match self {
            Self::Disk(root) => root.look(full),
            Self::Program(files) => files.look(full),
        }
    }

    /// Whether this very version of a file is still at a full path.
    #[inline]
    pub(crate) fn is_still(&self, full: &Full, stamp: &Stamp) -> bool {
        match self {
            Self::Disk(root) => root.is_still(full, stamp),
            Self::Program(_) => true,
        }
    }

    /// The files beside this one that hold it in a coding, in the order of
    /// [`Coding::CODED`].
    pub(crate) fn siblings(&self, full: &Path) -> [Option<Stamp>; 3] {
        match self {
            Self::Disk(root) => root.siblings(full),
            Self::Program(files) => files.siblings(full),
        }
    }

    /// Reads a file whole, when it has at most `largest` bytes or is in memory anyway.
    pub(crate) fn load(&self, full: &Path, largest: usize) -> Result<Loaded, Failure> {
        match self {
            Self::Disk(root) => root.load(full, largest),
            Self::Program(files) => files.load(full),
        }
    }

    /// Opens the file at a full path, if it is the one with this stamp.
    pub(crate) fn open(&self, full: &Path, stamp: &Stamp) -> Result<OpenFile, Failure> {
        match self {
            Self::Disk(root) => root.open(full, stamp),
            // It was loaded whole.
            Self::Program(_) => Err(Failure::Missing),
        }
    }

    /// As [`open`](Self::open), when that takes no wait; nothing when it does.
    pub(crate) fn open_at_once(&self, full: &Path, stamp: &Stamp) -> Option<OpenFile> {
        match self {
            Self::Disk(root) => root.open_at_once(full, stamp),
            Self::Program(_) => None,
        }
    }

    /// The names of what is in a folder, and whether there are more than `most`.
    pub(crate) fn names(&self, full: &Path, most: usize) -> Result<(Vec<String>, bool), Failure> {
        match self {
            Self::Disk(root) => root.names(full, most),
            Self::Program(files) => files.names(full, most),
        }
    }

    /// The paths below the folder of all files that a URL can name, sorted, but those that are
    /// another file in a coding.
    pub(crate) fn files(&self) -> io::Result<Vec<String>> {
        Ok(originals(match self {
            Self::Disk(root) => root.files()?,
            Self::Program(files) => {
                let named = files.paths().filter(|path| is_file_path(path, Names::HERE));
                named.map(str::to_owned).collect()
            }
        }))
    }
}

/// Of these paths those that are not another file in a coding, sorted.
fn originals(mut paths: Vec<String>) -> Vec<String> {
    paths.sort_unstable();
    let is_original = |path: &String| !is_sibling(path, &paths);
    let kept: Vec<bool> = paths.iter().map(is_original).collect();
    let mut kept = kept.into_iter();
    paths.retain(|_| kept.next().unwrap_or(true));
    paths
}

/// Whether a file is another one in a coding.
fn is_sibling(path: &str, sorted: &[String]) -> bool {
    Coding::CODED.into_iter().any(|coding| {
        let original = path.strip_suffix(coding.file_suffix());
        original.is_some_and(|original| {
            let place = sorted.binary_search_by(|other| other.as_str().cmp(original));
            place.is_ok()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::originals;

    #[test]
    fn files_in_a_coding_are_not_files_of_their_own() {
        let paths = ["b.gz", "a.js.br", "a.js", "a.js.zst", "a.js.br.gz"];
        let found = originals(paths.map(str::to_owned).to_vec());
        assert_eq!(found, ["a.js", "b.gz"]);
    }
}
