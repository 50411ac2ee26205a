//! A full path, as the system is asked for it: made once, since a hit asks each time. It must not know
//! what is there.

use std::{ops::Deref, path::Path, path::PathBuf};

/// A full path. On Linux it ends in a NUL already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Full(Text);

#[cfg(target_os = "linux")]
type Text = std::ffi::CString;
#[cfg(not(target_os = "linux"))]
type Text = PathBuf;

impl Full {
    /// As the system takes it.
    #[cfg(target_os = "linux")]
    pub(super) fn as_c_str(&self) -> &std::ffi::CStr {
        &self.0
    }
}

impl From<PathBuf> for Full {
    #[cfg(target_os = "linux")]
    fn from(path: PathBuf) -> Self {
        use std::os::unix::ffi::OsStringExt as _;
        // No file has a NUL in its name, and none has no name.
        Self(Text::new(path.into_os_string().into_vec()).unwrap_or_default())
    }

    #[cfg(not(target_os = "linux"))]
    fn from(path: PathBuf) -> Self {
        Self(path)
    }
}

impl Deref for Full {
    type Target = Path;

    #[cfg(target_os = "linux")]
    fn deref(&self) -> &Path {
        use std::os::unix::ffi::OsStrExt as _;
        Path::new(std::ffi::OsStr::from_bytes(self.0.as_bytes()))
    }

    #[cfg(not(target_os = "linux"))]
    fn deref(&self) -> &Path {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_it_was() {
        for path in ["", "/", "/a/b c.txt", "a/\u{e9}"] {
            assert_eq!(&*Full::from(PathBuf::from(path)), Path::new(path));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_path_that_no_file_has_is_none() {
        assert_eq!(&*Full::from(PathBuf::from("a\0b")), Path::new(""));
    }
}
