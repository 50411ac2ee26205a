//! [`StaticFiles`]: a folder as a mount, and what can be asked of it. It must not know requests.

mod answer;
mod at_hand;
mod by_dictionary;
mod instead;
mod permit;

pub use permit::{Audience, FileRequest};

use std::{
    borrow::Cow,
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use gustnado_core::{Clients, Error};
use http::HeaderMap;

use crate::{
    disk::{Root, Symlinks},
    embedded::Embedded,
    front::Fronts,
    limits::StaticLimits,
    pattern::PathPattern,
    policy::CacheControl,
    resolve::{Names, Resolved, resolve},
    settings::{Coherence, FileInfo, Settings},
    source::Source,
    store::Store,
};

use permit::Validate;

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
/// - Preconditions, `If-Range` and ranges as RFC 9110 has them. Several ranges are parts of one
///   answer, where that is less than the whole; in a coding they get the whole.
/// - In the coding that `Accept-Encoding` prefers, each with a strong tag of its own: from a
///   `.br`, `.zst` or `.gz` file beside the original that is not older and is smaller, or coded
///   by itself (brotli and gzip; zstd with the feature of that name), once, and kept. 406 when the client refuses identity too and
///   there is nothing else.
/// - `Repr-Digest` with `Want-Repr-Digest: sha-256=…` (RFC 9530), of what is kept in memory.
/// - `?v=…` with the hash that [`StaticUrls`](crate::StaticUrls) put there: `immutable`, where it is
///   the hash of what is sent, and `no-cache` where it is not. Other queries say nothing.
/// - `/folder` is sent on to `/folder/`, which is the folder's index file or, if that is asked for,
///   a [listing](Self::listing).
/// - 404 for what is not there, is no regular file, may not be read, lies outside the folder by a
///   symbolic link, or has a name that begins with a dot (but `.well-known`).
///
/// A file that changes on disk is served anew by the next answer, also when it has the same
/// length and changed within the same second. What is in memory is checked by a `stat` that is made
/// when the request has come, and one more where a file beside the original is served;
/// [`coherence`](Self::coherence) has other ways.
pub struct StaticFiles {
    settings: Settings,
    problems: Vec<String>,
    validate: Option<Box<Validate>>,
    store: OnceLock<Arc<Store>>,
    fronts: Fronts,
    /// Who knows of clients, once it is mounted.
    clients: OnceLock<Clients>,
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
    /// Codings begun for somebody who waited so far, those that turned out useless included.
    pub encodings: u64,
    /// Codings tried again in the background so far, for fewer bytes.
    pub recompressions: u64,
    /// Codings by a former version made in the background so far, those that turned out useless included.
    pub deltas: u64,
}

impl StaticFiles {
    /// The files of this folder. A relative path is relative to the working directory.
    ///
    /// The folder may be a symbolic link, also one that is switched while the server runs.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::of(Source::Disk(Root::new(folder.into())))
    }

    /// The files of a folder that stands in the program; see `embed!`.
    ///
    /// What is answered is the same as from a folder on disk, but for `Last-Modified`, which there is
    /// not. Nothing is looked at again, and what is not coded takes no memory, whatever its size. A file
    /// above [`StaticLimits::file`] is not coded by itself.
    #[must_use]
    pub fn embedded(folder: Embedded) -> Self {
        Self::of(Source::Program(folder)).coherence(Coherence::Frozen)
    }

    fn of(source: Source) -> Self {
        Self {
            settings: Settings::new(source),
            problems: Vec::new(),
            validate: None,
            store: OnceLock::new(),
            fronts: Fronts::new(),
            clients: OnceLock::new(),
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

    /// Lists what is in a folder that has no index, for whoever asks for it. Off by default: names
    /// that are in no page are found that way.
    ///
    /// ```
    /// # use gustnado_static as gustnado;
    /// use gustnado::StaticFiles;
    ///
    /// let downloads = StaticFiles::new("downloads").no_index().listing();
    /// ```
    ///
    /// It is a page without scripts, or JSON where that is what `Accept` names (a list of objects with
    /// `name`, `type` and, of files, `size` in bytes and `mtime`). What cannot be asked for is not
    /// shown: names that begin with a dot, pipes and devices, links that are not followed. It is made
    /// anew for each request, and shows 10,000 entries at most.
    #[must_use]
    pub fn listing(mut self) -> Self {
        self.settings.listing = true;
        self
    }

    /// The file, by its path below the folder, that is answered where there is none: for applications
    /// of a single page, whose script reads the address.
    ///
    /// ```
    /// # use gustnado_static as gustnado;
    /// use gustnado::{CacheControl, StaticFiles};
    ///
    /// let app = StaticFiles::new("dist")
    ///     .cache_control("assets/**", CacheControl::Immutable)
    ///     .fallback("index.html");
    /// ```
    ///
    /// It is for people who go somewhere (GET or HEAD, with `Sec-Fetch-Mode: navigate` or, from a
    /// client that does not send that, `Accept` with `text/html`), with 200 and
    /// `Cache-Control: no-cache`. A script that is not there, or whatever else has the name of an
    /// asset, stays a 404, and so does what a script asks for as JSON: neither would know what to do
    /// with a page.
    #[must_use]
    pub fn fallback(mut self, path: impl Into<String>) -> Self {
        let path = path.into();
        let address = format!("/{path}");
        let is_file = |found: Resolved<'_>| !found.slash && *found.path == *path;
        // A path and not an address: nothing in it is decoded.
        if path.contains('%') || !resolve(&address, Names::HERE).is_some_and(is_file) {
            let problem = format!("the fallback `{path}` of the static files is no file's path");
            self.problems.push(problem);
        }
        self.settings.fallback = Some(path);
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

    /// How long a file may be kept by who receives it, by more than its path. What it does not say
    /// is said by the [patterns](Self::cache_control). It is called when a file is loaded, not for
    /// every answer.
    #[must_use]
    pub fn cache_policy<F>(mut self, policy: F) -> Self
    where
        F: Fn(&FileInfo<'_>) -> Option<CacheControl> + Send + Sync + 'static,
    {
        self.settings.cache_policy = Some(Arc::new(policy));
        self
    }

    /// Asks for each GET and HEAD whether it may have what it asks for, before that is looked for:
    /// an error is the answer, with `Cache-Control: no-store` unless it has another.
    ///
    /// It is called on the event loop, and may be twice for a request: what waits, such as for a database, is a layer's business.
    ///
    /// ```
    /// # use gustnado_core::Error;
    /// # use gustnado_static as gustnado;
    /// use gustnado::{Audience, StaticFiles};
    ///
    /// StaticFiles::new("static").validate(|file| {
    ///     if !file.path().starts_with("members/") {
    ///         return Ok(Audience::Everyone);
    ///     }
    ///     match file.cookie("session") {
    ///         Some("5e55") => Ok(Audience::ThisClient),
    ///         _ => Err(Error::new(403, "for members")),
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn validate<F>(mut self, validate: F) -> Self
    where
        F: Fn(&FileRequest<'_>) -> Result<Audience, Error> + Send + Sync + 'static,
    {
        self.validate = Some(Box::new(validate));
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

    /// Which symbolic links below the folder are followed. [`Symlinks::Inside`] unless said otherwise:
    /// those that stay within it.
    ///
    /// ```
    /// # use gustnado_static as gustnado;
    /// use gustnado::{StaticFiles, Symlinks};
    ///
    /// let uploads = StaticFiles::new("uploads").symlinks(Symlinks::Refuse);
    /// ```
    ///
    /// On Linux it is the kernel that sees to it (`openat2`), elsewhere the path is walked component
    /// by component. A file that is in memory is looked at by its path alone, and its way is walked
    /// anew once in [`sibling_time`](StaticLimits::sibling_time): for so long, a file that was moved
    /// out of the folder and is reached by a link in its place is still served.
    #[must_use]
    pub fn symlinks(mut self, symlinks: Symlinks) -> Self {
        if let Source::Disk(root) = &mut self.settings.root {
            root.symlinks = symlinks;
        }
        self
    }

    /// Whether what was coded quickly, for somebody who waited, is coded again in the background, for
    /// fewer bytes: brotli at 11 in place of 5, zstd at 19 in place of 3. On by default; it takes one
    /// thread that gives way to all others, while there is something to do. The tag changes with the
    /// bytes; who has the first is not sent the second, but told that it is still good.
    #[must_use]
    pub fn recompress(mut self, on: bool) -> Self {
        self.settings.recompress = on;
        self
    }

    /// Keeps what was coded in the background in this folder, by the hash of the content, so that a
    /// restart does not do it again; and former versions of files that are dictionaries. Nothing is kept
    /// unless this is called. At most [`StaticLimits::compressed`] bytes; the oldest go first.
    ///
    /// The folder may be shared with others: files that are not of our making are let be, and what
    /// lies there is used only where it decodes to the very bytes of a file, or has the hash that names it.
    /// It should not be one that is served.
    #[must_use]
    pub fn compressed_at(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.compressed_at = Some(folder.into());
        self
    }

    /// Has browsers keep the files whose path is covered by `pattern` as dictionaries for their next
    /// versions (compression dictionary transport, RFC 9842): after a release, who has the former version of
    /// a script is sent what has changed. Off by default; see [`cache_control`](Self::cache_control) for
    /// patterns.
    ///
    /// ```
    /// # use gustnado_static as gustnado;
    /// use gustnado::{CacheControl, StaticFiles};
    ///
    /// let files = StaticFiles::new("dist")
    ///     .cache_control("assets/**", CacheControl::Immutable)
    ///     .dictionaries("assets/**")
    ///     .compressed_at("/var/cache/site");
    /// ```
    ///
    /// Versions of a file are those at the same path, and those whose names differ by a hash alone, as that
    /// of `app-B3YUk8Pz.js`. The last [five](StaticLimits::dictionary_versions) are kept, in memory and, so
    /// that they are there after a restart, in the folder of [`compressed_at`](Self::compressed_at).
    ///
    /// - An answer that says how long it is fresh, and is for everyone, has `Use-As-Dictionary`.
    /// - Who has a version that is kept (`Available-Dictionary`) and takes `dcb` or, with the feature
    ///   `zstd`, `dcz`, is sent that if it is smaller. It is made in the background, once; until then the
    ///   answer is in a plain coding.
    /// - Both over HTTPS alone, to this server or to a [trusted](gustnado_core::Application::trust) proxy,
    ///   or on this machine; and to pages that may read the answer, by `Sec-Fetch-Site` and
    ///   `Sec-Fetch-Mode`. Who sends neither is no browser that knows dictionaries, and may. What other
    ///   origins may read is seen in the `Access-Control-Allow-Origin` of
    ///   [`extra_headers`](Self::extra_headers), not in that of a layer.
    /// - Never for [one client](Audience::ThisClient), with `private`, `no-store` or `no-transform`, nor
    ///   for a range.
    #[cfg(feature = "dictionaries")]
    #[must_use]
    pub fn dictionaries(mut self, pattern: &str) -> Self {
        match PathPattern::parse(pattern) {
            Ok(pattern) => self.settings.dictionaries.push(pattern),
            Err(why) => {
                let problem = format!("the pattern `{pattern}` of the dictionaries {why}");
                self.problems.push(problem);
            }
        }
        self
    }

    /// How it is found out that a file in memory has changed on disk. [`Coherence::Stat`] unless said
    /// otherwise.
    ///
    /// ```
    /// # use gustnado_static as gustnado;
    /// use gustnado::{Coherence, StaticFiles};
    ///
    /// let files = StaticFiles::new("static").coherence(Coherence::Watch);
    /// ```
    #[must_use]
    pub fn coherence(mut self, coherence: Coherence) -> Self {
        self.settings.coherence = coherence;
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
        let (bytes, entries) = self.store().size();
        let [loads, encodings, recompressions, deltas] = self.store().counts();
        StaticStats {
            bytes,
            entries,
            loads,
            encodings,
            recompressions,
            deltas,
        }
    }

    /// The prefix it is mounted at; empty until it is.
    pub(crate) fn place(&self) -> &Arc<OnceLock<String>> {
        &self.settings.place
    }

    /// What holds the files. What is set after the first call has no effect.
    pub(crate) fn store(&self) -> &Arc<Store> {
        self.store.get_or_init(|| {
            let store = Arc::new(Store::new(self.settings.clone()));
            store.begin();
            store
        })
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
