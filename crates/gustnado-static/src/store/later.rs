//! Work for later: in the background, one thing at a time, by a thread that is there while there is
//! something to do and gives way to all others. It must not know what the work is.

use std::{
    collections::VecDeque,
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::Instant,
};

use super::Store;

/// Something that is done for a store, later.
pub(super) trait Job: Clone + Debug + PartialEq + Send + 'static {
    /// What the thread that does it is called.
    const THREAD: &'static str;
    /// How many wait at most.
    const MOST: usize;

    /// Where those of its kind wait.
    fn queue(store: &Store) -> &Later<Self>;

    /// Does it. A panic costs this one, and no other.
    fn run(&self, store: &Store);
}

/// What is to be done.
#[derive(Debug)]
pub(super) struct Later<J>(Mutex<Queue<J>>);

#[derive(Debug)]
struct Queue<J> {
    waiting: VecDeque<J>,
    /// What the thread does. Nothing: there is no thread.
    working: Option<Doing<J>>,
}

#[derive(Debug)]
enum Doing<J> {
    Nothing,
    This(J),
}

impl<J> Default for Later<J> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<J> Default for Queue<J> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            working: None,
        }
    }
}

impl<J: Job> Later<J> {
    /// Has something done, unless it is about to be. Says whether it is.
    pub(super) fn add(store: &Arc<Store>, job: J) -> bool {
        let later = J::queue(store);
        let mut queue = later.queue();
        let doing = matches!(&queue.working, Some(Doing::This(this)) if *this == job);
        if doing || queue.waiting.contains(&job) {
            return true;
        }
        if queue.waiting.len() >= J::MOST {
            return false;
        }
        queue.waiting.push_back(job);
        if queue.working.is_some() {
            return true;
        }
        queue.working = Some(Doing::Nothing);
        drop(queue);
        let store = Arc::downgrade(store);
        let thread = thread::Builder::new().name(J::THREAD.to_owned());
        let Err(error) = thread.spawn(move || work::<J>(&store)) else {
            return true;
        };
        tracing::warn!(%error, "no thread for what is done in the background: files stay as they are");
        *later.queue() = Queue::default();
        false
    }

    /// Takes one out; if there is none, the thread that asks is to end.
    fn next(&self) -> Option<J> {
        let mut queue = self.queue();
        let job = queue.waiting.pop_front();
        queue.working = job.clone().map(Doing::This);
        job
    }

    fn queue(&self) -> MutexGuard<'_, Queue<J>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the thread does.
fn work<J: Job>(store: &Weak<Store>) {
    let gives_way = give_way();
    // Not kept while it waits: what is served goes when it is dropped.
    while let Some(store) = store.upgrade() {
        let Some(job) = J::queue(&store).next() else {
            return;
        };
        let begin = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| job.run(&store))).is_err() {
            tracing::error!(?job, "it panicked");
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
