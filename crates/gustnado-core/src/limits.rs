//! Every bound on work, its default and the reason for it. It knows nothing of what it bounds;
//! whoever does the work reads its bound here and nowhere else.

use std::time::Duration;

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

/// `{name}` segments in one route. 8: they are kept beside the request without allocating.
pub(crate) const CAPTURES: usize = 8;

/// Causes of one error that are logged, or looked through. 16: a chain that is longer turns in a circle.
pub(crate) const CAUSES: usize = 16;

/// Bytes of an `X-Request-Id` that is taken over. 128: tracing systems give up to 100, and each is
/// written into the log.
pub(crate) const REQUEST_ID: usize = 128;

/// Bytes of a method or a target that the access log has. 2,048: what browsers could send for long,
/// and nobody fills a disk with few requests.
pub(crate) const ACCESS_TEXT: usize = 2048;

/// What `Retry-After` says where a worker has too much to do, in seconds. 1 s: the shortest there is;
/// what is too much is looked at four times in it.
pub(crate) const RETRY_AFTER: u64 = 1;

/// Requests, answers and header maps that a thread keeps for its next exchanges, of each. 32: twice the
/// answers that a pipeline makes between two looks at the socket.
pub(crate) const SPARES: usize = 32;

/// Fields that a header map has room for, if it is kept. 64: browsers send up to 25, and the room
/// of 32 such maps is below 200 KiB.
pub(crate) const SPARE_FIELDS: usize = 64;

/// Bytes that a request has room for in its head, if it is kept for the next. 4 KiB: browsers send half
/// of it, and the room of 32 is 128 KiB.
pub(crate) const SPARE_HEAD: usize = 4 * 1024;

/// Bytes that a request has room for in its target, if it is kept for the next. 1 KiB: few are longer.
pub(crate) const SPARE_TARGET: usize = 1024;

/// Bytes that the future of a verb has, if its room is kept for the next. 1 KiB: most are far smaller.
pub(crate) const SPARE_FUTURE: usize = 1024;

/// Bytes of room for a body that is kept for the next. 8 KiB: what is larger is not copied on its way out.
pub(crate) const SPARE_BYTES: usize = 8 * 1024;

/// Bytes of a target that is read without making a `Uri` of it. 32 KiB: `Uri` has a bound of its own at twice
/// that, which then need not be known here; above, it is asked at once.
pub(crate) const PLAIN_TARGET: usize = 32 * 1024;

/// Bytes of small writes gathered before they are sent. 32 KiB: sixteen pipelined answers of
/// ordinary size in one packet train.
pub(crate) const CORK: usize = 32 * 1024;

/// A write above this is not copied but sent behind what is gathered. 8 KiB: copying less is
/// cheaper than a second slice in `writev`.
pub(crate) const CORK_COPY: usize = 8 * 1024;

/// Slices that one vectored write takes. 64: as many as hyper hands over at once over HTTP/2.
pub(crate) const SLICES: usize = 64;

/// Emptied buffers of small writes that a thread keeps. 16: what is gathered is sent before the
/// next connection is polled, so it is those whose peers do not read that hold more than one.
pub(crate) const SPARE_CORKS: usize = 16;

/// Bytes read from a file at a time, where it is not the system that sends them from the file itself.
/// 40 KiB: what a reader that stops costs, with what its connection needs, stays well below 64 KiB.
pub(crate) const FILE_CHUNK: usize = 40 * 1024;

/// Chunks without content that a thread keeps for the next file. 8: as many as are on their way
/// between two calls of a worker to its sockets.
pub(crate) const SPARE_CHUNKS: usize = 8;

/// Bytes of a file that are given to a socket at once. 1 MiB: with 256 KiB, a file of 1 MiB took a third more
/// processor time; with more, others would wait longer.
pub(crate) const FILE_PIECE: u64 = 1024 * 1024;

/// Between two looks whether what is given to a socket lies in memory; its ends are looked at in any case.
/// 256 KiB: twice what Linux reads ahead, so that little of what the disk has to be asked for escapes.
pub(crate) const FILE_LOOK: u64 = 256 * 1024;

