//! Every bound on the coding of handlers' replies, its default and the reason for it. It knows nothing
//! of what it bounds.

/// The bounds of a [`Compress`](crate::Compress), set with [`limits`](crate::Compress::limits).
///
/// ```
/// # use gustnado_static as gustnado;
/// use gustnado::Compress;
///
/// let layer = Compress::new().limits(|limits| limits.from = 512);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CompressLimits {
    /// Bytes of the smallest reply that is coded, where its length is known. **1 KiB**: what is
    /// smaller fits one packet with its head either way.
    pub from: usize,
    /// Bytes of the largest reply that is coded as a whole, and so has a length; a larger one is
    /// coded as a stream. **1 MiB**: as much memory again is needed while it is coded.
    pub whole: usize,
    /// Bytes that are coded on the thread that answers; more go to the threads for what blocks.
    /// **16 KiB**: most of what handlers say; coding more would have others wait.
    pub inline: usize,
    /// Large replies that are coded at once; the others wait. **One per core**: more would only
    /// share the cores.
    pub encoders: usize,
    /// Streams that are coded at once; what comes above that is sent as it is. **256**: each has an
    /// encoder for as long as it lasts, of 0.75 MiB for brotli and 0.3 to 0.4 MiB for the others.
    pub streams: usize,
}

impl Default for CompressLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            from: 1024,
            whole: 1024 * 1024,
            inline: 16 * 1024,
            encoders: cores,
            streams: 256,
        }
    }
}

/// Quality of brotli. 4: quick; what is made for one client is not worth more.
pub(crate) const BROTLI_QUALITY: u32 = 4;

/// Level of zstd. 3: its own default.
pub(crate) const ZSTD_LEVEL: i32 = 3;

/// Level of gzip. 6: zlib's default; above it, time doubles for a percent.
pub(crate) const GZIP_LEVEL: u32 = 6;

/// Window of brotli and zstd for a stream, as a power of two. 17: what an encoder holds for as long
/// as a stream lasts grows with it.
pub(crate) const STREAM_WINDOW: u32 = 17;

/// Window of brotli for a whole body, as a power of two. 20: all of the largest.
pub(crate) const WHOLE_WINDOW: u32 = 20;

/// Bytes of a coded stream that are handed over at once, if more is at hand. 16 KiB: what a frame of
/// HTTP/2 has.
pub(crate) const PIECE: usize = 16 * 1024;

/// Bytes of a stream that are coded at once. 128 KiB: what comes of them is sent while the next are
/// coded.
pub(crate) const STEP: usize = 128 * 1024;

/// Encoders that a thread keeps for the next reply. 4: one a coding and use is what most have.
pub(crate) const SPARE_ENCODERS: usize = 4;

/// Tags of a precondition that are looked at. 64: a cache has one a variant.
pub(crate) const TAGS: usize = 64;
