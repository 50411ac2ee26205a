//! [`FileHooks`]: what a handler of files can override, one method each. It must not know when they are
//! called.

use std::{borrow::Cow, sync::Arc};

use gustnado_core::Error;
use http::HeaderMap;

use crate::{
    files::{Audience, FileRequest, StaticFiles},
    policy::CacheControl,
    settings::FileInfo,
};

/// What a [handler of files](crate::StaticFileHandler) overrides: nothing by itself. One instance of
/// the struct serves all requests, and the methods see what it holds.
///
/// | Tornado | here |
/// |---|---|
/// | `set_extra_headers` | [`extra_headers`](Self::extra_headers) |
/// | `get_content_type` | [`content_type`](Self::content_type) |
/// | `get_cache_time` | [`cache_control`](Self::cache_control) |
/// | `validate_absolute_path` | [`validate`](Self::validate) |
/// | arguments of the route, such as `default_filename` | [`configure`](Self::configure) |
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it overrides",
    label = "add `impl FileHooks for {Self} {{}}`",
    note = "in the braces go the methods that are to differ; nothing, where none is"
)]
pub trait FileHooks: Send + Sync + 'static {
    /// Sets what is the same for all files: anything that [`StaticFiles`] can be told. Called once, at
    /// start-up. What [`StaticFiles`] can be told by functions of the same names as these methods is
    /// told by the methods.
    fn configure(&self, files: StaticFiles) -> StaticFiles {
        files
    }

    /// Whether this request may have what it asks for; see [`StaticFiles::validate`]. Called for each
    /// GET and HEAD, for some of them twice, on the event loop.
    ///
    /// # Errors
    /// The error is the answer.
    fn validate(&self, file: &FileRequest<'_>) -> Result<Audience, Error> {
        let _ = file;
        Ok(Audience::Everyone)
    }

    /// How long a file may be kept by who receives it; nothing leaves it to the patterns of
    /// [`StaticFiles::cache_control`]. Called when a file is loaded.
    fn cache_control(&self, file: &FileInfo<'_>) -> Option<CacheControl> {
        let _ = file;
        None
    }

    /// Of what type a file is, by its path; nothing leaves it to a table of names. Called when a file
    /// is loaded.
    fn content_type(&self, path: &str) -> Option<Cow<'static, str>> {
        let _ = path;
        None
    }

    /// Adds header fields, or changes those that there are; see [`StaticFiles::extra_headers`]. Called
    /// when a file is loaded.
    fn extra_headers(&self, file: &FileInfo<'_>, headers: &mut HeaderMap) {
        let _ = (file, headers);
    }

    /// These files with the overrides: what the derive calls.
    #[doc(hidden)]
    fn hooked(self, files: StaticFiles) -> StaticFiles
    where
        Self: Sized,
    {
        let handler = Arc::new(self);
        let [permits, keeps, types, adds] = [(); 4].map(|()| Arc::clone(&handler));
        handler
            .configure(files)
            .validate(move |file| permits.validate(file))
            .cache_policy(move |file| keeps.cache_control(file))
            .content_type(move |path| types.content_type(path))
            .extra_headers(move |file, headers| adds.extra_headers(file, headers))
    }
}
