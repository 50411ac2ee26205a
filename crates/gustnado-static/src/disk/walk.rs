//! Opens what is below a folder component by component, following links itself: for where the
//! kernel does not do it. It must not know what is done with it.
//!
//! Each component is opened from the one before with `O_NOFOLLOW`, and `..` goes back to a folder
//! that is held open, so whatever is renamed or replaced meanwhile, the way does not leave the root.

use std::{
    ffi::OsString,
    io,
    os::unix::ffi::OsStringExt,
    path::{Component, Path, PathBuf},
};

use rustix::{
    fd::OwnedFd,
    fs::{AtFlags, FileType, Mode, OFlags, openat, readlinkat, statat},
    io::Errno,
};

use super::{
    purpose::{FOLDER, For},
    symlinks::Symlinks,
};
use crate::limits;

/// Opens what is at `path` below `folder`, which is `root`.
pub(super) fn open(
    root: &Path,
    folder: OwnedFd,
    path: &Path,
    symlinks: Symlinks,
    what: For,
) -> io::Result<OwnedFd> {
    let mut way = Way {
        folders: vec![folder],
        rest: Vec::new(),
        links: 0,
    };
    way.push(path)?;
    while let Some(step) = way.rest.pop() {
        let name = match step {
            Step::Back if way.folders.len() == 1 => return Err(Errno::XDEV.into()),
            Step::Back => {
                way.folders.pop();
                continue;
            }
            Step::Into(name) => name,
        };
        let stat = statat(way.here()?, &name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink => way.follow(root, &name, symlinks)?,
            FileType::Directory => {
                let flags = FOLDER | OFlags::NOFOLLOW;
                let into = openat(way.here()?, &name, flags, Mode::empty())?;
                way.folders.push(into);
            }
            FileType::RegularFile if way.rest.is_empty() => {
                let flags = what.flags() | OFlags::NOFOLLOW;
                return Ok(openat(way.here()?, &name, flags, Mode::empty())?);
            }
            FileType::RegularFile => return Err(Errno::NOTDIR.into()),
            // Pipes, sockets and devices: opening those may do something.
            _ => return Err(Errno::NOENT.into()),
        }
    }
    Ok(openat(way.here()?, ".", what.flags(), Mode::empty())?)
}

/// Where one is, and what is still to go.
struct Way {
    /// From the root to here.
    folders: Vec<OwnedFd>,
    /// The last one is the next.
    rest: Vec<Step>,
    links: usize,
}

enum Step {
    Into(OsString),
    Back,
}

impl Way {
    fn here(&self) -> io::Result<&OwnedFd> {
        // The root is never popped.
        self.folders.last().ok_or(Errno::XDEV.into())
    }

    /// Puts a relative path before what is to go.
    fn push(&mut self, path: &Path) -> io::Result<()> {
        for component in path.components().rev() {
            match component {
                Component::Normal(name) => self.rest.push(Step::Into(name.to_owned())),
                Component::ParentDir => self.rest.push(Step::Back),
                Component::CurDir => {}
                Component::RootDir | Component::Prefix(_) => return Err(Errno::XDEV.into()),
            }
        }
        Ok(())
    }

    fn follow(&mut self, root: &Path, name: &OsString, symlinks: Symlinks) -> io::Result<()> {
        self.links += 1;
        if symlinks == Symlinks::Refuse || self.links > limits::LINKS {
            return Err(Errno::LOOP.into());
        }
        let target = readlinkat(self.here()?, name, Vec::new())?;
        let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
        if !target.is_absolute() {
            return self.push(&target);
        }
        // From the root again, when that is where it leads through.
        let within = match target.strip_prefix(root) {
            Ok(within) => Some(within.to_owned()),
            Err(_) => {
                let root = std::fs::canonicalize(root)?;
                target.strip_prefix(root).ok().map(Path::to_owned)
            }
        };
        self.folders.truncate(1);
        self.push(&within.ok_or(Errno::XDEV)?)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        io::Read,
        os::unix::fs::symlink,
    };

    use rustix::fs::CWD;

    use super::*;

    fn read(root: &Path, path: &str, symlinks: Symlinks) -> io::Result<String> {
        let folder = openat(CWD, root, FOLDER, Mode::empty())?;
        let opened = open(root, folder, Path::new(path), symlinks, For::Reading)?;
        let mut text = String::new();
        File::from(opened).read_to_string(&mut text)?;
        Ok(text)
    }

    // Rules 61, 62, 65: where the kernel has no openat2, the answers are the same.
    #[test]
    fn the_way_never_leaves_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("dir/deep")).unwrap();
        fs::write(root.join("a"), "a").unwrap();
        fs::write(root.join("dir/b"), "b").unwrap();
        fs::write(folder.path().join("secret"), "secret").unwrap();
        for (target, link) in [
            ("../secret", "out"),
            ("dir/../../secret", "out-and-on"),
            ("../root/a", "out-and-back"),
            ("loop", "loop"),
            ("nowhere", "dangling"),
            ("dir", "inside"),
            ("../a", "dir/up"),
            ("deep/../b", "dir/down-and-up"),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        symlink(root.join("dir/b"), root.join("absolute")).unwrap();
        symlink(folder.path().join("secret"), root.join("absolute-out")).unwrap();
        let rootmost = root.join("../secret");
        symlink(rootmost, root.join("absolute-and-up")).unwrap();
        for (path, expected) in [
            ("a", Some("a")),
            ("dir/b", Some("b")),
            ("inside/b", Some("b")),
            ("dir/up", Some("a")),
            ("inside/up", Some("a")),
            ("dir/down-and-up", Some("b")),
            ("absolute", Some("b")),
            ("a/b", None),
            ("none", None),
            ("dir/none", None),
            ("out", None),
            ("out-and-on", None),
            ("out-and-back", None),
            ("absolute-out", None),
            ("absolute-and-up", None),
            ("loop", None),
            ("dangling", None),
        ] {
            let found = read(&root, path, Symlinks::Inside).ok();
            assert_eq!(found.as_deref(), expected, "{path}");
        }
        for path in ["inside/b", "dir/up", "absolute", "out"] {
            assert!(read(&root, path, Symlinks::Refuse).is_err(), "{path}");
        }
        assert_eq!(read(&root, "dir/b", Symlinks::Refuse).unwrap(), "b");
        let device = openat(CWD, "/dev", FOLDER, Mode::empty()).unwrap();
        let null = open(
            Path::new("/dev"),
            device,
            Path::new("null"),
            Symlinks::Inside,
            For::Reading,
        );
        assert!(null.is_err());
    }

    #[test]
    fn an_empty_path_is_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let root = openat(CWD, folder.path(), FOLDER, Mode::empty()).unwrap();
        let found = open(
            folder.path(),
            root,
            Path::new(""),
            Symlinks::Inside,
            For::Looking,
        );
        assert!(File::from(found.unwrap()).metadata().unwrap().is_dir());
    }
}
