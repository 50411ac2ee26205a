//! A file in one coding: its bytes or where they are, its tag, and the heads of its answers. It must
//! not know how the bytes came about.

use std::{
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use gustnado_core::OpenFile;
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::OwnedSemaphorePermit;

use super::{Facts, hash, head_weight};
#[cfg(feature = "digest")]
use crate::digest;
use crate::{
    coding::Coding,
    decide::Validators,
    disk::{Full, Stamp},
    limits,
    validator::Tag,
};

/// Where the bytes of a representation are.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Kept(Bytes),
    /// On disk, to be streamed.
    Streamed,
}

/// A file that is kept open, and the right to have one more of them.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: Arc<OpenFile>,
    pub(crate) _turn: OwnedSemaphorePermit,
}

/// A file in one coding, with the heads of its answers.
#[derive(Debug)]
pub(crate) struct Representation {
    pub(crate) coding: Coding,
    /// That of the facts it was made from.
    pub(crate) version: u64,
    pub(crate) content: Content,
    /// The file that its bytes lie in, kept open to send them from there.
    open: Option<Opened>,
    /// The file that it was read from, when that is not the original.
    pub(crate) sibling: Option<(Full, Stamp)>,
    /// The hash of the original that it was made from, when it was made.
    pub(crate) made_from: Option<u128>,
    pub(crate) tag: Tag,
    pub(crate) length: u64,
    /// Whether its bytes are there anyway, and no copy.
    in_program: bool,
    /// The head of a 200.
    pub(crate) whole: HeaderMap,
    /// The head of a 304.
    pub(crate) not_modified: HeaderMap,
    /// Whether it has left the cache, and others should let go of it too.
    left: AtomicBool,
    /// Whether it was made as well as it can be.
    best: AtomicBool,
    /// Bytes of the head of a part, when it can be sent in parts. In a coding it is not: which of
    /// the two is in the coding, a part or all of them, clients do not agree on.
    part_head: Option<u64>,
    /// The value of `Repr-Digest`, once somebody wanted it.
    digest: OnceLock<HeaderValue>,
}

impl Representation {
    /// The original, or bytes that were made from it.
    pub(crate) fn kept(facts: &Facts, coding: Coding, bytes: Bytes) -> Self {
        let tag = match facts.found.content {
            Some(content) if coding == Coding::Identity => Tag::of_content(content, coding),
            Some(content) => Tag::of_form(content, coding, hash(&bytes)),
            None => Tag::of_content(hash(&bytes), coding),
        };
        let mut made = Self::new(facts, coding, tag, Content::Kept(bytes));
        if coding == Coding::Identity {
            made.in_program = facts.found.in_program;
        } else {
            made.made_from = facts.found.content;
        }
        made
    }

    /// What is left of it by a dictionary. No part of it is sent alone: what a client has already is of
    /// other bytes.
    pub(crate) fn by_dictionary(facts: &Facts, coding: Coding, bytes: Bytes) -> Self {
        let mut made = Self::kept(facts, coding, bytes);
        made.whole.remove(header::ACCEPT_RANGES);
        made
    }

    /// The original, too large to be kept.
    pub(crate) fn streamed(facts: &Facts) -> Self {
        let stamp = &facts.found.stamp;
        let only_now = facts.only_now();
        let tag = Tag::of_file(stamp.length(), stamp.modified(), only_now, Coding::Identity);
        let mut made = Self::new(facts, Coding::Identity, tag, Content::Streamed);
        made.set_length(stamp.length());
        made
    }

    /// What a file beside the original holds; without bytes when that is too large to be kept.
    pub(crate) fn of_sibling(
        facts: &Facts,
        coding: Coding,
        file: (Full, Stamp),
        bytes: Option<Bytes>,
    ) -> Self {
        let (length, changed) = (file.1.length(), file.1.modified());
        let mut made = match bytes {
            Some(bytes) => {
                let tag = Tag::of_content(hash(&bytes), coding);
                Self::new(facts, coding, tag, Content::Kept(bytes))
            }
            None => {
                let tag = Tag::of_file(length, changed, facts.only_now(), coding);
                Self::new(facts, coding, tag, Content::Streamed)
            }
        };
        made.set_length(length);
        made.sibling = Some(file);
        made.in_program = facts.found.in_program;
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
        let content_type = whole.get(header::CONTENT_TYPE);
        let part_head = limits::PART_HEAD + content_type.map_or(0, |value| value.len() as u64);
        let part_head = (!whole.contains_key(header::CONTENT_ENCODING)).then_some(part_head);
        let length = match &content {
            Content::Kept(bytes) => bytes.len() as u64,
            Content::Streamed => 0,
        };
        let mut made = Self {
            coding,
            version: facts.version,
            content,
            open: None,
            sibling: None,
            made_from: None,
            tag,
            length,
            in_program: false,
            whole,
            not_modified,
            left: AtomicBool::new(false),
            best: AtomicBool::new(false),
            part_head,
            digest: OnceLock::new(),
        };
        made.set_length(length);
        made
    }

    /// With the file that its bytes lie in, kept open.
    pub(crate) fn with_open(mut self, open: Option<Opened>) -> Self {
        self.open = open;
        self
    }

    /// The open file from which all of its bytes can be sent.
    pub(crate) fn open_file(&self) -> Option<&Arc<OpenFile>> {
        self.open.as_ref().map(|open| &open.file)
    }

    fn set_length(&mut self, length: u64) {
        self.length = length;
        let value = HeaderValue::from(length);
        self.whole.insert(header::CONTENT_LENGTH, value);
    }

    /// Whether it is still in the cache that it was found in.
    #[inline]
    pub(crate) fn is_kept(&self) -> bool {
        !self.left.load(Relaxed)
    }

    /// Whether it was made as well as it can be.
    pub(crate) fn is_best(&self) -> bool {
        self.best.load(Relaxed)
    }

    /// Nothing better is to be made of it.
    pub(crate) fn note_best(&self) {
        self.best.store(true, Relaxed);
    }

    /// It is not in the cache any more.
    pub(crate) fn leave(&self) {
        self.left.store(true, Relaxed);
    }

    /// The value of `Repr-Digest`, if it has been made.
    pub(crate) fn known_digest(&self) -> Option<&HeaderValue> {
        self.digest.get()
    }

    /// The value of `Repr-Digest`, made the first time. Nothing for what is streamed, which would have
    /// to be read for it each time.
    pub(crate) fn digest(&self) -> Option<&HeaderValue> {
        match &self.content {
            #[cfg(feature = "digest")]
            Content::Kept(bytes) => Some(self.digest.get_or_init(|| digest::sha_256(bytes))),
            #[cfg(not(feature = "digest"))]
            Content::Kept(_) => None,
            Content::Streamed => None,
        }
    }

    /// What a decision needs to know of it.
    pub(crate) fn validators<'a>(&'a self, facts: &Facts) -> Validators<'a> {
        Validators {
            tag: &self.tag,
            modified: facts.modified,
            length: self.length,
            part_head: self.part_head,
            content: facts.family.as_ref().and(facts.found.content),
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
            Content::Kept(bytes) if !self.in_program => bytes.len(),
            Content::Kept(_) | Content::Streamed => 0,
        };
        size_of::<Self>() + bytes + head_weight(&self.whole) + head_weight(&self.not_modified)
    }
}
