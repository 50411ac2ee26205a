//! What a user asked for: the folder, the rules and the hooks, and what they say of one file. It
//! must not know requests.

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use http::{HeaderMap, HeaderValue};

use crate::{limits::StaticLimits, pattern::PathPattern, policy::CacheControl, source::Source};

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
    pub(crate) compress: bool,
    pub(crate) limits: StaticLimits,
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
            compress: true,
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
            .field("compress", &self.compress)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
