//! What is known of a file, and its bytes in one coding with the heads of their answers ready-made.
//! Pure: it must not know where they are kept, nor the request.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use crate::{
    coding::{Coding, Codings},
    decide::Validators,
    disk::Stamp,
    encode, media, policy,
    settings::{FileInfo, Settings},
    validator::{Seconds, Tag},
};

/// What was found out about a file when it was loaded.
#[derive(Debug)]
pub(crate) struct Found {
    /// Relative to the root.
    pub(crate) path: String,
    pub(crate) full: PathBuf,
    pub(crate) stamp: Stamp,
    /// The hash of its bytes, when they are kept.
    pub(crate) content: Option<u128>,
    /// What lies beside it, in the order of [`Coding::CODED`].
    pub(crate) siblings: [Option<Stamp>; 3],
    /// Those of them that lie outside the root.
    pub(crate) outside: Codings,
}

/// What is known of one version of a file.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) found: Found,
    /// Representations that were made from other facts have another one.
    pub(crate) version: u64,
    /// Whether a further change would show in the stamp.
    pub(crate) settled: bool,
    pub(crate) modified: Option<Seconds>,
    /// What every representation's head has.
    headers: HeaderMap,
    /// Codings that are files on disk, new enough and smaller.
    on_disk: Codings,
    /// Codings that can be made.
    makeable: Codings,
    /// Codings that were made and are not smaller.
    useless: AtomicU8,
    /// When the siblings were last looked at, in milliseconds of the store's clock.
    pub(crate) siblings_seen: AtomicU64,
}

impl Facts {
    /// Works out what a file is to be served as.
    pub(crate) fn new(found: Found, settings: &Settings, version: u64) -> Self {
        let now = Seconds::now();
        // RFC 9110 section 8.8.2.1: never later than the answer.
        let modified = Seconds::of(found.stamp.modified().0).map(|time| time.min(now));
        let (mut headers, may_code) = headers(&found, settings);
        if let Some(date) = modified.and_then(Seconds::header) {
            headers.insert(header::LAST_MODIFIED, date);
        }
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let (on_disk, makeable) = if may_code {
            codings(&found, settings, &headers)
        } else {
            (Codings::NONE, Codings::NONE)
        };
        if !on_disk.and(makeable).is_empty() {
            headers.append(header::VARY, vary());
        }
        Self {
            version,
            settled: found.stamp.is_settled(settings.limits.settle_time),
            modified,
            headers,
            on_disk,
            makeable,
            useless: AtomicU8::new(0),
            siblings_seen: AtomicU64::new(0),
            found,
        }
    }

    /// The codings it can be had in, identity apart.
    pub(crate) fn available(&self) -> Codings {
        let useless = Codings::from_bits(self.useless.load(Relaxed));
        self.on_disk.and(self.makeable).without(useless)
    }

    /// Whether answers depend on `Accept-Encoding`.
    pub(crate) fn negotiable(&self) -> bool {
        !self.on_disk.and(self.makeable).is_empty()
    }

    /// The stamp of the file that holds it in this coding, if one is to be used.
    pub(crate) fn sibling(&self, coding: Coding) -> Option<Stamp> {
        self.on_disk
            .has(coding)
            .then(|| self.found.siblings[coding.place()?])?
    }

    /// Remembers that this coding does not make it smaller.
    pub(crate) fn note_useless(&self, coding: Coding) {
        let bit = Codings::NONE.with(coding).bits();
        self.useless.fetch_or(bit, Relaxed);
    }

