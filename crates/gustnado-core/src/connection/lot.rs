//! Where connections are that have been idle for long: a socket and a few bytes each, no task, no
//! place in the runtime's tables. One task watches over all of a worker's. It must not know HTTP.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use mio::{Events, Interest, Poll, Registry, Token, unix::SourceFd};
use tokio::io::unix::AsyncFd;

use super::{
    clock::{Clock, Tick},
    driver::{self, Guard},
    socket::Still,
};
use crate::{
    application::App,
    arrival::Arrival,
    limits::{ACCEPT_PAUSE, LOT_EVENTS, READ_LITTLE},
};

/// The parked connections of a worker.
#[derive(Debug, Default)]
pub(super) struct Lot {
    /// Where their sockets are watched. Not there before [`watch`] runs, or where the system does
    /// not grant it.
    registry: OnceLock<Registry>,
    /// Until then none is taken in: the system has refused one.
    closed_until: AtomicU32,
    places: Mutex<Places>,
}

/// A connection without a task.
pub(super) struct Parked {
    pub(super) socket: Still,
    pub(super) app: App,
    pub(super) arrival: Arrival,
    pub(super) guard: Guard,
    /// When it is closed.
    pub(super) until: Tick,
    /// Requests that it has had.
    pub(super) begun: u32,
    /// When it has had its time.
    pub(super) age: Tick,
}

/// The index of a place is the token of its socket.
#[derive(Debug, Default)]
struct Places {
    places: Vec<Option<Parked>>,
    free: Vec<usize>,
}

impl Lot {
    pub(super) fn is_open(&self, now: Tick) -> bool {
        self.registry.get().is_some() && now >= self.closed_until.load(Relaxed)
    }

    /// Takes a connection in. From here on [`watch`] has it; it comes back where it cannot be
    /// watched, or the worker drains.
    pub(super) fn park(&self, parked: Parked, clock: &Clock) -> Result<(), Parked> {
        let mut places = self.lock();
        let Some(registry) = self.registry.get() else {
            return Err(parked);
        };
        // Asked while the lock is held, so that `hurry` misses none.
        if clock.is_draining() {
            return Err(parked);
        }
        let fd = parked.socket.fd();
        let at = places.add(parked);
        // What lies on the socket already is told, too.
        match registry.register(&mut SourceFd(&fd), Token(at), Interest::READABLE) {
            Ok(()) => Ok(()),
            Err(error) => {
                tracing::warn!(%error, "cannot park a connection");
                self.closed_until
                    .store(clock.after(ACCEPT_PAUSE.1), Relaxed);
                places.remove(at).map_or(Ok(()), Err)
            }
        }
    }

    /// Has all of them end by this tick.
    pub(super) fn hurry(&self, until: Tick) {
        for parked in self.lock().places.iter_mut().flatten() {
            parked.until = parked.until.min(until);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    fn add(&mut self, parked: Parked) -> usize {
        if let Some(at) = self.free.pop() {
            self.places[at] = Some(parked);
            return at;
        }
        self.places.push(Some(parked));
        self.places.len() - 1
    }

    fn remove(&mut self, at: usize) -> Option<Parked> {
        let parked = self.places.get_mut(at)?.take();
        if parked.is_some() {
            self.free.push(at);
        }
        parked
    }

    fn is_empty(&self) -> bool {
        self.free.len() == self.places.len()
    }
}

/// Watches over the clock's lot for ever: what is heard of again is driven on.
pub(super) async fn watch(clock: &Arc<Clock>) {
    match open() {
        Ok((mut poll, registry)) => {
            let _ = clock.lot.registry.set(registry);
            let error = wake_for_ever(clock, &mut poll).await;
            tracing::error!(%error, "parked connections are not watched any more");
        }
        Err(error) => tracing::warn!(%error, "connections are not parked"),
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe, for sources that change their descriptor; this keeps its own"
)]
fn open() -> io::Result<(AsyncFd<Poll>, Registry)> {
    let poll = Poll::new()?;
    let registry = poll.registry().try_clone()?;
    Ok((
        AsyncFd::with_interest(poll, tokio::io::Interest::READABLE)?,
        registry,
    ))
}

async fn wake_for_ever(clock: &Arc<Clock>, poll: &mut AsyncFd<Poll>) -> io::Error {
    // A small batch: each wakes a connection, and what they use all at once stays with the process.
    let mut events = Events::with_capacity(LOT_EVENTS);
    loop {
        let mut ready = match poll.readable_mut().await {
            Ok(ready) => ready,
            Err(error) => return error,
        };
        match ready
            .get_inner_mut()
            .poll(&mut events, Some(Duration::ZERO))
        {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return error,
        }
        let mut count = 0;
        for event in &events {
            clock.lot.wake(event.token().0, clock, false);
            count += 1;
        }
        if count < LOT_EVENTS {
            // Looked at after all were taken: what comes from now on is told anew.
            ready.clear_ready();
        } else {
            tokio::task::yield_now().await;
        }
    }
}

/// Closes what has been idle for too long. Says whether any is left.
pub(super) fn sweep(clock: &Arc<Clock>) -> bool {
    let now = clock.now();
    let expired: Vec<usize> = {
        let places = clock.lot.lock();
        let is_over =
            |parked: &Option<Parked>| matches!(parked, Some(parked) if parked.until <= now);
        let places = places.places.iter().enumerate();
        places
            .filter(|(_, parked)| is_over(parked))
            .map(|(at, _)| at)
            .collect()
    };
    for at in expired {
        clock.lot.wake(at, clock, true);
    }
    !clock.lot.lock().is_empty()
}

impl Lot {
    /// Drives a connection on that has something to say, and closes it where its peer has; one that
    /// has nothing to say stays, unless it is over.
    fn wake(&self, at: usize, clock: &Arc<Clock>, over: bool) {
        let mut places = self.lock();
        let Some(Some(parked)) = places.places.get(at) else {
            return;
        };
        // A runtime does not try to read from a socket that it has just been given, so this does.
        let mut scratch = [0; READ_LITTLE];
        let read = parked.socket.read(&mut scratch);
        let silent = matches!(&read, Err(error) if is_to_come(error));
        if silent && !over {
            return;
        }
        let Some(parked) = places.remove(at) else {
            return;
        };
        drop(places);
        // One that has not said a word is told so.
        let refused = silent && parked.begun == 0 && !clock.is_draining();
        let count = read.unwrap_or(0);
        if count == 0 && !refused {
            // Its socket closes.
            return;
        }
        if let Some(registry) = self.registry.get() {
            let fd = parked.socket.fd();
            let _ = registry.deregister(&mut SourceFd(&fd));
        }
        driver::resume(parked, &scratch[..count], Arc::clone(clock));
    }
}

fn is_to_come(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

impl fmt::Debug for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parked({:?}, until {})", self.socket, self.until)
    }
}
