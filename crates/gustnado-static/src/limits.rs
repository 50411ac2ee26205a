//! Every bound on the work of static files, its default and the reason for it. It knows nothing of
//! what it bounds; whoever does the work reads its bound here and nowhere else.

use std::time::Duration;

/// The bounds of a [`StaticFiles`](crate::StaticFiles), set with
/// [`limits`](crate::StaticFiles::limits).
///
/// ```
/// # use gustnado_static as gustnado;
/// use gustnado::StaticFiles;
///
/// let files = StaticFiles::new("static").limits(|limits| limits.memory = 256 * 1024 * 1024);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StaticLimits {
    /// Bytes of the memory cache: bodies, heads and keys together. **64 MiB**: a large front-end
    /// build in two codings, and little beside what a server has. 0 streams every file from disk.
    pub memory: usize,
    /// Bytes of the largest file that is kept in memory, and coded on the fly; larger ones are
    /// streamed. Never more than a quarter of what one shard of the cache holds, so that one file
    /// cannot empty it. **8 MiB**: the largest script of a large front-end build, which is seven
    /// megabytes as it is and less than two when it is coded.
    pub file: usize,
    /// Files in memory that are kept open, too, so that the system sends them from its own memory
    /// (`sendfile`). **128**: the images, fonts and archives that make up a site's pages; each costs a
    /// descriptor, and keeps its file system from being unmounted. 0 keeps none open.
    pub open_files: usize,
    /// Bytes of the smallest file that is coded on the fly. **256 B**: below it, the packet is as
    /// large either way.
    pub compress_from: usize,
    /// Files that are coded at once; the others wait. **One per core, at most 4**: a cold start
    /// leaves cores for answering.
    pub encoders: usize,
    /// Bytes of the folder of [`compressed_at`](crate::StaticFiles::compressed_at). **256 MiB**: some
    /// versions of a large site in two codings.
    pub compressed: u64,
    /// Bytes of former versions of files that are kept in memory as dictionaries (with the feature of that
    /// name); those on the shelf of [`compressed_at`](crate::StaticFiles::compressed_at) need not be there. **32 MiB**: the scripts of a
    /// large front-end build, once; as long as a file is the one that is served, its bytes are those of the
    /// cache.
    pub dictionaries: usize,
    /// Versions of a file that are kept as dictionaries, the one that is served included. **5**: who has
    /// not been there for four releases gets the whole.
    pub dictionary_versions: usize,
    /// How long a `.br`, `.zst` or `.gz` file that appeared beside a file of the cache may go
    /// unnoticed. **1 s**: three `stat` calls a second and file. One that changed or went is
    /// noticed at once.
    pub sibling_time: Duration,
    /// How young a change of a file has to be for another change to possibly bear the same time
    /// stamp. A file that was read sooner after its change is read again for the next answer.
    /// **100 ms**: ten ticks of the slowest kernel clock (100 Hz).
    pub settle_time: Duration,
}

impl Default for StaticLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            memory: 64 * 1024 * 1024,
            file: 8 * 1024 * 1024,
            open_files: 128,
            compress_from: 256,
            encoders: cores.min(4),
            compressed: 256 * 1024 * 1024,
            dictionaries: 32 * 1024 * 1024,
            dictionary_versions: 5,
            sibling_time: Duration::from_secs(1),
            settle_time: Duration::from_millis(100),
        }
    }
}

/// As [`settle_time`](StaticLimits::settle_time), on a file system that keeps whole seconds. 2 s:
/// the step of FAT.
pub(crate) const SETTLE_COARSE: Duration = Duration::from_secs(2);

/// Quality of brotli on the fly. 5: most of the gain over gzip at about gzip's time; 11 takes
/// forty times as long, which is work for the background.
pub(crate) const BROTLI_QUALITY: i32 = 5;

/// Largest window of brotli on the fly, as a power of two. 22: what large scripts gain from; browsers
/// take as much memory as there are bytes, up to that.
pub(crate) const BROTLI_WINDOW: i32 = 22;

/// Quality of brotli in the background. 11: a tenth smaller than at 5.
pub(crate) const BROTLI_BEST: i32 = 11;

/// Level of zstd on the fly. 3: its default, and quicker than gzip.
#[cfg(feature = "zstd")]
pub(crate) const ZSTD_LEVEL: i32 = 3;

/// Level of zstd in the background. 19: the last whose window is one that browsers take, 8 MiB (RFC 9659
/// section 3).
#[cfg(feature = "zstd")]
pub(crate) const ZSTD_BEST: i32 = 19;

/// Codings that wait to be made better; what comes when there are more stays as it is. 4096: a large
/// site in two codings.
pub(crate) const RAISE_QUEUE: usize = 4096;

/// Quality of brotli by a dictionary. 9: a thirtieth of the time of 11 for as much, where most of a file is as
/// it was; and the crate's encoder now and then makes what does not decode above it.
pub(crate) const DELTA_BROTLI: i32 = 9;

/// Smallest window of brotli by a dictionary, as a power of two. 18: that of the smallest scripts matters to
/// nobody.
pub(crate) const DELTA_WINDOW_LEAST: i32 = 18;

