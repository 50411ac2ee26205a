//! Every bound on the work of a client, its default and the reason for it. It knows nothing of what
//! it bounds; whoever does the work reads its bound here and nowhere else.

use std::time::Duration;

/// The bounds of a [`Client`](crate::Client), set with [`limits`](crate::ClientBuilder::limits).
///
/// ```
/// # use gustnado_client as client;
/// use client::Client;
///
/// let client = Client::builder()
///     .limits(|limits| limits.host_connections = 16)
///     .build()?;
/// # Ok::<(), client::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// From the call of `send` to the last byte of the answer: waiting, connecting, redirects and
    /// retries together. **60 s**: whoever waits for an answer of ours has given up by then.
    pub total_time: Duration,
    /// Waiting in line for a connection while as many are open as may be. **10 s**: who waits for
    /// longer is better told that the other side is too slow.
    pub queue_time: Duration,
    /// Opening a connection: name, socket, proxy, TLS handshake. **10 s**: three lost packets of
    /// each step.
    pub connect_time: Duration,
    /// From the last byte of the request that left to the first of its answer. **30 s**: a service
    /// that thinks for longer answers later, not slower.
    pub first_byte_time: Duration,
    /// Without a byte of an answer that is waited for. **30 s**: a sender that stalls longer is gone.
    pub between_bytes_time: Duration,
    /// How long a connection may be idle and be used again. **60 s**: most servers close at 60 s to
    /// 75 s, and it is better that we do it first.
    pub idle_time: Duration,
    /// Age from which on a connection is not used again. **3,600 s**: names come to stand for other
    /// machines.
    pub connection_time: Duration,
    /// Connections of a client in all, those that are being opened included. **512**: half of the
    /// descriptors that a process has by default.
    pub connections: usize,
    /// Connections to one host, scheme and port. **128**: no service answers more at once faster than
    /// one after the other.
    pub host_connections: usize,
    /// Idle connections of a client in all; above, the one that idles for longest is closed.
    /// **256**: half of `connections`.
    pub idle: usize,
    /// Idle connections to one host, scheme and port. **64**: half of `host_connections`.
    pub host_idle: usize,
    /// Requests that wait in line, in all; further ones fail at once. **4,096**: times a request's
    /// memory, some megabytes.
    pub waiting: usize,
    /// Redirects that are followed, one after the other; 0 gives the first one as the answer.
    /// **10**: more are a loop.
    pub redirects: usize,
    /// Further tries of a call after a failure that may pass: no connection, one that was lost, no answer
    /// in time, 429, 502, 503, 504. Only where doing it twice does no harm, after a pause that grows, and
    /// at most one for ten calls. **0**: more work for whoever fails has to be wanted.
    pub retries: usize,
    /// Failures of a host in a row after which calls to it fail at once. **0**: never.
    pub circuit_failures: usize,
    /// How long they do, before one call finds out whether it is better. **5 s**: a restart takes less.
    pub circuit_time: Duration,
    /// Bytes of an answer's body, after decompression. **100 MiB**: Tornado's; set less where you
    /// know what comes.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total_time: Duration::from_secs(60),
            queue_time: Duration::from_secs(10),
            connect_time: Duration::from_secs(10),
            first_byte_time: Duration::from_secs(30),
            between_bytes_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(60),
            connection_time: Duration::from_secs(3_600),
            connections: 512,
            host_connections: 128,
            idle: 256,
            host_idle: 64,
            waiting: 4096,
            redirects: 10,
            retries: 0,
            circuit_failures: 0,
            circuit_time: Duration::from_secs(5),
            body: 100 * 1024 * 1024,
        }
    }
}

/// Bytes of the head of an answer, and what is read ahead of a connection. 64 KiB: four times what
/// large sites send.
pub(crate) const HEAD: usize = 64 * 1024;

/// Fields of the head of an answer, and of what is behind its body. 100: large sites send forty.
pub(crate) const FIELDS: usize = 100;

/// Bytes that may stand beside the chunks of an answer that have no data to pay for them: sizes longer than
/// a digit, and what is said behind those. 16 KiB: servers say nothing there.
pub(crate) const CHUNK_OVERHEAD: usize = 16 * 1024;

