//! Every bound on work, its default and the reason for it. It knows nothing of what it bounds;
//! whoever does the work reads its bound here and nowhere else.

mod fixed;

use std::time::Duration;

pub(crate) use self::fixed::*;

/// The bounds of an application, set with [`Application::limits`](crate::Application::limits).
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::Application;
///
/// let app = Application::new().limits(|limits| limits.body = 16 * 1024 * 1024);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// From accept to the end of a request head; 408 when it passes. **10 s**: enough for a slow
    /// mobile link, short enough that holding sockets open costs the holder.
    pub head_time: Duration,
    /// From accept to the end of the TLS handshake. **10 s**: as long as a head has.
    pub handshake_time: Duration,
    /// TLS handshakes of a worker at once; further ones wait. **256**: each may cost a millisecond
    /// of computing, and those who wait for longer than a handshake may take have given up.
    pub handshakes: usize,
    /// Between the end of an answer and the next request. **75 s**: longer than the 60 s that
    /// load balancers keep a connection, so that it is they who close it.
    pub idle_time: Duration,
    /// Without a byte of a body that is waited for; 408 when it passes. **30 s**: a sender that
    /// stalls longer is gone.
    pub body_idle_time: Duration,
    /// Bytes a second that a body arrives with at least, after `body_rate_time`; 408 below; 0 lets
    /// it be as slow as it likes. **1 KiB**: a tenth of the slowest mobile link.
    pub body_rate: usize,
    /// How long a body may be slower than `body_rate`. **10 s**: enough to start slowly.
    pub body_rate_time: Duration,
    /// Without a byte leaving while bytes wait to leave. **60 s**: a reader that stalls longer is
    /// gone.
    pub write_time: Duration,
    /// Of idling after which a connection keeps nothing but its socket and its task. **1 s**: a
    /// browser's next request comes sooner, and making all anew costs 0.2 us.
    pub doze_time: Duration,
    /// Of idling after which a connection gives its task back, too. **5 s**: doing it and undoing
    /// it costs as much as a small request.
    pub park_time: Duration,
    /// Idle connections of a worker that keep all they have; above, one that becomes idle dozes at
    /// once. **32**: times 10 KiB it is what idling costs at most, as memory that was used once
    /// stays with the process.
    pub awake: usize,
    /// Connections of a worker that doze, or have not said a word yet; above, one that falls asleep
    /// gives its task back at once. **256**: times 1 KiB, for the same reason; more than so many
    /// are seldom active at once.
    pub dozing: usize,
    /// Requests on one connection, which ends politely behind the last. **10,000**: what a
    /// connection has gathered is given back now and then, and load is spread anew.
    pub connection_requests: u32,
    /// From accept until a connection ends politely behind its next answer. **3,600 s**: an hour, for the same reasons.
    pub connection_time: Duration,
    /// Connections of a worker at once; further ones wait to be accepted. 0: as many as the process
    /// may have descriptors, less 64, shared among the workers. **0**: every one that the system
    /// grants.
    pub connections: usize,
    /// Connections from one address at once, a /64 of IPv6 being one; further ones are closed. 0: no
    /// bound. **0**: behind a proxy all come from one.
    pub connections_per_address: usize,
    /// Requests of a worker at work at once; 503 above. 0: no bound. **0**: what a handler can
    /// stand is not ours to know.
    pub requests_in_flight: usize,
    /// How late a worker may be with what it has to do; 503 while it is later. Zero: no bound.
    /// **2 s**: those who wait longer have turned away.
    pub lag: Duration,
    /// From a request's head to its answer, above which the access log says so at `WARN`.
    /// **1 s**: above it, people notice that they wait. `Duration::MAX` never says so.
    pub slow_time: Duration,
    /// From the start of a graceful stop to cutting what is still open. **30 s**: what
    /// orchestrators allow by default before they kill.
    pub drain_time: Duration,
    /// From the start of a new program, or of a worker process, until it says that it is ready;
    /// killed when it passes. **60 s**: a program that fills caches first takes some, and the old
    /// one serves meanwhile.
    pub start_time: Duration,
    /// Reading on after a refusal, so that a client still sending gets to see it; and waiting for
    /// what may be on its way over an idle connection when the server stops, for a quarter of
    /// `drain_time` at most. **2 s**: one that has
    /// the answer closes within a round trip, and a slow one has had some.
    pub linger_time: Duration,
    /// Bytes read on after a refusal, and of a body that nobody reads, so that the next request can
    /// follow it. **64 KiB**: about a socket buffer's worth.
    pub linger_bytes: usize,
    /// Bytes of a request head; 431 above. **32 KiB**: twice what browsers with many cookies send.
    pub head_bytes: usize,
    /// Header fields of a request; 431 above. **100**: what is parsed without allocating.
    pub headers: usize,
    /// Bytes of a request target; 414 above. **8 KiB**: RFC 9110 section 4.1 asks for at least
    /// 8,000.
    pub target: usize,
    /// Bytes of a request body, whatever reads it; 413 above. **1 MiB**: the larger ones are
    /// uploads and say so.
    pub body: usize,
    /// Pairs in a query string or a form; 400 above. **1,000**: no form has more, and looking one
    /// up is linear.
    pub pairs: usize,
    /// Parts of a multipart form; 400 above. **100**: each may cost a temporary file.
    pub form_parts: usize,
    /// Bytes of the head of a part of a multipart form; 400 above. **8 KiB**: three short fields
    /// and a long file name.
    pub part_head_bytes: usize,
    /// Bytes of a part of a multipart form that are kept in memory; what a file has more goes to a
    /// temporary file, and a text that has more is 413. **256 KiB**: times the parts it is the most
    /// that one form can make us hold, and a write of that size is worth its thread.
    pub upload_memory: usize,
    /// HTTP/2 streams open at once on a connection. **100**: RFC 9113 section 6.5.2 advises
    /// against fewer.
    pub streams: u32,
    /// Bytes of an HTTP/2 stream's receive window. **256 KiB**: 100 Mbit/s over 20 ms.
    pub stream_window: u32,
    /// Bytes buffered for sending on an HTTP/2 stream. **64 KiB**: times the streams it is the
    /// most one peer can make us hold.
    pub stream_send_buffer: usize,
    /// Streams that a peer of HTTP/2 may reset before they were looked at. **20**: what h2 allows
    /// by itself; browsers reset a few when a page is left.
    pub resets: usize,
    /// SETTINGS and PING frames of a peer of HTTP/2 in 10 s; GOAWAY above. **1,000**: each is
    /// answered, and nobody needs a hundred a second.
    pub control_frames: u32,
    /// Sockets waiting to be accepted. **4,096**: the kernel cuts it to `somaxconn`.
    pub backlog: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_time: Duration::from_secs(10),
            handshake_time: Duration::from_secs(10),
            handshakes: 256,
            idle_time: Duration::from_secs(75),
            body_idle_time: Duration::from_secs(30),
            body_rate: 1024,
            body_rate_time: Duration::from_secs(10),
            write_time: Duration::from_secs(60),
            doze_time: Duration::from_secs(1),
            park_time: Duration::from_secs(5),
            awake: 32,
            dozing: 256,
            connection_requests: 10_000,
            connection_time: Duration::from_secs(3600),
            connections: 0,
            connections_per_address: 0,
            requests_in_flight: 0,
            lag: Duration::from_secs(2),
            slow_time: Duration::from_secs(1),
            drain_time: Duration::from_secs(30),
            start_time: Duration::from_secs(60),
            linger_time: Duration::from_secs(2),
            linger_bytes: 64 * 1024,
            head_bytes: 32 * 1024,
            headers: 100,
            target: 8 * 1024,
            body: 1024 * 1024,
            pairs: 1000,
            form_parts: 100,
            part_head_bytes: 8 * 1024,
            upload_memory: 256 * 1024,
            streams: 100,
            stream_window: 256 * 1024,
            stream_send_buffer: 64 * 1024,
            resets: 20,
            control_frames: 1000,
            backlog: 4096,
        }
    }
}

