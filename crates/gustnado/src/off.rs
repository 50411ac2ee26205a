//! Stand-ins in the prelude for what the feature `static` has, while it is off: whoever names one is told
//! so. rustc says it by itself where a name is imported, and not where it would have come with `*`.
//! It must not have more than names.

/// What is there with the feature `static`, and so never here.
#[diagnostic::on_unimplemented(
    message = "this needs the feature `static` of Gustnado, which is off",
    label = "add `features = [\"static\"]` to `gustnado` in Cargo.toml"
)]
pub trait Static {
    /// What it is there.
    type Found;
}

/// Has nothing.
#[derive(Debug)]
pub enum Off {}

/// In the feature `static`.
pub type CacheControl = <Off as Static>::Found;
/// In the feature `static`.
pub type Compress = <Off as Static>::Found;
/// In the feature `static`.
pub type ResponseCache = <Off as Static>::Found;
/// In the feature `static`.
pub type StaticFiles = <Off as Static>::Found;
/// In the feature `static`.
pub type StaticUrls<T> = <T as Static>::Found;

/// What a handler of files would override.
pub trait FileHooks: Static {}
