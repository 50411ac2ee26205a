//! Opens what is below a folder, and never what is not: by `openat2` where the kernel has it. It
//! must not know what is done with it.

use std::{fs::File, io, path::Path};

use rustix::{
    fd::OwnedFd,
    fs::{CWD, Mode, openat},
};

use super::{
    purpose::{FOLDER, For},
    symlinks::Symlinks,
    walk,
};

/// Opens what is at `path` below `root`. An empty path is the root, which is followed if it is a
/// link, each time anew.
pub(super) fn open(root: &Path, path: &Path, symlinks: Symlinks, what: For) -> io::Result<File> {
    let folder = openat(CWD, root, FOLDER, Mode::empty())?;
    if symlinks == Symlinks::Follow {
        let path = or_itself(path);
        return Ok(openat(&folder, path, what.flags(), Mode::empty())?.into());
    }
    if let Some(opened) = by_kernel(&folder, path, symlinks, what) {
        return Ok(opened?.into());
    }
    Ok(walk::open(root, folder, path, symlinks, what)?.into())
}

/// Opens a file, when that takes no wait for the disk. Nothing says that it does, or that there is
/// something wrong, which [`open`] tells.
#[cfg(target_os = "linux")]
pub(super) fn open_at_once(root: &Path, path: &Path, symlinks: Symlinks) -> Option<File> {
    use rustix::fs::{ResolveFlags, openat2};

    let folder = openat(CWD, root, FOLDER, Mode::empty()).ok()?;
    let resolve = way(symlinks)? | ResolveFlags::CACHED;
    let flags = For::Reading.flags();
    let opened = openat2(folder, path, flags, Mode::empty(), resolve);
    opened.ok().map(File::from)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn open_at_once(_root: &Path, _path: &Path, _symlinks: Symlinks) -> Option<File> {
    None
}

/// Which ways the kernel is to go; nothing for all.
#[cfg(target_os = "linux")]
fn way(symlinks: Symlinks) -> Option<rustix::fs::ResolveFlags> {
    use rustix::fs::ResolveFlags;

    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    match symlinks {
        Symlinks::Inside => Some(beneath),
        Symlinks::Refuse => Some(beneath | ResolveFlags::NO_SYMLINKS),
        Symlinks::Follow => None,
    }
}

fn or_itself(path: &Path) -> &Path {
    if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    }
}

/// Has the kernel open it; nothing where it cannot, or not decide.
#[cfg(target_os = "linux")]
fn by_kernel(
    folder: &OwnedFd,
    path: &Path,
    symlinks: Symlinks,
    what: For,
) -> Option<rustix::io::Result<OwnedFd>> {
    use rustix::{fs::openat2, io::Errno};

    let resolve = way(symlinks)?;
    let opened = openat2(
        folder,
        or_itself(path),
        what.flags(),
        Mode::empty(),
        resolve,
    );
    match opened {
        // Before Linux 5.6; or a sandbox that does not know the call.
        Err(Errno::NOSYS | Errno::PERM) => None,
        // Something was renamed meanwhile, and the kernel is not sure.
        Err(Errno::AGAIN) => None,
        // The way leaves the folder. It may still be that of a link to an absolute path within.
        Err(Errno::XDEV) => None,
        opened => Some(opened),
    }
}

#[cfg(not(target_os = "linux"))]
fn by_kernel(
    _folder: &OwnedFd,
    _path: &Path,
    _symlinks: Symlinks,
    _what: For,
) -> Option<rustix::io::Result<OwnedFd>> {
    None
}
