//! Which symbolic links are followed. It must not know how.

/// Which symbolic links below the folder are followed; set with
/// [`StaticFiles::symlinks`](crate::StaticFiles::symlinks).
///
/// It is about links below the folder. The folder itself may be a link in any case, also one that
/// is switched to the next release while the server runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Symlinks {
    /// Those that stay within the folder, every step of their way; what they lead out to is a 404.
    /// The default.
    #[default]
    Inside,
    /// None: whatever has a link in its path is a 404. For folders that others may write to.
    Refuse,
    /// All, wherever they lead. Only for folders that nobody else may write to: who can make a link
    /// can have any file served that the server may read.
    Follow,
}
