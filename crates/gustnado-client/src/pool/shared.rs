//! The pool's books behind their lock, its gauges, and what is done outside of the lock: opening and
//! closing. It must not know how a connection is opened.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{runtime::Handle, time::Instant};

use super::{
    pooled::Pooled,
    state::{Deeds, Opening, State, Taken},
    waiting::Waiting,
};
use crate::{
    error::{Error, ErrorKind, Result},
    limits::{Limits, WARM},
    url::Origin,
};

/// A connection that is being opened.
pub(crate) type Opened<C> = Pin<Box<dyn Future<Output = Result<C>> + Send>>;

/// How a connection is opened: to where, and the place that it takes and frees when it is dropped.
type Open<C> = dyn Fn(Arc<Origin>, Slot<C>) -> Opened<C> + Send + Sync;

/// Connections that are kept, and the line of those who wait for one. All clones are one pool.
pub(crate) struct Pool<C: Pooled>(pub(super) Arc<Shared<C>>);

pub(super) struct Shared<C: Pooled> {
    state: Mutex<State<C>>,
    open: Box<Open<C>>,
    pub(super) idle_time: Duration,
    /// Whether a task looks after idle connections.
    pub(super) sweeping: AtomicBool,
    opened: AtomicU64,
    reused: AtomicU64,
    stale: AtomicU64,
    repeated: AtomicU64,
}

/// Which connections will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Any that is there: if it turns out to be closed, no harm is done.
    Any,
    /// One that was looked at just now: what is sent on it may be lost, and cannot be sent again.
    Sure,
    /// One that nobody used before.
    Fresh,
}

/// What somebody who wants a connection gets.
pub(crate) enum Got<C: Pooled> {
    /// A connection that was used before.
    Kept(C),
    /// A place in the line.
    Line(Waiting<C>),
}

/// The place of a connection in the books; dropping it says that the connection is closed.
#[derive(Debug)]
pub(crate) struct Slot<C: Pooled> {
    pool: Weak<Shared<C>>,
    origin: Arc<Origin>,
}

/// What a client's pool has at the moment, and had since it was made; see
/// [`Client::pool`](crate::Client::pool).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStats {
    /// Connections, those that are being opened included.
    pub open: usize,
    /// Those of them that no request uses.
    pub idle: usize,
    /// Requests in line for a connection, those for which one is being opened included.
    pub waiting: usize,
    /// Connections that were opened so far.
    pub opened: u64,
    /// Requests that used a connection that was there already.
    pub reused: u64,
    /// Idle connections that turned out to be closed by the other side before they were used.
    pub stale: u64,
    /// Requests that were sent a second time, as their connection was closed under them.
    pub repeated: u64,
}

impl<C: Pooled> Pool<C> {
    pub(crate) fn new(
        limits: &Limits,
        open: impl Fn(Arc<Origin>, Slot<C>) -> Opened<C> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::new(State::new(limits)),
            open: Box::new(open),
            idle_time: limits.idle_time,
            sweeping: AtomicBool::new(false),
            opened: AtomicU64::new(0),
            reused: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
        }))
    }

    /// A connection that is there, or a place in the line.
    pub(crate) fn get(&self, origin: &Arc<Origin>, wanted: Wanted) -> Result<Got<C>> {
        let runtime = Handle::try_current()
            .map_err(|_| Error::invalid("the client needs a runtime of tokio's around it"))?;
        let now = Instant::now();
        let fresh = wanted == Wanted::Fresh;
        loop {
            let taken = self
                .0
                .with(|state, deeds| state.take(origin, fresh, &runtime, now, deeds))?;
            match taken {
                Taken::Kept(mut connection, since) => {
                    if connection.is_old(now) {
                        continue;
                    }
                    let idle = since.map(|since| now.saturating_duration_since(since));
                    let warm = wanted == Wanted::Any && idle.is_some_and(|idle| idle < WARM);
                    if warm || connection.is_open() {
                        self.0.count_reused();
                        return Ok(Got::Kept(connection));
                    }
                    self.0.stale.fetch_add(1, Relaxed);
                }
                Taken::Line(ticket, receive) => {
                    let place = Waiting::new(self.0.clone(), origin.clone(), ticket, receive);
                    return Ok(Got::Line(place));
                }
            }
        }
    }

    /// Takes back a connection that can be used again.
    pub(crate) fn put(&self, origin: &Arc<Origin>, connection: C) {
        self.0.put(origin, connection);
    }

    /// A request is sent a second time.
    pub(crate) fn repeated(&self) {
        self.0.repeated.fetch_add(1, Relaxed);
    }

    pub(crate) fn stats(&self) -> PoolStats {
        let (open, idle, waiting) = self.0.lock().counts();
        PoolStats {
            open,
            idle,
            waiting,
            opened: self.0.opened.load(Relaxed),
            reused: self.0.reused.load(Relaxed),
            stale: self.0.stale.load(Relaxed),
            repeated: self.0.repeated.load(Relaxed),
        }
    }
}

