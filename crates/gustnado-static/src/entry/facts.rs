//! What is known of one version of a file, worked out once: type, policy, date, and the codings it
//! can be had in. It must not know bytes.

use std::{
    sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{HeaderMap, HeaderValue, header};

use super::{head_weight, vary, vary_by_dictionary};
use crate::{
    coding::{Coding, Codings},
    dictionary::{Family, is_for_everyone},
    disk::{Full, Stamp},
    encode,
    fingerprint::Fingerprint,
    media, policy,
    settings::{Coherence, FileInfo, Settings},
    validator::Seconds,
};

/// What was found out about a file when it was loaded.
#[derive(Debug)]
pub(crate) struct Found {
    /// When it was looked at, before it was read.
    pub(crate) looked: SystemTime,
    /// Relative to the root.
    pub(crate) path: String,
    pub(crate) full: Full,
    pub(crate) stamp: Stamp,
    /// The hash of its bytes, when they are kept.
    pub(crate) content: Option<u128>,
    /// What lies beside it, in the order of [`Coding::CODED`].
    pub(crate) siblings: [Option<Stamp>; 3],
    /// Whether what is made from it could be kept.
    pub(crate) may_make: bool,
    /// Whether its bytes are there anyway, and no copy.
    pub(crate) in_program: bool,
}

/// What is known of one version of a file.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) found: Found,
    /// Representations that were made from other facts have another one.
    pub(crate) version: u64,
    /// Whether a further change would show in the stamps, those of the siblings too.
    pub(crate) settled: bool,
    siblings_settled: bool,
    pub(crate) modified: Option<Seconds>,
    /// What every representation's head has.
    pub(super) headers: HeaderMap,
    /// Codings that are files on disk, new enough and smaller.
    on_disk: Codings,
    /// Codings that can be made.
    makeable: Codings,
    /// Codings that were made and are not smaller.
    useless: AtomicU8,
    /// Whose versions are dictionaries of one another; nothing where it is none, and coded by none.
    pub(crate) family: Option<Family>,
    /// Whether it is kept as a dictionary, or is about to be.
    pub(crate) is_former: AtomicBool,
    /// When the siblings were last looked at, in milliseconds of the store's clock.
    pub(crate) siblings_seen: AtomicU64,
    /// How many changes there had been in all when it was last looked at, and one; 0 when none are told.
    pub(crate) vouched: AtomicU64,
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
        let negotiable = !on_disk.and(makeable).is_empty();
        let is_dictionary = negotiable && found.content.is_some();
        let family = is_dictionary.then(|| settings.family(&found.path));
        let family = family.flatten().filter(|_| is_for_everyone(&headers));
        if family.is_some() {
            headers.append(header::VARY, vary_by_dictionary());
        } else if negotiable {
            headers.append(header::VARY, vary());
        }
        let is_settled =
            |stamp: &Stamp| stamp.is_settled(found.looked, settings.limits.settle_time);
        let siblings_settled = found.siblings.iter().flatten().all(is_settled);
        Self {
            version,
            settled: settings.coherence == Coherence::Frozen
                || (siblings_settled && is_settled(&found.stamp)),
            siblings_settled,
            modified,
            headers,
            on_disk,
            makeable,
            useless: AtomicU8::new(0),
            family,
            is_former: AtomicBool::new(false),
            siblings_seen: AtomicU64::new(0),
            vouched: AtomicU64::new(0),
            found,
        }
    }

    /// The codings it can be had in, identity apart.
    pub(crate) fn available(&self) -> Codings {
        let useless = Codings::from_bits(self.useless.load(Relaxed));
        self.on_disk.and(self.makeable).without(useless)
    }

    /// Whether answers depend on `Accept-Encoding`.
    fn negotiable(&self) -> bool {
        !self.on_disk.and(self.makeable).is_empty()
    }

    /// The value of `Vary` on every answer about it.
    pub(crate) fn vary(&self) -> Option<HeaderValue> {
        match &self.family {
            Some(_) => Some(vary_by_dictionary()),
            None => self.negotiable().then(vary),
        }
    }

    /// Whose pages may read its answers, beside those of its own origin.
    pub(crate) fn allowed_origin(&self) -> Option<&HeaderValue> {
        self.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    }

    /// Whether it is coded on the fly, so that next to nobody gets it as it is.
    pub(crate) fn is_coded(&self) -> bool {
        !self.makeable.is_empty()
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

    /// What stands for this version in URLs; nothing while a further change would not show.
    pub(crate) fn fingerprint(&self) -> Option<Fingerprint> {
        let stamp = &self.found.stamp;
        match self.found.content {
            Some(hash) => Some(Fingerprint::of_content(hash)),
            None if self.settled => Some(Fingerprint::of_file(stamp.length(), stamp.modified())),
            None => None,
        }
    }

    /// Takes over what was learnt from older facts about the same bytes; and their version, when
    /// nothing else has changed either, so that what was made from them stays good.
    pub(crate) fn learn_from(&mut self, old: &Self) {
        if self.found.content.is_none() || self.found.content != old.found.content {
            return;
        }
        self.useless = AtomicU8::new(old.useless.load(Relaxed));
        self.is_former = AtomicBool::new(old.is_former.load(Relaxed));
        if old.siblings_settled
            && self.found.stamp == old.found.stamp
            && self.found.siblings == old.found.siblings
            && self.on_disk == old.on_disk
            && self.modified == old.modified
        {
            self.version = old.version;
        }
    }

    /// A number for tags that are made from stamps, while these may still come to stand for
    /// another version: the tag is then good for this one look.
    pub(super) fn only_now(&self) -> Option<u128> {
        let since = self.found.looked.duration_since(UNIX_EPOCH);
        (!self.settled).then(|| since.map_or(0, |since| since.as_nanos()))
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn weight(&self) -> usize {
        let full = self.found.full.as_os_str().len();
        let family = self.family.as_ref().map_or(0, Family::weight);
        size_of::<Self>() + self.found.path.len() + full + family + head_weight(&self.headers)
    }
}

/// Type, policy and what the user adds; and whether the bytes may be coded.
fn headers(found: &Found, settings: &Settings) -> (HeaderMap, bool) {
    let path = found.path.as_str();
    let (seconds, nanoseconds) = found.stamp.modified();
    let since = Seconds::of(seconds).map(|_| Duration::new(seconds.unsigned_abs(), nanoseconds));
    let info = FileInfo {
        path,
        length: found.stamp.length(),
        modified: since.and_then(|since| UNIX_EPOCH.checked_add(since)),
    };
    let media = media::media(path);
    let content_type = settings
        .content_type(path)
        .unwrap_or_else(|| HeaderValue::from_static(media.content_type));
    let nosniff = HeaderValue::from_static("nosniff");
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    headers.insert(header::CACHE_CONTROL, settings.cache_control(&info));
    if let Some(coding) = media.inherent {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if let Some(extra) = &settings.extra_headers {
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
        if settings.precompressed && usable {
            on_disk = on_disk.with(coding);
        }
    }
    let shrinks = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(media::shrinks);
    let large_enough = original.length() >= settings.limits.compress_from as u64;
    if settings.compress && found.may_make && large_enough && shrinks {
        (on_disk, encode::MADE.without(on_disk))
    } else {
        (on_disk, Codings::NONE)
    }
}