/// Bytes of a request's body that are copied behind what leaves before them. 4 KiB: above, a write of two
/// parts is cheaper than the copy.
pub(crate) const COPY: usize = 4 * 1024;

/// Bytes of a request that are gathered before they are written. 16 KiB: more do not make the write cheaper.
pub(crate) const OUT: usize = 16 * 1024;

/// Interim answers (1xx) before the answer itself. 10: one or two are real.
pub(crate) const INTERIM: usize = 10;

/// Bytes read from a socket at a time. 16 KiB: a TLS record, and what fits on a stack.
pub(crate) const READ: usize = 16 * 1024;

/// Bytes that are decompressed at a time. 16 KiB: however far an answer unfolds, no more of it is in
/// memory than whoever reads it keeps.
pub(crate) const DECODED: usize = 16 * 1024;

/// The largest window of zstd, as a power of two. 23: 8 MiB, what RFC 9659 allows.
#[cfg(feature = "zstd")]
pub(crate) const ZSTD_WINDOW: u32 = 23;

/// Bytes of a URL. 65,534: what the `http` crate can hold.
pub(crate) const URL: usize = 65_534;

/// Origins that a client knows from the URLs before. 8: most have one or two, and looking through more costs as
/// much as reading one.
pub(crate) const ORIGINS: usize = 8;

/// Bytes of the body of a redirect that are read and dropped to keep its connection. 64 KiB: above,
/// opening another one is cheaper.
pub(crate) const DRAIN: usize = 64 * 1024;

/// How long a connection may be idle and be used without a look whether it is open, by requests that may be sent
/// again. 1 ms: the look is a system call, and whoever closes a connection that soon says so in the answer.
pub(crate) const WARM: Duration = Duration::from_millis(1);

/// How often idle connections are looked at: are they too old, or closed by the other side? 1 s: a
/// system call each.
pub(crate) const SWEEP: Duration = Duration::from_secs(1);

/// How long an address has to answer before the next one is tried beside it. 250 ms: RFC 8305
/// section 8.
pub(crate) const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Addresses of a name that are tried. 16: a name that has more is served by any of them.
pub(crate) const ADDRESSES: usize = 16;

/// Bytes of the head of a proxy's answer to `CONNECT`. 8 KiB: it says yes, or why not.
pub(crate) const PROXY_HEAD: usize = 8 * 1024;

/// Pause before the first further try, at most, and before the later ones. 100 ms and 5 s: a restart
/// takes that long, and whoever waits gives up soon after.
pub(crate) const RETRY_PAUSE: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_secs(5));

/// What a call adds to what may be spent on further tries, in hundredths. 10: a tenth more requests is
/// what a service that is overloaded can bear.
pub(crate) const RETRY_SHARE: u64 = 10;

/// Further tries that may be saved up. 10: calls that are few and far between have some, too.
pub(crate) const RETRY_BURST: u64 = 10;

/// Hosts that failed of late and are remembered. 1,000: whoever calls more of them has other worries.
pub(crate) const CIRCUITS: usize = 1_000;

/// Cookies of a jar. 3,000: what RFC 6265 section 6.1 asks for.
pub(crate) const COOKIES: usize = 3_000;

/// Cookies of a jar for one domain. 50: what RFC 6265 section 6.1 asks for, and more than fit into a head.
pub(crate) const DOMAIN_COOKIES: usize = 50;

/// Bytes of the name and the value of a cookie. 4 KiB: what RFC 6265 section 6.1 asks for.
pub(crate) const COOKIE: usize = 4 * 1024;

/// Bytes of what is said beside them, each; one that is longer is passed over. 1 KiB: as browsers do
/// (RFC 6265bis section 5.6).
pub(crate) const COOKIE_ATTRIBUTE: usize = 1024;

/// How long a cookie may live, in seconds. 34,560,000: 400 days, as browsers have it (RFC 6265bis section
/// 5.5).
pub(crate) const COOKIE_AGE: i64 = 34_560_000;

/// Causes of an error that are looked through. 16: no error has more, and one that has a circle of
/// them ends.
pub(crate) const CAUSES: usize = 16;