    /// Takes over what was learnt from older facts about the same bytes; and their version, when
    /// nothing else has changed either, so that what was made from them stays good.
    pub(crate) fn learn_from(&mut self, old: &Self) {
        if self.found.content.is_none() || self.found.content != old.found.content {
            return;
        }
        self.useless = AtomicU8::new(old.useless.load(Relaxed));
        if self.found.stamp == old.found.stamp
            && self.found.siblings == old.found.siblings
            && self.on_disk == old.on_disk
            && self.modified == old.modified
        {
            self.version = old.version;
        }
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn weight(&self) -> usize {
        let full = self.found.full.as_os_str().len();
        size_of::<Self>() + self.found.path.len() + full + head_weight(&self.headers)
    }
}

/// The value of `Vary` on every answer that depends on `Accept-Encoding`.
pub(crate) fn vary() -> HeaderValue {
    HeaderValue::from_static("accept-encoding")
}

/// Type, policy and what the user adds; and whether the bytes may be coded.
fn headers(found: &Found, settings: &Settings) -> (HeaderMap, bool) {
    let path = found.path.as_str();
    let media = media::media(path);
    let content_type = settings
        .content_type(path)
        .unwrap_or_else(|| HeaderValue::from_static(media.content_type));
    let nosniff = HeaderValue::from_static("nosniff");
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    headers.insert(header::CACHE_CONTROL, settings.cache_control(path));
    if let Some(coding) = media.inherent {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if let Some(extra) = &settings.extra_headers {
        let (seconds, nanoseconds) = found.stamp.modified();
        let since =
            Seconds::of(seconds).map(|_| Duration::new(seconds.unsigned_abs(), nanoseconds));
        let info = FileInfo {
            path,
            length: found.stamp.length(),
            modified: since.and_then(|since| UNIX_EPOCH.checked_add(since)),
        };
        extra(&info, &mut headers);
        // These follow from the bytes, and are not for anyone to say.
        for name in [
            header::ETAG,
            header::CONTENT_LENGTH,
            header::CONTENT_RANGE,
            header::TRANSFER_ENCODING,
        ] {
            headers.remove(name);
        }
    }
    let forbidden = headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .any(policy::forbids_coding);
    let may_code = !forbidden && !headers.contains_key(header::CONTENT_ENCODING);
    (headers, may_code)
}

/// The codings that there are as files, and those that can be made.
fn codings(found: &Found, settings: &Settings, headers: &HeaderMap) -> (Codings, Codings) {
    let original = &found.stamp;
    let mut on_disk = Codings::NONE;
    for (coding, sibling) in Coding::CODED.into_iter().zip(found.siblings) {
        let usable = sibling.is_some_and(|sibling| {
            // An older one may hold an older version.
            sibling.modified() >= original.modified() && sibling.length() < original.length()
        });
        if settings.precompressed && usable && !found.outside.has(coding) {
            on_disk = on_disk.with(coding);
        }
    }
    let shrinks = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(media::shrinks);
    let large_enough = original.length() >= settings.limits.compress_from as u64;
    if settings.compress && found.content.is_some() && large_enough && shrinks {
        (on_disk, encode::MADE.without(on_disk))
    } else {
        (on_disk, Codings::NONE)
    }
}

/// Where the bytes of a representation are.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Kept(Bytes),
    /// On disk, to be streamed.
    Streamed,
}

/// A file in one coding, with the heads of its answers.
#[derive(Debug)]
pub(crate) struct Representation {
    pub(crate) coding: Coding,
    /// That of the facts it was made from.
    pub(crate) version: u64,
    pub(crate) content: Content,
    /// The file that it was read from, when that is not the original.
    pub(crate) sibling: Option<(PathBuf, Stamp)>,
    /// The hash of the original that it was made from, when it was made.
    pub(crate) made_from: Option<u128>,
    pub(crate) tag: Tag,
    pub(crate) length: u64,
    /// The head of a 200.
    pub(crate) whole: HeaderMap,
    /// The head of a 304.
    pub(crate) not_modified: HeaderMap,
}

impl Representation {
    /// The original, or bytes that were made from it.
    pub(crate) fn kept(facts: &Facts, coding: Coding, bytes: Bytes) -> Self {
        let hash = match facts.found.content {
            Some(hash) if coding == Coding::Identity => hash,
            _ => hash(&bytes),
        };
        let mut made = Self::new(
            facts,
            coding,
            Tag::of_content(hash, coding),
            Content::Kept(bytes),
        );
        if coding != Coding::Identity {
            made.made_from = facts.found.content;
        }
        made
    }

    /// The original, too large to be kept.
    pub(crate) fn streamed(facts: &Facts) -> Self {
        let stamp = &facts.found.stamp;
        let tag = Tag::of_file(stamp.length(), stamp.modified(), Coding::Identity);
        let mut made = Self::new(facts, Coding::Identity, tag, Content::Streamed);
        made.set_length(stamp.length());
        made
    }

    /// What a file beside the original holds; without bytes when that is too large to be kept.
    pub(crate) fn of_sibling(
        facts: &Facts,
        coding: Coding,
        file: (PathBuf, Stamp),
        bytes: Option<Bytes>,
    ) -> Self {
        let (length, changed) = (file.1.length(), file.1.modified());
        let mut made = match bytes {
            Some(bytes) => {
                let tag = Tag::of_content(hash(&bytes), coding);
                Self::new(facts, coding, tag, Content::Kept(bytes))
            }
            None => {
                let tag = Tag::of_file(length, changed, coding);
                Self::new(facts, coding, tag, Content::Streamed)
            }
        };
        made.set_length(length);
        made.sibling = Some(file);
        made
    }

    fn new(facts: &Facts, coding: Coding, tag: Tag, content: Content) -> Self {
        let mut whole = facts.headers.clone();
        whole.insert(header::ETAG, tag.header().clone());
        if let Some(name) = coding.header() {
            whole.insert(header::CONTENT_ENCODING, name);
        }
        // RFC 9110 section 15.4.5: what a cache updates itself by, and nothing about the body.
        let mut not_modified = whole.clone();
        for name in [
            header::CONTENT_TYPE,
            header::CONTENT_ENCODING,
            header::X_CONTENT_TYPE_OPTIONS,
            header::ACCEPT_RANGES,
        ] {
            not_modified.remove(name);
        }
        let length = match &content {
            Content::Kept(bytes) => bytes.len() as u64,
            Content::Streamed => 0,
        };
        let mut made = Self {
            coding,
            version: facts.version,
            content,
            sibling: None,
            made_from: None,
            tag,
            length,
            whole,
            not_modified,
        };
        made.set_length(length);
        made
    }

    fn set_length(&mut self, length: u64) {
        self.length = length;
        let value = HeaderValue::from(length);
        self.whole.insert(header::CONTENT_LENGTH, value);
    }

    /// What a decision needs to know of it.
    pub(crate) fn validators<'a>(&'a self, facts: &Facts) -> Validators<'a> {
        Validators {
            tag: &self.tag,
            modified: facts.modified,
            length: self.length,
        }
    }

    /// The file that holds its bytes.
    pub(crate) fn file<'a>(&'a self, facts: &'a Facts) -> (&'a Path, &'a Stamp) {
        match &self.sibling {
            Some((path, stamp)) => (path, stamp),
            None => (&facts.found.full, &facts.found.stamp),
        }
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn weight(&self) -> usize {
        let bytes = match &self.content {
            Content::Kept(bytes) => bytes.len(),
            Content::Streamed => 0,
        };
        size_of::<Self>() + bytes + head_weight(&self.whole) + head_weight(&self.not_modified)
    }
}

/// The hash that stands for a content in tags.
pub(crate) fn hash(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes)
}

/// About how many bytes of memory a head takes: per field a name, a value, a hash and two links,
/// and the text of the value.
fn head_weight(headers: &HeaderMap) -> usize {
    headers.values().map(|value| 120 + value.len()).sum()
}
