//! Every bound of a gateway of its own, its default and the reason for it. Those of its connections
//! and times are the client's. It knows nothing of what it bounds.

use std::time::Duration;

/// The bounds of a [`Proxy`](crate::Proxy), set with [`limits`](crate::Proxy::limits). How long an
/// upstream may take, and how many connections it gets, are [limits of the
/// client](gustnado_client::Limits).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProxyLimits {
    /// Failures of one of several upstreams in a row after which it is left alone; 0: never. **3**: one
    /// is an accident, and more cost a request each.
    pub failures: usize,
    /// How long it is, before one request finds out whether it is better. **5 s**: a restart takes less.
    pub rest_time: Duration,
    /// How long a WebSocket may say nothing in either direction; then both its connections are closed.
    /// **300 s**: libraries that ping do so at least once a minute, and who is silent for longer has
    /// often gone without a word, at a descriptor on either side.
    pub tunnel_idle_time: Duration,
    /// Gateways that a request may have passed, by its `Via`; 508 above. **20**: a chain has three, and
    /// one that is longer goes in a circle.
    pub hops: usize,
}

impl Default for ProxyLimits {
    fn default() -> Self {
        Self {
            failures: 3,
            rest_time: Duration::from_secs(5),
            tunnel_idle_time: Duration::from_secs(300),
            hops: 20,
        }
    }
}

/// Connections to all upstreams, and to one of them, unless the client is given others. 2,048 and
/// 512: streams of events and slow answers keep one each, and one upstream must not have all.
pub(crate) const CONNECTIONS: (usize, usize) = (2_048, 512);

/// Idle connections to all upstreams, and to one of them. 512 and 128: as many as are in use at once
/// between two peaks.
pub(crate) const IDLE: (usize, usize) = (512, 128);

/// What `Retry-After` says where there is no connection to be had, in seconds. 1 s: the shortest there
/// is, and a line moves faster.
pub(crate) const RETRY_AFTER: u32 = 1;

/// Causes of an error that are told. 16: no error has more, and one that has a circle of them ends.
pub(crate) const CAUSES: usize = 16;
