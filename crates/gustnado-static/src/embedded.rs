//! Files that stand in the program, as `embed!` writes them down: asked for as files on disk are. It
//! must not know how they are served.

use std::{fmt, path::Path};

use bytes::Bytes;

use crate::{
    coding::Coding,
    disk::{Kind, Loaded, Stamp},
    failure::Failure,
};

/// The files of a folder that stands in the program: what `embed!` makes.
/// [`StaticFiles::embedded`](crate::StaticFiles::embedded) serves them.
#[derive(Clone, Copy)]
pub struct Embedded(&'static [EmbeddedFile]);

/// One of them: its path below the folder, with `/` between its parts, and its bytes.
#[doc(hidden)]
pub struct EmbeddedFile {
    path: &'static str,
    bytes: &'static [u8],
}

impl EmbeddedFile {
    /// Made by the macro alone.
    #[must_use]
    pub const fn new(path: &'static str, bytes: &'static [u8]) -> Self {
        Self { path, bytes }
    }
}

impl Embedded {
    /// Made by the macro alone, sorted by path.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(files: &'static [EmbeddedFile]) -> Self {
        Self(files)
    }

    /// The paths of all files, sorted.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|file| file.path)
    }

    pub(crate) fn look(&self, path: &Path) -> Result<Kind, Failure> {
        let path = path.to_str().ok_or(Failure::Missing)?;
        if let Some(file) = self.file(path) {
            return Ok(Kind::File(stamp(file)));
        }
        if path.is_empty() {
            return Ok(Kind::Folder);
        }
        // What is below it stands behind where it would.
        let after = self.0.partition_point(|file| file.path <= path);
        let is_below = |file: &&EmbeddedFile| {
            let rest = file.path.strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        // `a-b` is between `a` and `a/b`.
        let near = self.0[after..].iter();
        let mut near = near.take_while(|file| file.path.starts_with(path));
        near.find(is_below)
            .map(|_| Kind::Folder)
            .ok_or(Failure::Missing)
    }

    pub(crate) fn siblings(&self, path: &Path) -> [Option<Stamp>; 3] {
        let path = path.to_str();
        Coding::CODED.map(|coding| {
            let path = format!("{}{}", path?, coding.file_suffix());
            self.file(&path).map(stamp)
        })
    }

    pub(crate) fn load(&self, path: &Path) -> Result<Loaded, Failure> {
        let file = path.to_str().and_then(|path| self.file(path));
        let file = file.ok_or(Failure::Missing)?;
        Ok(Loaded {
            stamp: stamp(file),
            bytes: Some(Bytes::from_static(file.bytes)),
            file: None,
        })
    }

    /// The names of what is in a folder, and whether there are more than `most`.
    pub(crate) fn names(&self, path: &Path, most: usize) -> Result<(Vec<String>, bool), Failure> {
        let folder = path.to_str().ok_or(Failure::Missing)?;
        let mut names: Vec<String> = Vec::new();
        for file in self.0 {
            let rest = if folder.is_empty() {
                Some(file.path)
            } else {
                let rest = file.path.strip_prefix(folder);
                rest.and_then(|rest| rest.strip_prefix('/'))
            };
            let Some(name) = rest.and_then(|rest| rest.split('/').next()) else {
                continue;
            };
            if names.last().is_some_and(|last| last == name) {
                continue;
            }
            if names.len() == most {
                return Ok((names, true));
            }
            names.push(name.to_owned());
        }
        Ok((names, false))
    }

    fn file(&self, path: &str) -> Option<&'static EmbeddedFile> {
        let place = self.0.binary_search_by(|file| file.path.cmp(path)).ok()?;
        self.0.get(place)
    }
}

fn stamp(file: &EmbeddedFile) -> Stamp {
    Stamp::of_program(file.bytes.len() as u64)
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.paths()).finish()
    }
}

impl fmt::Debug for EmbeddedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: Embedded = Embedded::new(&[
        EmbeddedFile::new("a-b", b"1"),
        EmbeddedFile::new("a/b", b"22"),
        EmbeddedFile::new("a/c/d.js", b"333"),
        EmbeddedFile::new("a/c/d.js.gz", b"4"),
        EmbeddedFile::new("z", b""),
    ]);

    #[test]
    fn files_and_folders_are_found() {
        let look = |path: &str| FILES.look(Path::new(path)).ok();
        for folder in ["", "a", "a/c"] {
            assert_eq!(look(folder), Some(Kind::Folder), "{folder}");
        }
        for (file, length) in [("a-b", 1), ("a/b", 2), ("a/c/d.js", 3), ("z", 0)] {
            let kind = Kind::File(Stamp::of_program(length));
            assert_eq!(look(file), Some(kind), "{file}");
        }
        for none in ["b", "a/", "a/c/d", "a/b/c", "zz", "A"] {
            assert_eq!(look(none), None, "{none}");
        }
    }

    #[test]
    fn siblings_and_names_are_told() {
        let siblings = FILES.siblings(Path::new("a/c/d.js"));
        assert_eq!(siblings, [None, None, Some(Stamp::of_program(1))]);
        let names = |path: &str, most| FILES.names(Path::new(path), most).unwrap();
        assert_eq!(names("", 9).0, ["a-b", "a", "z"]);
        assert_eq!(names("a", 9).0, ["b", "c"]);
        assert_eq!(names("", 2), (vec!["a-b".to_owned(), "a".to_owned()], true));
    }
}
