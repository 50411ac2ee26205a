//! Changes, told by inotify to a thread that counts them. It must not know files but by their folders.

use std::{
    collections::HashMap,
    io,
    mem::MaybeUninit,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread,
};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

use crate::limits::WATCHES;

/// What tells of changes. Its thread ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Watch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    told_by: OwnedFd,
    changes: AtomicU64,
    /// Whether nothing is counted any more: it is dropped, or reading failed.
    over: AtomicBool,
    /// The folders that are watched, by the path they had.
    folders: Mutex<HashMap<PathBuf, i32>>,
}

impl Watch {
    /// Nothing when the system has no watch left.
    pub(crate) fn new() -> Option<Self> {
        let shared = Shared::new().map(Arc::new);
        let started = shared.and_then(|shared| {
            let reads = Arc::clone(&shared);
            let thread = thread::Builder::new().name("gustnado-watch".to_owned());
            thread.spawn(move || reads.read())?;
            Ok(Self(shared))
        });
        let warn = |error: &io::Error| {
            tracing::warn!(%error, "changes of files are not told: each answer looks for them");
        };
        started.inspect_err(warn).ok()
    }

    /// How many changes there have been; nothing when that cannot be told.
    #[inline]
    pub(crate) fn changes(&self) -> Option<u64> {
        let changes = self.0.changes.load(SeqCst);
        (!self.0.over.load(SeqCst)).then_some(changes)
    }

    /// Has the folders on the way to a file watched, from the one that the root lies in. Says whether
    /// a change of the file will be told: not where a symbolic link is on the way, which may lead
    /// anywhere.
    pub(crate) fn covers(&self, root: &Path, path: &str) -> bool {
        let is_link = |path: &Path| {
            let found = path.symlink_metadata();
            found.map_or(true, |found| found.file_type().is_symlink())
        };
        let above = root.parent().filter(|above| !above.as_os_str().is_empty());
        let mut folders = self.0.folders();
        let mut folder = root.to_owned();
        let mut way = vec![
            above.unwrap_or_else(|| Path::new(".")).to_owned(),
            folder.clone(),
        ];
        if let Some((names, _)) = path.rsplit_once('/') {
            for name in names.split('/') {
                folder.push(name);
                way.push(folder.clone());
            }
        }
        for (depth, folder) in way.into_iter().enumerate() {
            if folders.contains_key(&folder) {
                continue;
            }
            if folders.len() >= WATCHES || (depth > 0 && is_link(&folder)) {
                return false;
            }
            let Ok(watch) = inotify::add_watch(&self.0.told_by, &folder, EVERYTHING) else {
                return false;
            };
            folders.insert(folder, watch);
        }
        !is_link(&root.join(path))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.over.store(true, SeqCst);
        // Something to read, so that the thread finds out.
        let here = inotify::add_watch(
            &self.0.told_by,
            "/",
            WatchFlags::ONLYDIR | WatchFlags::CREATE,
        );
        if let Ok(here) = here {
            let _ = inotify::remove_watch(&self.0.told_by, here);
        }
    }
}

const EVERYTHING: WatchFlags = WatchFlags::ATTRIB
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR);

/// Whether a folder may no longer be what is found at its path.
fn is_of_folders(events: ReadFlags) -> bool {
    let itself = ReadFlags::DELETE_SELF
        .union(ReadFlags::MOVE_SELF)
        .union(ReadFlags::QUEUE_OVERFLOW)
        .union(ReadFlags::UNMOUNT);
    let within = ReadFlags::DELETE
        .union(ReadFlags::MOVED_FROM)
        .union(ReadFlags::MOVED_TO);
    events.intersects(itself) || (events.contains(ReadFlags::ISDIR) && events.intersects(within))
}

impl Shared {
    fn new() -> io::Result<Self> {
        Ok(Self {
            told_by: inotify::init(CreateFlags::CLOEXEC)?,
            changes: AtomicU64::new(0),
            over: AtomicBool::new(false),
            folders: Mutex::default(),
        })
    }

    fn folders(&self) -> MutexGuard<'_, HashMap<PathBuf, i32>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what is told, until it is over.
    fn read(&self) {
        let mut room = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.told_by, &mut room);
        while !self.over.load(SeqCst) {
            match reader.next() {
                Ok(event) => {
                    if is_of_folders(event.events()) {
                        self.begin_anew();
                    } else if event.events().contains(ReadFlags::IGNORED) {
                        self.folders().retain(|_, watch| *watch != event.wd());
                    }
                    // Behind that: whoever counts this one finds no folder watched by its old name.
                    self.changes.fetch_add(1, SeqCst);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    let error = io::Error::from(error);
                    tracing::warn!(%error, "changes of files are not told any more");
                    self.over.store(true, SeqCst);
                }
            }
        }
    }

    /// Watches nothing, until files are looked for again.
    fn begin_anew(&self) {
        for (_, watch) in self.folders().drain() {
            // It may be gone by itself.
            let _ = inotify::remove_watch(&self.told_by, watch);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use super::*;

    /// Waits until there has been a change since.
    fn changed(watch: &Watch, since: u64) -> u64 {
        for _ in 0..2000 {
            let now = watch.changes().unwrap();
            if now != since {
                return now;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("no change was told");
    }

    #[test]
    fn changes_in_any_folder_on_the_way_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        let deep = root.join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("c.txt"), "one").unwrap();
        let watch = Watch::new().unwrap();
        let mut since = watch.changes().unwrap();
        let steps: [&dyn Fn(); 5] = [
            &|| fs::write(deep.join("c.txt"), "two").unwrap(),
            &|| fs::rename(deep.join("c.txt"), deep.join("d.txt")).unwrap(),
            &|| fs::write(deep.join("c.txt"), "three").unwrap(),
            &|| fs::rename(root.join("a"), root.join("z")).unwrap(),
            &|| fs::rename(&root, folder.path().join("other")).unwrap(),
        ];
        for step in steps {
            watch.covers(&root, "a/b/c.txt");
            step();
            since = changed(&watch, since);
        }
    }

    #[test]
    fn a_link_on_the_way_is_not_covered() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(root.join("a/b.txt"), "b").unwrap();
        std::os::unix::fs::symlink("a", root.join("link")).unwrap();
        std::os::unix::fs::symlink("a/b.txt", root.join("b.txt")).unwrap();
        let watch = Watch::new().unwrap();
        assert!(watch.covers(&root, "a/b.txt"));
        assert!(!watch.covers(&root, "link/b.txt"));
        assert!(!watch.covers(&root, "b.txt"));
        assert!(!watch.covers(&root, "nothing.txt"));
    }

    #[test]
    fn its_thread_ends_with_it() {
        let watch = Watch::new().unwrap();
        let shared = Arc::downgrade(&watch.0);
        drop(watch);
        for _ in 0..2000 {
            if shared.strong_count() == 0 {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the thread goes on");
    }
}