/// What a bound is said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Time,
    Bytes,
    Count,
}

/// A bound, to be set.
pub(crate) enum Bound<'a> {
    Time(&'a mut Duration),
    Bytes(&'a mut dyn Number),
    Count(&'a mut dyn Number),
}

/// A number of any of the types that bounds have.
pub(crate) trait Number {
    /// Says whether it can be as large.
    fn set(&mut self, number: u64) -> bool;
}

impl<T: TryFrom<u64>> Number for T {
    fn set(&mut self, number: u64) -> bool {
        let number = T::try_from(number).map(|number| *self = number);
        number.is_ok()
    }
}

impl Bound<'_> {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Time(_) => Kind::Time,
            Self::Bytes(_) => Kind::Bytes,
            Self::Count(_) => Kind::Count,
        }
    }

    /// Sets a time.
    pub(crate) fn set_time(&mut self, time: Duration) {
        if let Self::Time(bound) = self {
            **bound = time;
        }
    }

    /// Sets a number. Says whether it can be as large.
    pub(crate) fn set_number(&mut self, number: u64) -> bool {
        match self {
            Self::Time(_) => false,
            Self::Bytes(bound) | Self::Count(bound) => bound.set(number),
        }
    }
}

impl Limits {
    /// Every bound, by its name.
    pub(crate) fn by_name(&mut self) -> Vec<(&'static str, Bound<'_>)> {
        macro_rules! bounds {
            ($($kind:ident: $($name:ident)+;)+) => {{
                // Without `..`: one that is not named below does not compile.
                let Self { $($($name),+),+ } = self;
                vec![$($((stringify!($name), Bound::$kind($name))),+),+]
            }};
        }
        bounds! {
            Time: head_time handshake_time idle_time body_idle_time body_rate_time write_time
                doze_time park_time connection_time lag slow_time drain_time start_time linger_time;
            Bytes: body_rate linger_bytes head_bytes target body part_head_bytes upload_memory
                stream_window stream_send_buffer;
            Count: handshakes awake dozing connection_requests connections connections_per_address
                requests_in_flight headers pairs form_parts streams resets control_frames backlog;
        }
    }

    /// How long an idle connection is kept when the server stops. It is over before all are cut.
    pub(crate) fn farewell_time(&self) -> Duration {
        self.linger_time.min(self.drain_time / 4)
    }

    /// The bounds, other than on single requests, in which these differ from others.
    pub(crate) fn beyond_requests(&self, other: &Self) -> impl Iterator<Item = &'static str> {
        macro_rules! differing {
            ($($name:ident)+) => {
                [$((stringify!($name), self.$name != other.$name)),+]
            };
        }
        // Those of a body and of what is read from a head are the ones left out.
        let differing = differing! {
            head_time handshake_time handshakes idle_time body_idle_time body_rate body_rate_time
            write_time doze_time park_time awake dozing connection_requests connection_time
            connections connections_per_address requests_in_flight lag slow_time drain_time start_time
            linger_time linger_bytes head_bytes headers target streams stream_window stream_send_buffer resets
            control_frames backlog
        };
        let differing = differing.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(name, _)| name)
    }
}
