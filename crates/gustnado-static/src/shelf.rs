//! What was coded at its best, kept in a folder for the next start. It must not know files that are
//! served, nor requests. Everything here waits for the disk.
//!
//! What lies there is not trusted: it is used only if it decodes to the very bytes that it is to stand
//! for. So nothing in the folder can do harm, whoever has written it or cut it short; and the hash in
//! its name need not be one that nobody can forge.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use crate::coding::Coding;

/// What the names of former versions have before what all of ours end in.
const FORMER: &str = ".former";

/// What our files' names end in, and those that are being written.
const SUFFIX: &str = ".gust";
const UNFINISHED: &str = ".tmp";

/// How old a file has to be that is being written to count as left behind.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// A folder of what was coded.
#[derive(Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
    /// Bytes that it may take.
    most: u64,
    written: AtomicU64,
}

impl Shelf {
    pub(crate) fn new(folder: PathBuf, most: u64) -> Self {
        Self {
            folder,
            most,
            written: AtomicU64::new(0),
        }
    }

    /// What these bytes, whose hash is known, are in a coding, if that is there.
    pub(crate) fn get(&self, hash: u128, coding: Coding, bytes: &[u8]) -> Option<Bytes> {
        let path = self.folder.join(name(hash, coding));
        let coded = read(&path, bytes.len()).ok()?;
        if !decodes_to(coding, &coded, bytes) {
            tracing::warn!(path = %path.display(), "not what it should be: removed");
            remove(&path);
            return None;
        }
        self.touch(&path);
        Some(coded.into())
    }

    /// Keeps what these bytes are in a coding. If that fails, it is only made again.
    pub(crate) fn put(&self, hash: u128, coding: Coding, coded: &[u8]) {
        self.put_as(&name(hash, coding), coded);
    }

    /// Keeps a former version of a file. `stem` says which: 64 digits, `-`, and 32 digits. Says whether
    /// it is there.
    pub(crate) fn put_former(&self, stem: &str, bytes: &[u8]) -> bool {
        let name = former_name(stem);
        self.folder.join(&name).is_file() || self.put_as(&name, bytes)
    }

    /// A former version, which whoever asks has yet to look at, if it has at most so many bytes.
    pub(crate) fn former(&self, stem: &str, most: u64) -> Option<Vec<u8>> {
        let path = self.folder.join(former_name(stem));
        let most = usize::try_from(most).ok()?.saturating_add(1);
        let bytes = read(&path, most).ok()?;
        self.touch(&path);
        Some(bytes)
    }

    pub(crate) fn remove_former(&self, stem: &str) {
        remove(&self.folder.join(former_name(stem)));
    }

    /// The stems and lengths of all former versions, the oldest first.
    pub(crate) fn formers(&self) -> Vec<(String, u64)> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let mut found: Vec<_> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let stem = former_stem(&name)?;
                let file = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((file.modified().ok()?, stem.to_owned(), file.len()))
            })
            .collect();
        found.sort();
        found
            .into_iter()
            .map(|(_, stem, length)| (stem, length))
            .collect()
    }

    fn put_as(&self, name: &str, bytes: &[u8]) -> bool {
        if bytes.len() as u64 > self.most {
            return false;
        }
        let written = self.write(name, bytes);
        if let Err(error) = &written {
            tracing::warn!(%error, folder = %self.folder.display(), "compressed files are not kept");
        }
        written.is_ok()
    }

    /// Notes that one is wanted: the oldest go first when there is no room.
    fn touch(&self, path: &Path) {
        if let Ok(file) = File::options().append(true).open(path) {
            let _ = file.set_modified(SystemTime::now());
        }
    }

    fn write(&self, name: &str, coded: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        self.make_room(coded.len() as u64)?;
        let number = self.written.fetch_add(1, Relaxed);
        let id = std::process::id();
        let unfinished = format!("{name}.{id}-{number}{UNFINISHED}");
        let unfinished = self.folder.join(unfinished);
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).open(&unfinished);
        // Renamed when whole, so that nobody reads half of one.
        let written = file
            .and_then(|mut file| file.write_all(coded))
            .and_then(|()| fs::rename(&unfinished, self.folder.join(name)));
        if written.is_err() {
            remove(&unfinished);
        }
        written
    }

    /// Removes the oldest of our files until there is room for so many bytes more.
    fn make_room(&self, more: u64) -> io::Result<()> {
        let now = SystemTime::now();
        let (mut ours, mut total) = (Vec::new(), more);
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let file = entry.metadata()?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|_| file.is_file()) else {
                continue;
            };
            let modified = file.modified()?;
            if is_finished(name) {
                total += file.len();
                ours.push((modified, file.len(), entry.path()));
            } else if is_unfinished(name)
                && now
                    .duration_since(modified)
                    .is_ok_and(|age| age > LEFT_BEHIND)
            {
                remove(&entry.path());
            }
        }
        ours.sort();
        for (_, length, path) in ours {
            if total <= self.most {
                break;
            }
            remove(&path);
            total -= length;
        }
        Ok(())
    }
}

