//! [`StaticFileHandler`]: a folder, where it is served, and what differs, as one type; and the way
//! into an application. It must not know how files are answered.

use gustnado_core::{Application, Group};

use crate::{files::StaticFiles, urls::StaticUrls};

/// A handler of files: a struct that says which folder it serves and where, and by its
/// [`FileHooks`](crate::FileHooks) what is to differ. It is derived; a [`StaticFiles`] is one as well, at `/`.
///
/// [`ServeFiles::files`] adds it to an application.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler of files",
    label = "must derive `StaticFileHandler`",
    note = "write `#[derive(StaticFileHandler)]` and `#[files(\"static\", at = \"/static\")]` above the struct, \
            or `StaticFiles::new(\"static\")` where nothing is overridden"
)]
pub trait StaticFileHandler: Sized + Send + Sync + 'static {
    /// The prefix it is served at, such as `/static`.
    const AT: &'static str;

    /// The files, with what differs.
    fn into_files(self) -> StaticFiles;
}

impl StaticFileHandler for StaticFiles {
    const AT: &'static str = "/";

    fn into_files(self) -> StaticFiles {
        self
    }
}

/// Adds handlers of files to an application or a group.
///
/// ```
/// # mod gustnado { pub use gustnado_core::*; pub use gustnado_static::*; }
/// use gustnado::{Application, ServeFiles, StaticFiles};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// let app = Application::new().files_at("/static", StaticFiles::new(folder)).build();
/// # assert!(app.is_ok());
/// ```
pub trait ServeFiles: Sized {
    /// Serves the files of a handler at the prefix it names, and shares their
    /// [`StaticUrls`] with all handlers of the application or group.
    ///
    /// Each type of handler can be added once; of two folders that are served as they are, the second
    /// is [mounted](Application::mount).
    #[track_caller]
    fn files<H: StaticFileHandler>(self, handler: H) -> Self {
        self.files_at(H::AT, handler)
    }

    /// The same at another prefix.
    #[track_caller]
    fn files_at<H: StaticFileHandler>(self, prefix: impl Into<String>, handler: H) -> Self;
}

impl ServeFiles for Application {
    #[track_caller]
    fn files_at<H: StaticFileHandler>(self, prefix: impl Into<String>, handler: H) -> Self {
        let files = handler.into_files();
        let urls = StaticUrls::<H>::new(&files);
        self.state(urls).mount(prefix, files)
    }
}

impl ServeFiles for Group {
    #[track_caller]
    fn files_at<H: StaticFileHandler>(self, prefix: impl Into<String>, handler: H) -> Self {
        let files = handler.into_files();
        let urls = StaticUrls::<H>::new(&files);
        self.state(urls).mount(prefix, files)
    }
}
