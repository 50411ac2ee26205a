//! Opens what is below a folder where there is neither `openat2` nor `openat`: by where paths lead
//! to. It must not know what is done with it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::symlinks::Symlinks;

/// Where `path` below `root` leads to.
///
/// # Errors
/// When that is not below the root, and links are not to be followed out of it.
pub(super) fn inside(root: &Path, path: &Path, symlinks: Symlinks) -> io::Result<PathBuf> {
    let full = root.join(path);
    if symlinks == Symlinks::Follow {
        return Ok(full);
    }
    if symlinks == Symlinks::Refuse {
        let mut way = root.to_owned();
        for part in path.components() {
            way.push(part);
            if fs::symlink_metadata(&way)?.file_type().is_symlink() {
                return Err(io::ErrorKind::NotFound.into());
            }
        }
    }
    let found = fs::canonicalize(full)?;
    if found.starts_with(fs::canonicalize(root)?) {
        Ok(found)
    } else {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Opens a file for reading.
pub(super) fn open(root: &Path, path: &Path, symlinks: Symlinks) -> io::Result<File> {
    let found = inside(root, path, symlinks)?;
    OpenOptions::new().read(true).open(found)
}