/// Largest window of brotli by a dictionary, as a power of two: both versions have to fit. 24: 16 MiB, the
/// largest that there is (RFC 9842 section 4).
pub(crate) const DELTA_WINDOW: i32 = 24;

/// Window of zstd by a dictionary that is not large, as a power of two. 23: 8 MiB, what every client takes
/// (RFC 9842 section 5).
#[cfg(feature = "zstd")]
pub(crate) const DELTA_ZSTD_WINDOW: u32 = 23;

/// The same at most. 27: 128 MiB (RFC 9842 section 5).
#[cfg(feature = "zstd")]
pub(crate) const DELTA_ZSTD_WINDOW_MOST: u32 = 27;

/// Versions and codings that wait to be coded by a dictionary; what comes when there are more is asked for
/// again by the next client. 256: a page of a large site after a release.
pub(crate) const DELTA_QUEUE: usize = 256;

/// Former versions that are known at most. 4,096: five of each script of a large site.
pub(crate) const DICTIONARIES: usize = 4096;

/// Level of gzip on the fly. 6: zlib's default; above it, time doubles for a percent.
pub(crate) const GZIP_LEVEL: u32 = 6;

/// Bytes of a path's segment; 404 above. 255: what file systems allow.
pub(crate) const NAME: usize = 255;

/// Symbolic links on the way to one file, where the kernel does not follow them; 404 above. 40: what
/// Linux allows.
pub(crate) const LINKS: usize = 40;

/// Files whose fingerprints are remembered beside the memory cache. 4,096: more than a page names,
/// and less than a megabyte.
pub(crate) const FINGERPRINTS: usize = 4096;

/// Files of a folder that is listed for a manifest; above, it is an error. 10,000: a page that
/// carried more of them would be megabytes.
pub(crate) const LISTED: usize = 10_000;

/// How long a list of the files of a folder is good for manifests. 1 s: a file that was added is there
/// soon enough, and no page costs a walk through the folder.
pub(crate) const LIST_TIME: Duration = Duration::from_secs(1);

/// Bytes from which on what is in memory is rather sent from an open file. 32 KiB: a fifth less processor time
/// than by copying; at 10 KiB it was a fifth more.
pub(crate) const SEND_OPEN: u64 = 32 * 1024;

/// Ranges that are read in one request; with more, `Range` is ignored. 100: no player asks for
/// so many, and RFC 9110 section 14.2 allows refusing what looks like an attack.
pub(crate) const RANGES: usize = 100;

/// Bytes of the head of a part of several ranges at most, without the value of its type. 150: the
/// boundary, the names of two fields and three numbers of twenty digits.
pub(crate) const PART_HEAD: u64 = 150;

/// Bytes read at a time where several ranges are sent. 16 KiB: what is small, as the heads of parts are,
/// is gathered up to 32 KiB before it is sent, and another chunk may come behind that.
pub(crate) const PART_CHUNK: u64 = 16 * 1024;

/// Entries of a listing; what is more is not shown. 10,000: a page of 2 MB, which browsers can show.
pub(crate) const LISTING: usize = 10_000;

/// How often a file that changes while it is read is read again, and how often a request for a file
/// that is replaced all the time is begun anew; the last time, it takes what it finds, uncoded.
/// 5: both codings may turn out useless before, and a file in the middle of being written is whole
/// after one or two.
pub(crate) const TRIES: usize = 5;

/// The part of a cache shard that one file may take: a quarter.
pub(crate) const SHARE: usize = 4;

/// Bytes of a shard of the cache. 32 MiB: four of the largest files that are kept. More shards
/// would mean less waiting of cores on each other, and smaller files.
pub(crate) const SHARD: usize = 32 * 1024 * 1024;

/// Bytes that an entry of the cache is expected to have. 8 KiB: sizes its tables, bounds nothing.
pub(crate) const EXPECTED_ENTRY: usize = 8 * 1024;

/// Answers that a worker keeps as they go out. 512: the files that make up a site's pages.
pub(crate) const FRONT_SLOTS: usize = 512;

/// Bytes of them, heads included, a worker. The bodies are those of the cache, so that this counts only
/// while the cache has driven one out that nobody has asked for since. 2 MiB: sixteen of the largest;
/// none takes more than an eighth.
pub(crate) const FRONT_BYTES: usize = 2 * 1024 * 1024;

/// Of so many answers that were not among them, one is added. 8: what is asked for once, as by a crawler,
/// seldom drives out what is asked for all the time, and that is in at once all the same.
pub(crate) const FRONT_MISSES: u32 = 8;

/// Of so many that were, one is told to the cache, which would else take the file for forgotten. 32:
/// a lock that is shared, seldom enough not to matter.
pub(crate) const FRONT_TOUCH: u32 = 32;

/// Values of `Accept-Encoding` that a worker remembers, by their lengths. 8: each family of browsers
/// sends one.
pub(crate) const FRONT_ACCEPTS: usize = 8;

/// Folders that are watched for changes; files in others are looked at. 8192: the default of Linux for
/// all programs of a user, on a small machine.
pub(crate) const WATCHES: usize = 8192;

/// The longest time that `Cache-Control` can name, in seconds. 2³¹: what RFC 9111 section 1.2.2 has larger
/// ones taken for.
pub(crate) const LONGEST: u64 = 1 << 31;
