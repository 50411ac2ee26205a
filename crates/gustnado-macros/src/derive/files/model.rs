//! What the derive knows of a handler of files once its tokens are read.

use proc_macro2::Ident;
use syn::{Generics, LitStr};

/// A type that derives `StaticFileHandler`.
pub(super) struct Handler {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    /// What `#[files(…)]` says, if it can be read.
    pub(super) files: Option<Files>,
}

/// Which files, and where.
pub(super) struct Files {
    pub(super) folder: Folder,
    pub(super) at: LitStr,
}

/// The folder, as it was written.
pub(super) enum Folder {
    OnDisk(LitStr),
    Embedded(LitStr),
}
