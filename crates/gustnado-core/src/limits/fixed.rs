//! The bounds that nobody sets, as nothing is gained by it, and the reason for each. It knows nothing of what
//! it bounds.

use std::time::Duration;

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

/// Bytes of the largest answer that is sent from pages of the system; the smallest is one that is not copied.
/// 128 KiB: making them anew each second has to pay.
pub(crate) const PAGES_TO: usize = 128 * 1024;

/// Answers a worker sends from pages at once, each with a descriptor of its own, until the next that is so large is sent in a
/// later second. 32: at most 4 MiB, beside the bytes that they were made of.
pub(crate) const PAGES: usize = 32;

/// So often an answer is sent in a second before pages are made of it. 32: making them costs as much as 13 to 30
/// copies that they spare.
pub(crate) const PAGES_AFTER: u32 = 32;

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
