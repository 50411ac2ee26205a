//! [`StaticFiles`]: a folder as a mount, and what can be asked of it. It must not know requests.

mod answer;

use std::{
    borrow::Cow,
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use http::HeaderMap;

use crate::{
    front::Fronts,
    limits::StaticLimits,
    pattern::PathPattern,
    policy::CacheControl,
    settings::{FileInfo, Settings},
    store::Store,
};

/// The files of a folder, served.
///
/// ```
/// # mod gustnado { pub use gustnado_core::*; pub use gustnado_static::*; }
/// use gustnado::{Application, CacheControl, StaticFiles};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// let files = StaticFiles::new(folder).cache_control("assets/**", CacheControl::Immutable);
/// let app = Application::new().mount("/static", files).build();
/// # assert!(app.is_ok());
/// ```
///
/// What it answers:
/// - GET, HEAD and OPTIONS; anything else is 405.
/// - Preconditions, `If-Range` and one range as RFC 9110 has them; several ranges get the whole.
/// - In the coding that `Accept-Encoding` prefers, each with a strong tag of its own: from a
///   `.br`, `.zst` or `.gz` file beside the original that is not older and is smaller, or coded
///   by itself (brotli and gzip), once, and kept. 406 when the client refuses identity too and
///   there is nothing else.
/// - `/folder` is sent on to `/folder/`, which is the folder's index file.
/// - 404 for what is not there, is no regular file, may not be read, lies outside the folder by a
///   symbolic link, or has a name that begins with a dot (but `.well-known`).
///
/// A file that changes on disk is served anew by the next answer, also when it has the same
/// length and changed within the same second. What is in memory is checked by one `stat` an
/// answer, and one more where a file beside the original is served.
pub struct StaticFiles {
    settings: Settings,
    problems: Vec<String>,
    store: OnceLock<Arc<Store>>,
    fronts: Fronts,
}

/// What a [`StaticFiles`] has done and holds; see [`stats`](StaticFiles::stats).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StaticStats {
    /// Bytes of memory that the cache holds, heads and keys included.
    pub bytes: u64,
    /// Entries of the cache: one per file and one per coding of it.
    pub entries: usize,
    /// Files loaded from disk so far.
    pub loads: u64,
    /// Codings begun so far, those that turned out useless included.
    pub encodings: u64,
}

impl StaticFiles {
    /// The files of this folder. A relative path is relative to the working directory.
    ///
    /// The folder may be a symbolic link, also one that is switched while the server runs.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            settings: Settings::new(folder.into()),
            problems: Vec::new(),
            store: OnceLock::new(),
            fronts: Fronts::new(),
        }
    }

    /// The file that stands for a folder: `index.html` unless said otherwise.
    #[must_use]
    pub fn index(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if name.is_empty() || name.contains(['/', '\\']) {
            let problem = format!("the index `{name}` of the static files is no file's name");
            self.problems.push(problem);
        }
        self.settings.index = Some(name);
        self
    }

    /// Lets no file stand for a folder: folders are 404.
    #[must_use]
    pub fn no_index(mut self) -> Self {
        self.settings.index = None;
        self
    }

    /// How long files whose path is covered by `pattern` may be kept by who receives them. Of
    /// several patterns that cover a file the last counts; without one it is
    /// [`NoCache`](CacheControl::NoCache).
    ///
    /// In a pattern, `*` stands for any characters within a name and `**` for any number of
    /// folders. It is compared with the path below the folder, without a leading slash; one
    /// without any `/` with the file's name alone: `*.html`, `assets/**`, `**/fonts/*.woff2`.
    ///
    /// A policy with `no-transform` also stops coding.
    #[must_use]
    pub fn cache_control(mut self, pattern: &str, policy: CacheControl) -> Self {
        match PathPattern::parse(pattern) {
            Ok(pattern) => {
                let rule = (pattern, policy.into_header());
                self.settings.cache_control.push(rule);
            }
            Err(why) => {
                let problem = format!("the pattern `{pattern}` of the static files {why}");
                self.problems.push(problem);
            }
        }
        self
    }

    /// Adds header fields to the answers with a file, or changes those that there are.
    ///
    /// It is called when a file is loaded, not for every answer. `ETag`, `Last-Modified` and the
    /// fields about length and range are not for it to set. A `Content-Encoding` says that the
    /// file itself is in that coding.
    #[must_use]
    pub fn extra_headers<F>(mut self, extra: F) -> Self
    where
        F: Fn(&FileInfo<'_>, &mut HeaderMap) + Send + Sync + 'static,
    {
        self.settings.extra_headers = Some(Arc::new(extra));
        self
    }

    /// Says of what type files are, by their path below the folder. What it does not say is
    /// guessed from the name.
    ///
    /// ```
    /// # use gustnado_static::StaticFiles;
    /// StaticFiles::new("static")
    ///     .content_type(|path| path.ends_with(".log").then_some("text/plain; charset=utf-8"));
    /// ```
    #[must_use]
    pub fn content_type<F, T>(mut self, content_type: F) -> Self
    where
        F: Fn(&str) -> Option<T> + Send + Sync + 'static,
        T: Into<Cow<'static, str>>,
    {
        let content_type = move |path: &str| content_type(path).map(Into::into);
        self.settings.content_type = Some(Arc::new(content_type));
        self
    }

    /// Whether `.br`, `.zst` and `.gz` files beside a file are served in its place. On by
    /// default; one that is older than its original, or not smaller, is not used.
    #[must_use]
    pub fn precompressed(mut self, on: bool) -> Self {
        self.settings.precompressed = on;
        self
    }

    /// Whether text and the like are coded when they are first asked for, and kept so. On by
    /// default.
    ///
    /// Static files hold no secrets and nothing that a request put into them, so their length
    /// tells an attacker nothing (BREACH).
    #[must_use]
    pub fn compress(mut self, on: bool) -> Self {
        self.settings.compress = on;
        self
    }

    /// Bytes of the memory cache; see [`StaticLimits::memory`].
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.settings.limits.memory = bytes;
        self
    }

    /// Sets bounds on memory, bytes and counts.
    #[must_use]
    pub fn limits(mut self, set: impl FnOnce(&mut StaticLimits)) -> Self {
        set(&mut self.settings.limits);
        self
    }

    /// What it has done so far and holds now.
    #[must_use]
    pub fn stats(&self) -> StaticStats {
        let (bytes, entries, loads, encodings) = self.store().counts();
        StaticStats {
            bytes,
            entries,
            loads,
            encodings,
        }
    }

    fn store(&self) -> &Arc<Store> {
        let new = || Arc::new(Store::new(self.settings.clone()));
        self.store.get_or_init(new)
    }
}

impl fmt::Debug for StaticFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticFiles")
            .field("settings", &self.settings)
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}
