//! [`StaticUrls`]: the URLs of files, with what stands for their content in them, as an input of
//! handlers. It must not know how files are answered.

use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, OnceLock},
};

use gustnado_core::{Cx, Error, FromRequest, Needs, Stage, describe::Operation};
use tokio::task::spawn_blocking;

use crate::{
    failure::Failure,
    files::StaticFiles,
    manifest::{ImportMap, Manifest},
    pattern::PathPattern,
    resolve::{Names, encoded, is_file_path},
    store::Store,
};

/// The URLs of the files of `H`, each with a hash of its file's content in it: Tornado's
/// `static_url`. An input of handlers, there for all of them where
/// [`files`](crate::ServeFiles::files) was called. Cheap to clone.
///
/// ```
/// # mod gustnado { pub use gustnado_core::*; pub use gustnado_static::*; }
/// use gustnado::{Html, Result, StaticUrls};
///
/// async fn page(urls: StaticUrls) -> Result<Html<String>> {
///     let script = urls.static_url("app.js")?;
///     Ok(Html(format!("<!doctype html><script src=\"{script}\"></script>")))
/// }
/// ```
///
/// The hash stands behind the path, `/static/app.js?v=8b1a9953c4611296`, so that a file has one
/// name, on disk, in source maps and in the log, and what it names by relative paths is found. What
/// is sent for the URL says `immutable`, so browsers never ask for it again; a file that changes has
/// another URL. A URL with the hash of another version still gets the file as it is now, to be asked
/// for again each time: while a new release is rolled out, pages and files of both are mixed.
///
/// Relative paths within files, of style sheets and modules, have no hash. For modules there is the
/// [import map](Self::import_map).
pub struct StaticUrls<H = StaticFiles> {
    store: Arc<Store>,
    place: Arc<OnceLock<String>>,
    of: PhantomData<fn() -> H>,
}

impl<H> StaticUrls<H> {
    pub(crate) fn new(files: &StaticFiles) -> Self {
        Self {
            store: Arc::clone(files.store()),
            place: Arc::clone(files.place()),
            of: PhantomData,
        }
    }

    /// The URL of the file with this path below the folder: `app.js`, `img/logo.svg`. For a literal,
    /// `asset!` has the compiler look whether there is such a file.
    ///
    /// It costs a `stat`, and the first time for a version of a file reading it. The hash is that of
    /// the content; of a file above [`StaticLimits::file`](crate::StaticLimits::file) that of its
    /// length and the time of its last change.
    ///
    /// # Errors
    /// 500 when there is no such file, or none that is served; the log says which.
    pub fn static_url(&self, path: &str) -> Result<String, Error> {
        url(&self.store, self.prefix(), path)
    }

    /// The URLs of all files whose path is covered by `pattern`, by their paths; see
    /// [`StaticFiles::cache_control`] for patterns. A list of the files is good for a second.
    ///
    /// # Errors
    /// 500 when the pattern is none, when the folder cannot be read, or has more than 10,000 files.
    pub async fn manifest(&self, pattern: &str) -> Result<Manifest, Error> {
        let covered = match PathPattern::parse(pattern) {
            Ok(covered) => covered,
            Err(why) => return Err(Error::new(500, format!("the pattern `{pattern}` {why}"))),
        };
        let (store, prefix) = (Arc::clone(&self.store), self.prefix().to_owned());
        let made = spawn_blocking(move || manifest(&store, &prefix, &covered));
        made.await.map_err(Error::internal)?
    }

    /// An import map of the scripts whose path is covered by `pattern`: an element for the head of a
    /// page, before its first script. With it, browsers have modules that import each other, as in
    /// `import "./dep.js"`, by the URLs with a hash.
    ///
    /// ```
    /// # mod gustnado { pub use gustnado_core::*; pub use gustnado_static::*; }
    /// # use gustnado::{Html, Result, StaticUrls};
    /// async fn page(urls: StaticUrls) -> Result<Html<String>> {
    ///     let map = urls.import_map("**/*.js").await?.with_name("lit", "vendor/lit.js")?;
    ///     Ok(Html(format!("<!doctype html>{map}<script type=module>import \"lit\"</script>")))
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`manifest`](Self::manifest).
    pub async fn import_map(&self, pattern: &str) -> Result<ImportMap, Error> {
        let manifest = self.manifest(pattern).await?;
        Ok(ImportMap::new(manifest, |path| {
            format!("{}/{}", self.prefix(), encoded(path))
        }))
    }

    /// Where the files are mounted.
    fn prefix(&self) -> &str {
        self.place.get().map_or("", String::as_str)
    }
}

fn url(store: &Store, prefix: &str, path: &str) -> Result<String, Error> {
    if !is_file_path(path, Names::HERE) {
        let text = format!("`{path}` is no path of a file that is served, such as `img/logo.svg`");
        return Err(Error::new(500, text));
    }
    match store.fingerprint(path) {
        Ok(found) => Ok(format!("{prefix}/{}?v={found}", encoded(path))),
        Err(Failure::Missing) => {
            let text = format!("there is no file `{path}` among those served at `{prefix}/`");
            Err(Error::new(500, text))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn manifest(store: &Store, prefix: &str, covered: &PathPattern) -> Result<Manifest, Error> {
    let paths = store.list().map_err(Error::internal)?;
    let mut manifest = Manifest::default();
    for path in paths.iter().filter(|path| covered.covers(path)) {
        match store.fingerprint(path) {
            Ok(found) => {
                let url = format!("{prefix}/{}?v={found}", encoded(path));
                manifest.insert(path.clone(), url);
            }
            // Gone since it was listed, or a link that leads out.
            Err(Failure::Missing) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(manifest)
}

impl<H: 'static> FromRequest for StaticUrls<H> {
    const STAGE: Stage = Stage::Params;

    fn needs(needs: &mut Needs) {
        needs.state::<Self>();
    }

    fn describe(_operation: &mut Operation) {}

    async fn from_request(cx: &mut Cx) -> Result<Self, Error> {
        cx.state::<Self>().cloned()
    }
}

// Not derived: `H` need not be `Clone`.
impl<H> Clone for StaticUrls<H> {
    fn clone(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            place: Arc::clone(&self.place),
            of: PhantomData,
        }
    }
}

impl<H> fmt::Debug for StaticUrls<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticUrls")
            .field("prefix", &self.prefix())
            .finish_non_exhaustive()
    }
}