/// Milliseconds for which a file that lay in memory is taken to lie there still. 10: nothing that is sent that
/// often leaves it so soon, and if it does, one answer waits for the disk.
pub(crate) const FILE_KNOWN: u64 = 10;

/// Bytes of one file that are sent one after the other without waiting, until others have their
/// turn. 1 MiB: half a millisecond where two gigabytes are sent a second.
pub(crate) const FILE_AT_ONCE: u64 = 1024 * 1024;

/// Bytes read from a socket at once, on the stack. 16 KiB: a system call costs more than copying
/// them.
pub(crate) const READ: usize = 16 * 1024;

/// Requests of a pipeline, or streams of HTTP/2, that are answered before other connections have their turn.
/// 32: more than clients send at once, and less than a millisecond of those that take microseconds.
pub(crate) const TURN: u32 = 32;

/// Looks at the disk that are not tried to be shared, after some that nobody shared. 63: a try costs one call
/// of the system, which is little among 64 requests.
pub(crate) const LOOKS_ALONE: u32 = 63;

/// Looks at the disk that are tried to be shared although nobody has shared the last. 4: that a request comes
/// alone among many does not say that the next will; with 0 there were a third more looks.
pub(crate) const LOOKS_HOPE: u32 = 4;

/// Bytes of a body in chunks that say their sizes beyond one digit each, and what stands beside those.
/// 16 KiB: senders say nothing there, and sizes of six digits are enough for a gigabyte.
pub(crate) const CHUNK_OVERHEAD: usize = 16 * 1024;

/// Bytes read at once where a head or nothing is expected: first, and when what follows a refusal
/// is thrown away. 4 KiB: one page holds nearly every head.
pub(crate) const READ_LITTLE: usize = 4 * 1024;

/// Bytes of a temporary file that are read at once. 64 KiB: what a socket buffer takes at once; four
/// times as many are gathered before they are written.
#[cfg(feature = "multipart")]
pub(crate) const UPLOAD_CHUNK: usize = 64 * 1024;

/// Bytes before the first boundary of a multipart form, and of blanks behind each. 1 KiB: what mailers
/// put there; browsers put nothing.
#[cfg(feature = "multipart")]
pub(crate) const PART_SLACK: u64 = 1024;

/// Bytes of a cookie's name and value. 4,096: browsers ignore a larger one (RFC 6265bis section
/// 5.6).
pub(crate) const COOKIE: usize = 4096;

/// Without an event before a comment is sent, so that nobody takes the connection for dead. 15 s:
/// what the HTML standard advises (section 9.2.7).
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Parked connections that are woken before others have their turn. 64: each may build up what an
/// awake one keeps, and what was used once stays with the process.
#[cfg(unix)]
pub(crate) const LOT_EVENTS: usize = 64;

/// Bytes of an HTTP/2 connection's receive window, or one stream's where that is larger. 1 MiB: four
/// streams that send at full speed, and the most that one peer can make us hold of what nobody reads.
#[cfg(feature = "http2")]
pub(crate) const CONNECTION_WINDOW: u32 = 1024 * 1024;

/// Bytes of an answer that are given to an HTTP/2 stream at once, where `stream_send_buffer` is not
/// less. 16 KiB: as many as a frame has; how long a peer takes for them tells whether it reads.
#[cfg(feature = "http2")]
pub(crate) const STREAM_PIECE: usize = 16 * 1024;

/// Streams that may be reset for what their peer did wrong, before the connection ends. 128: a peer
/// that makes one mistake makes it again, and a hundred at once is all its streams.
#[cfg(feature = "http2")]
pub(crate) const STREAM_ERRORS: usize = 128;

/// How long control frames are counted together. 10 s: what `control_frames` is said for.
#[cfg(feature = "http2")]
pub(crate) const CONTROL_TIME: Duration = Duration::from_secs(10);

/// Control frames that are read before it is looked whether they are too many. 256: without it, hyper
/// reads and answers for as long as there is more, tens of thousands of them.
#[cfg(feature = "http2")]
pub(crate) const CONTROL_PIECE: u32 = 256;

