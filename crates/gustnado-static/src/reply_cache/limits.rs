//! Every bound on keeping handlers' replies, its default and the reason for it. It knows nothing of
//! what it bounds.

use std::time::Duration;

/// The bounds of a [`ResponseCache`](crate::ResponseCache), set with
/// [`limits`](crate::ResponseCache::limits).
///
/// ```
/// # use gustnado_static as gustnado;
/// use gustnado::ResponseCache;
///
/// let cache = ResponseCache::new().limits(|limits| limits.memory = 256 * 1024 * 1024);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ResponseCacheLimits {
    /// Bytes of all kept replies: bodies, heads and keys together. **64 MiB**: some thousands of
    /// pages, and little beside what a server has. 0 keeps nothing.
    pub memory: usize,
    /// Bytes of the largest reply that is kept, and of a stream that is gathered while it is sent;
    /// what is larger passes through. Never more than an eighth of what one shard of the cache
    /// holds. **1 MiB**: larger replies are few, and cost more to send than to make.
    pub reply: usize,
    /// Replies that are kept for one target, told apart by what their `Vary` names. The oldest goes.
    /// **16**: codings and languages; what has more is no page for many.
    pub variants: usize,
    /// How long others wait for a reply that is being made, before they have it made for themselves,
    /// and how long the rest of a stream is kept coming when its client has left. **5 s**: nobody
    /// waits much longer, and a handler that takes longer would not be helped.
    pub wait: Duration,
    /// How long it is remembered that the replies of a target are not kept. Meanwhile nobody waits for
    /// another's. **60 s**: noticing late that they are kept now costs a few runs of the handler.
    pub pass: Duration,
    /// Stale replies that are made anew in the background at once. **32**: more would be a load that
    /// no client waits for.
    pub refreshes: usize,
}

impl Default for ResponseCacheLimits {
    fn default() -> Self {
        Self {
            memory: 64 * 1024 * 1024,
            reply: 1024 * 1024,
            variants: 16,
            wait: Duration::from_secs(5),
            pass: Duration::from_secs(60),
            refreshes: 32,
        }
    }
}

/// Bytes of a shard of the cache. 8 MiB: eight of the largest replies that are kept.
pub(crate) const SHARD: usize = 8 * 1024 * 1024;

/// The part of a shard that the replies of one target may take: an eighth.
pub(crate) const SHARE: usize = 8;

/// Bytes that the replies of a target are expected to have. 8 KiB: sizes tables, bounds nothing.
pub(crate) const EXPECTED: usize = 8 * 1024;

/// Bytes that a reply takes beside its body, its fields and its key. 256: what its parts are kept in.
pub(crate) const OVERHEAD: usize = 256;

/// Bytes of a key: host, path and query. 8 KiB: what a target may have by default; a request with a
/// longer one passes.
pub(crate) const KEY: usize = 8 * 1024;

/// Fields that a `Vary` may name. 16: more are a mistake.
pub(crate) const VARY_NAMES: usize = 16;

/// Bytes of what a request has under the names of a `Vary`. 4 KiB: as large as a cookie may be.
pub(crate) const VARY_VALUES: usize = 4 * 1024;

/// Tags of a reply. 64: it is compared with each when a tag is purged.
pub(crate) const TAGS: usize = 64;

/// Purges that are remembered for replies that were on their way. 4,096: with more, such a reply is
/// not kept.
pub(crate) const PURGES: usize = 4096;

/// How often a request joins those who wait, before it goes on alone. 4: one that is passed over again
/// and again would wait for as long as there are others.
pub(crate) const JOINS: usize = 4;
