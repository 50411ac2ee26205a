//! What a user asked for: the folder, the rules and the hooks, and what they say of one file. It
//! must not know requests.

use std::{
    borrow::Cow,
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use http::{HeaderMap, HeaderValue};

use crate::{
    dictionary::Family, limits::StaticLimits, pattern::PathPattern, policy::CacheControl,
    source::Source,
};

type ExtraHeaders = dyn Fn(&FileInfo<'_>, &mut HeaderMap) + Send + Sync;
type CachePolicy = dyn Fn(&FileInfo<'_>) -> Option<CacheControl> + Send + Sync;
type ContentType = dyn Fn(&str) -> Option<Cow<'static, str>> + Send + Sync;

/// What a user asked for.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) root: Source,
    pub(crate) index: Option<String>,
    /// Whether folders without an index are listed.
    pub(crate) listing: bool,
    /// The path of the file that answers navigations to what is not there.
    pub(crate) fallback: Option<String>,
    /// The last one that covers a path counts.
    pub(crate) cache_control: Vec<(PathPattern, HeaderValue)>,
    /// Asked before the patterns.
    pub(crate) cache_policy: Option<Arc<CachePolicy>>,
    pub(crate) extra_headers: Option<Arc<ExtraHeaders>>,
    pub(crate) content_type: Option<Arc<ContentType>>,
    pub(crate) precompressed: bool,
    pub(crate) coherence: Coherence,
    pub(crate) compress: bool,
    /// Whether what was coded quickly is coded better in the background.
    pub(crate) recompress: bool,
    /// Where what was coded better is kept.
    pub(crate) compressed_at: Option<PathBuf>,
    /// Which files are dictionaries for their next versions.
    pub(crate) dictionaries: Vec<PathPattern>,
    /// The prefix it is mounted at, once it is.
    pub(crate) place: Arc<OnceLock<String>>,
    pub(crate) limits: StaticLimits,
}

/// How it is found out that a file in memory has changed on disk; see
/// [`StaticFiles::coherence`](crate::StaticFiles::coherence).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Coherence {
    /// By a look at the file: one `stat`, and one more where a file beside the original is served. A change is
    /// in the answer to each request that is sent after it, whatever was changed and however fast. One look
    /// answers for all requests that had come before it. The default.
    #[default]
    Stat,
    /// By the word of the system, on Linux (inotify): a hit asks it nothing. A change is in the answers
    /// that are made once it has been told, moments later. The file is looked at
    /// all the same once in [`sibling_time`](crate::StaticLimits::sibling_time), for what is not told:
    /// changes by other machines on network file systems, and by memory that is mapped. Where a symbolic
    /// link is on the way to a file below the folder, and on other systems, it is as `Stat`.
    Watch,
    /// Never, once it is in memory: for files whose names change with their content, and folders that
    /// nobody writes to while the server runs.
    Frozen,
}

/// A file, as the hooks of [`StaticFiles`](crate::StaticFiles) see it.
#[derive(Debug, Clone, Copy)]
pub struct FileInfo<'a> {
    pub(crate) path: &'a str,
    pub(crate) length: u64,
    pub(crate) modified: Option<SystemTime>,
}

impl<'a> FileInfo<'a> {
    /// Its path below the folder, decoded, with `/` between its parts and none before.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// Its length in bytes, before any coding.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// When it was last changed; nothing when HTTP has no date for that.
    #[must_use]
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }
}

impl Settings {
    pub(crate) fn new(root: Source) -> Self {
        Self {
            root,
            index: Some("index.html".to_owned()),
            listing: false,
            fallback: None,
            cache_control: Vec::new(),
            cache_policy: None,
            extra_headers: None,
            content_type: None,
            precompressed: true,
            coherence: Coherence::default(),
            compress: true,
            recompress: true,
            compressed_at: None,
            dictionaries: Vec::new(),
            place: Arc::default(),
            limits: StaticLimits::default(),
        }
    }

    /// The `Cache-Control` of a file.
    pub(crate) fn cache_control(&self, file: &FileInfo<'_>) -> HeaderValue {
        let said = self.cache_policy.as_ref().and_then(|says| says(file));
        if let Some(said) = said {
            return said.into_header();
        }
        let mut rules = self.cache_control.iter().rev();
        let covering = rules.find(|(pattern, _)| pattern.covers(file.path));
        covering.map_or_else(
            || CacheControl::default().into_header(),
            |(_, value)| value.clone(),
        )
    }

    /// Whose versions a file is one of, if they are to be dictionaries of one another and it is known where
    /// they are served.
    pub(crate) fn family(&self, path: &str) -> Option<Family> {
        let mut patterns = self.dictionaries.iter();
        patterns.find(|pattern| pattern.covers(path))?;
        Family::of(self.place.get()?, path)
    }

    /// The `Content-Type` that the hook gives a file.
    pub(crate) fn content_type(&self, path: &str) -> Option<HeaderValue> {
        let text = self.content_type.as_ref()?(path)?;
        let value = HeaderValue::from_str(&text);
        if value.is_err() {
            tracing::warn!(path, content_type = %text, "not a header value: the type is guessed");
        }
        value.ok()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("root", &self.root)
            .field("index", &self.index)
            .field("listing", &self.listing)
            .field("fallback", &self.fallback)
            .field("cache_control", &self.cache_control)
            .field("precompressed", &self.precompressed)
            .field("coherence", &self.coherence)
            .field("compress", &self.compress)
            .field("recompress", &self.recompress)
            .field("compressed_at", &self.compressed_at)
            .field("dictionaries", &self.dictionaries)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