fn name(hash: u128, coding: Coding) -> String {
    format!("{hash:032x}{}{SUFFIX}", coding.file_suffix())
}

/// What a former version is called.
fn former_name(stem: &str) -> String {
    format!("{stem}{FORMER}{SUFFIX}")
}

/// Which former version a file of this name is.
fn former_stem(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(SUFFIX)?.strip_suffix(FORMER)?;
    let (hash, family) = stem.split_once('-')?;
    let are_digits = |text: &str, count| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    (are_digits(hash, 64) && are_digits(family, 32)).then_some(stem)
}

/// Whether a file of this name is one of ours.
fn is_finished(name: &str) -> bool {
    if former_stem(name).is_some() {
        return true;
    }
    let Some((hash, rest)) = name.split_at_checked(32) else {
        return false;
    };
    let coding = rest.strip_suffix(SUFFIX);
    hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        && Coding::CODED
            .into_iter()
            .any(|known| coding == Some(known.file_suffix()))
}

fn is_unfinished(name: &str) -> bool {
    let name = name.strip_suffix(UNFINISHED);
    name.and_then(|name| name.rsplit_once('.'))
        .is_some_and(|(name, _number)| is_finished(name))
}

/// Reads a regular file that has fewer bytes than `most`.
fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let file = fs::symlink_metadata(path)?;
    if !file.is_file() || file.len() >= most as u64 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::with_capacity(most.min(file.len() as usize));
    File::open(path)?
        .take(most as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn decodes_to(coding: Coding, coded: &[u8], bytes: &[u8]) -> bool {
    let same = match coding {
        Coding::Brotli => is_same(brotli::Decompressor::new(coded, 4096), bytes),
        #[cfg(feature = "zstd")]
        Coding::Zstd => zstd::Decoder::new(coded).and_then(|decoder| is_same(decoder, bytes)),
        Coding::Gzip => is_same(flate2::read::GzDecoder::new(coded), bytes),
        #[cfg(not(feature = "zstd"))]
        Coding::Zstd => Ok(false),
        Coding::Identity | Coding::Dcb | Coding::Dcz => Ok(false),
    };
    same.unwrap_or(false)
}

/// Whether a reader has these bytes and no others. It reads at most one more.
pub(crate) fn is_same(mut reader: impl Read, mut bytes: &[u8]) -> io::Result<bool> {
    let mut part = [0; 8 * 1024];
    loop {
        let count = reader.read(&mut part)?;
        if count == 0 {
            return Ok(bytes.is_empty());
        }
        let Some((same, rest)) = bytes.split_at_checked(count) else {
            return Ok(false);
        };
        if *same != part[..count] {
            return Ok(false);
        }
        bytes = rest;
    }
}

fn remove(path: &Path) {
    // Gone is gone, and what stays is found again.
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        encode::{Effort, encode},
        entry::hash,
    };

    fn text(seed: usize) -> Vec<u8> {
        (0..2000)
            .flat_map(|number| format!("{} ", number * seed % 97).into_bytes())
            .collect()
    }

    fn coded(bytes: &[u8]) -> Bytes {
        encode(Coding::Brotli, Effort::Quick, bytes)
            .unwrap()
            .unwrap()
    }

    fn put(shelf: &Shelf, bytes: &[u8]) {
        shelf.put(hash(bytes), Coding::Brotli, &coded(bytes));
    }

    fn get(shelf: &Shelf, bytes: &[u8]) -> Option<Bytes> {
        shelf.get(hash(bytes), Coding::Brotli, bytes)
    }

    #[test]
    fn what_was_put_is_there_for_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep/er");
        let bytes = text(7);
        assert_eq!(get(&Shelf::new(folder.clone(), 1 << 20), &bytes), None);
        put(&Shelf::new(folder.clone(), 1 << 20), &bytes);
        let found = get(&Shelf::new(folder.clone(), 1 << 20), &bytes);
        assert_eq!(found, Some(coded(&bytes)));
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    }

    #[test]
    fn what_does_not_decode_to_the_file_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().to_owned(), 1 << 20);
        let bytes = text(7);
        let path = folder.path().join(name(hash(&bytes), Coding::Brotli));
        let good = coded(&bytes);
        let mut flipped = good.to_vec();
        flipped[20] ^= 1;
        let twice = [&good[..], &good[..]].concat();
        for wrong in [
            &good[..good.len() - 1],
            &flipped,
            b"",
            b"something else",
            &coded(&text(8)),
            &twice,
        ] {
            fs::write(&path, wrong).unwrap();
            // What follows the end of a stream is nobody's business.
            if wrong != twice {
                assert_eq!(get(&shelf, &bytes), None);
                assert!(!path.exists());
            }
        }
        fs::write(&path, vec![0; bytes.len()]).unwrap();
        assert_eq!(get(&shelf, &bytes), None, "larger than the file");
    }

    #[test]
    fn it_keeps_its_bound_and_lets_other_files_be() {
        let folder = tempfile::tempdir().unwrap();
        let other = folder.path().join("notes.txt");
        fs::write(&other, vec![0; 5000]).unwrap();
        let length = coded(&text(7)).len() as u64;
        let shelf = Shelf::new(folder.path().to_owned(), length * 3);
        for seed in 1..20 {
            put(&shelf, &text(seed));
            let ours = fs::read_dir(folder.path()).unwrap();
            let ours = ours.map(|entry| entry.unwrap());
            let ours = ours.filter(|entry| entry.path() != other);
            let total: u64 = ours.map(|entry| entry.metadata().unwrap().len()).sum();
            assert!(total <= length * 3, "{total}");
        }
        assert!(get(&shelf, &text(19)).is_some());
        assert!(other.exists());
    }

    #[test]
    fn former_versions_are_there_for_the_next_one_and_count() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep/er");
        let stem = |digit: &str| format!("{}-{}", digit.repeat(64), "0".repeat(32));
        let bytes = text(7);
        let length = bytes.len() as u64;
        let shelf = Shelf::new(folder.clone(), length * 2);
        assert!(shelf.formers().is_empty());
        assert!(shelf.put_former(&stem("a"), &bytes));
        fs::write(folder.join("b.former.gust"), "no name of ours").unwrap();
        let next = Shelf::new(folder, length * 2);
        assert_eq!(next.formers(), [(stem("a"), length)]);
        assert_eq!(next.former(&stem("a"), length), Some(bytes.clone()));
        assert_eq!(next.former(&stem("a"), length - 1), None);
        for digit in ["b", "c", "d"] {
            next.put_former(&stem(digit), &bytes);
            let total: u64 = next.formers().iter().map(|(_, length)| length).sum();
            assert!(total <= length * 2);
        }
        assert_eq!(next.former(&stem("a"), length), None, "the oldest");
        next.remove_former(&stem("d"));
        assert_eq!(next.formers().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_neither_read_nor_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(folder.path().join("shelf"), 1 << 20);
        let bytes = text(7);
        put(&shelf, &bytes);
        let path = shelf.folder.join(name(hash(&bytes), Coding::Brotli));
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert_eq!(get(&shelf, &bytes), None);
        let before = fs::read(&elsewhere).unwrap();
        put(&shelf, &bytes);
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert_eq!(fs::read(&elsewhere).unwrap(), before);
    }

    #[test]
    fn what_was_left_half_written_is_removed_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let left = |age: u64| {
            let name = name(u128::from(age), Coding::Zstd);
            let path = folder.path().join(format!("{name}.77-0{UNFINISHED}"));
            let file = File::create(&path).unwrap();
            let then = SystemTime::now() - Duration::from_secs(age);
            file.set_modified(then).unwrap();
            path
        };
        let (old, young) = (left(7200), left(60));
        put(&Shelf::new(folder.path().to_owned(), 1 << 20), &text(7));
        assert!(!old.exists() && young.exists());
    }
}