impl<C: Pooled> Shared<C> {
    /// Does something with the books, and afterwards what follows from it.
    pub(super) fn with<T>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut State<C>, &mut Deeds<C>) -> T,
    ) -> T {
        let mut deeds = Deeds::default();
        let value = change(&mut self.lock(), &mut deeds);
        for opening in deeds.open {
            self.start(opening);
        }
        // Each of them changes the books again.
        drop(deeds.close);
        value
    }

    pub(super) fn put(self: &Arc<Self>, origin: &Arc<Origin>, connection: C) {
        let now = Instant::now();
        self.with(|state, deeds| state.put(origin, connection, now, deeds));
        self.see_to_idle();
    }

    /// A request uses a connection that was there already.
    pub(super) fn count_reused(&self) {
        self.reused.fetch_add(1, Relaxed);
    }

    /// Counts idle connections that the sweep found closed.
    pub(super) fn count_stale(&self, count: usize) {
        self.stale.fetch_add(count as u64, Relaxed);
    }

    /// Whoever panicked under the lock left the books in order: each change of them is one step.
    pub(super) fn lock(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(self: &Arc<Self>, opening: Opening) {
        let Opening {
            origin,
            number,
            runtime,
        } = opening;
        let pool = Arc::downgrade(self);
        let slot = Slot {
            pool: pool.clone(),
            origin: origin.clone(),
        };
        let mut attempt = Attempt {
            pool,
            origin: origin.clone(),
            number,
            done: false,
        };
        let opened = (self.open)(origin, slot);
        runtime.spawn(async move {
            let opened = opened.await;
            attempt.finish(opened);
        });
    }
}

/// A connection that is being opened. Where nobody finishes it, as its runtime has ended, it failed.
struct Attempt<C: Pooled> {
    pool: Weak<Shared<C>>,
    origin: Arc<Origin>,
    number: u64,
    done: bool,
}

impl<C: Pooled> Attempt<C> {
    fn finish(&mut self, opened: Result<C>) {
        let Some(pool) = self.pool.upgrade() else {
            return;
        };
        self.done = true;
        let (origin, number) = (&self.origin, self.number);
        match opened {
            Ok(connection) => {
                pool.opened.fetch_add(1, Relaxed);
                let now = Instant::now();
                pool.with(|state, deeds| state.opened(origin, number, connection, now, deeds));
                pool.see_to_idle();
            }
            Err(error) => pool.with(|state, deeds| state.failed(origin, number, error, deeds)),
        }
    }
}

impl<C: Pooled> Drop for Attempt<C> {
    fn drop(&mut self) {
        if !self.done {
            let error = Error::new(ErrorKind::Connect, "the runtime that connected has ended");
            self.finish(Err(error));
        }
    }
}

impl<C: Pooled> Drop for Slot<C> {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.with(|state, deeds| state.closed(&self.origin, deeds));
        }
    }
}

impl<C: Pooled> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<C: Pooled> fmt::Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stats().fmt(f)
    }
}

impl<C: Pooled> fmt::Debug for Shared<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}
