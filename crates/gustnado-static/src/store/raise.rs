//! What was coded while somebody waited, coded anew at its best: in the background, one at a time, by
//! a thread that is there while there is something to do and gives way to all others. It must not
//! know requests.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError, Weak, atomic::Ordering::Relaxed},
    thread,
    time::Instant,
};

use bytes::Bytes;

use super::Store;
use crate::{
    coding::Coding,
    encode::{self, Effort},
    entry::{Content, Facts, Representation},
    limits::RAISE_QUEUE,
};

/// What is to be coded at its best.
#[derive(Debug, Default)]
pub(super) struct Raiser(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// Whether there is a thread that takes them out.
    working: bool,
}

#[derive(Debug)]
struct Job {
    facts: Arc<Facts>,
    coding: Coding,
}

impl Raiser {
    /// Adds one. Says whether a thread has to be started for it.
    fn add(&self, job: Job) -> bool {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.jobs.len() >= RAISE_QUEUE {
            return false;
        }
        queue.jobs.push_back(job);
        !std::mem::replace(&mut queue.working, true)
    }

    /// Takes one out; if there is none, the thread that asks is to end.
    fn next(&self) -> Option<Job> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let job = queue.jobs.pop_front();
        queue.working = job.is_some();
        job
    }

    /// There is no thread after all.
    fn give_up(&self) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *queue = Queue::default();
    }
}

impl Store {
    /// Has a representation coded at its best, if it is one that was made quickly.
    pub(super) fn raise_later(self: &Arc<Self>, facts: &Arc<Facts>, made: &Representation) {
        let quick = made.made_from.is_some() && !made.is_best();
        if !self.settings.recompress || !quick || !encode::has_best(made.coding) {
            return;
        }
        let job = Job {
            facts: Arc::clone(facts),
            coding: made.coding,
        };
        if !self.raiser.add(job) {
            return;
        }
        let store = Arc::downgrade(self);
        let thread = thread::Builder::new().name("gustnado-raise".to_owned());
        if let Err(error) = thread.spawn(move || work(&store)) {
            tracing::warn!(%error, "no thread to compress files better: they stay as they are");
            self.raiser.give_up();
        }
    }

    /// Codes one at its best and puts it in the place of what was made quickly, where that is still
    /// wanted.
    fn raise(&self, job: &Job) {
        let Job { facts, coding } = job;
        let quick = self.cache.peek(&facts.found.path, *coding);
        let quick = quick.filter(|quick| quick.version == facts.version);
        let Some((quick, bytes)) = quick.zip(self.bytes(facts)) else {
            return;
        };
        let best = match encode::encode(*coding, Effort::Best, &bytes) {
            Ok(best) => best.filter(|best| (best.len() as u64) < quick.length),
            Err(error) => {
                tracing::warn!(%error, path = facts.found.path, "not compressed any better");
                None
            }
        };
        let Some(best) = best else {
            quick.note_best();
            self.raised.fetch_add(1, Relaxed);
            return;
        };
        if let (Some(shelf), Some(original)) = (&self.shelf, facts.found.content) {
            shelf.put(original, *coding, &best);
        }
        let best = Representation::kept(facts, *coding, best);
        best.note_best();
        self.cache.keep_instead(&facts.found.path, &quick, best);
        self.raised.fetch_add(1, Relaxed);
    }

    /// The bytes of the original, if these facts are still about it.
    fn bytes(&self, facts: &Facts) -> Option<Bytes> {
        let kept = self.cache.peek(&facts.found.path, Coding::Identity);
        let kept = kept.filter(|kept| kept.version == facts.version);
        if let Some(Content::Kept(bytes)) = kept.map(|kept| kept.content.clone()) {
            return Some(bytes);
        }
        let loaded = self
            .settings
            .root
            .load(&facts.found.full, self.cache.largest());
        let loaded = loaded
            .ok()
            .filter(|loaded| loaded.stamp == facts.found.stamp);
        loaded?.bytes
    }
}

/// What the thread does.
fn work(store: &Weak<Store>) {
    let gives_way = give_way();
    // Not kept while it waits: what is served goes when it is dropped.
    while let Some(store) = store.upgrade() {
        let Some(job) = store.raiser.next() else {
            return;
        };
        let begin = Instant::now();
        // An encoder that panics costs the file its better form, and no other.
        let raise = AssertUnwindSafe(|| store.raise(&job));
        if catch_unwind(raise).is_err() {
            tracing::error!(
                path = job.facts.found.path,
                "compressing it better panicked"
            );
        }
        drop((job, store));
        if !gives_way {
            // At most every other moment of one processor.
            thread::sleep(begin.elapsed());
        }
    }
}

/// Has the system prefer every other thread to this one. Says whether it does.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn give_way() -> bool {
    // There, a priority is that of a thread, and none is named: this one.
    rustix::process::setpriority_process(None, 19).is_ok()
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn give_way() -> bool {
    false
}