/// How often time-outs are looked at. 250 ms: each may come that much late, and looking costs
/// nothing that can be measured.
pub(crate) const TICK: Duration = Duration::from_millis(250);

/// How long the refusal of a peer is waited for that has said all and was asked whether it is still
/// there, and how often it is looked at after that. 2 s: a round trip is enough, and the longest
/// there are take half of that.
pub(crate) const DEPARTURE: Duration = Duration::from_secs(2);

/// Bytes of a challenge of ACME that are sent. 4 KiB: a token and the hash of a key take 130.
pub(crate) const ACME_CHALLENGE: u64 = 4 * 1024;

/// Bytes of a PEM file. 1 MiB: a chain of certificates takes 10 KiB; whatever is larger is another file.
#[cfg(feature = "tls")]
pub(crate) const PEM_FILE: u64 = 1024 * 1024;

/// Bytes that TLS holds, encrypted, for a peer that does not read. 32 KiB: two records of the
/// largest kind, so that one leaves while the next is made.
#[cfg(feature = "tls")]
pub(crate) const TLS_BUFFER: usize = 32 * 1024;

/// Bytes of a header of the PROXY protocol. 4 KiB: the addresses take 232, and extensions seldom more
/// than the 536 that fit any packet; those with a certificate of the client in them may.
pub(crate) const PROXY_HEADER: usize = 4 * 1024;

/// Accepting again after the process ran out of descriptors: first and longest pause. 100 ms and
/// 1 s: one connection that ends is enough, and a log line a second is not a flood.
pub(crate) const ACCEPT_PAUSE: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_secs(1));

/// Descriptors of the process that connections leave to everything else, where `connections` is 0.
/// 64: files, upstreams and what a runtime needs.
pub(crate) const OTHER_DESCRIPTORS: usize = 64;

/// How often a name of several addresses is given another port, where one free on the first address
/// is taken on another. 16: each is free with a chance of more than a half.
pub(crate) const PORT_TRIES: u32 = 16;

/// How often the lock on the folder of a Unix socket is tried, and the pause between. 100 and 10 ms:
/// a second, where another server of ours needs microseconds; whoever holds it longer is no such.
#[cfg(unix)]
pub(crate) const FOLDER_LOCK: (u32, Duration) = (100, Duration::from_millis(10));

/// Between two lines in the log of the same matter that peers bring about. 1 s: what happens in
/// between is counted.
pub(crate) const LOG_PAUSE: Duration = Duration::from_secs(1);

/// Starting a worker process again that was not ready for `CRASH_STEADY`: first and longest pause.
/// 100 ms and 30 s: what crashes at once would take a core for itself, and what it waits for may be
/// back in half a minute.
pub(crate) const CRASH_PAUSE: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_secs(30));

/// Being ready after which a worker process that crashes is started again at once. 1 s: it has
/// worked, and will again.
pub(crate) const CRASH_STEADY: Duration = Duration::from_secs(1);

/// Crashes of worker processes until the supervisor gives up. 100: as many as Tornado allows; for
/// each it is a request or more that was lost.
pub(crate) const CRASHES: u32 = 100;

/// The same before all were ready for the first time. 3: what is wrong from the start does not mend
/// itself, and whoever starts it is there to read why.
pub(crate) const CRASHES_AT_START: u32 = 3;

/// Without a crash after which the earlier ones are forgotten. 60 s: twice the longest pause.
pub(crate) const CRASHES_FORGOTTEN: Duration = Duration::from_secs(60);

/// For a process that was told to cut, whose time to drain is over, or whose line is closed, before it is
/// killed. 2 s: one that still listens ends at once.
pub(crate) const KILL_AFTER: Duration = Duration::from_secs(2);

/// Descriptors in one message to a process that is started. 128: systems take 253 and more.
pub(crate) const DESCRIPTORS_AT_ONCE: usize = 128;

/// Bytes of a line that two processes of a program tell each other. 64: the longest has 26.
pub(crate) const LINE: usize = 64;
