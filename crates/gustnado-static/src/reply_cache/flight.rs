//! One run of a handler for all who wait for the same: who leads, who waits, and what becomes of them
//! when the leader is gone. It must not know what is kept.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tokio::sync::watch;

use super::kept::Kept;

/// All who wait, by what they wait for.
#[derive(Default)]
pub(super) struct Flights {
    places: Mutex<Places>,
    numbers: AtomicU64,
}

type Places = HashMap<Box<str>, (u64, Waiting)>;

/// How a run ended.
#[derive(Debug, Clone)]
pub(super) enum Landing {
    /// With a reply for all.
    Kept(Arc<Kept>),
    /// With one that is for nobody else.
    Alone,
    /// With an error.
    Failed,
}

/// What becomes of a request that wants the same as others.
#[derive(Debug)]
pub(super) enum Joined {
    Lead(Lead),
    Wait(Waiting),
}

/// The one whose run is waited for. Dropped without a word, it hands over to one of those who wait.
pub(super) struct Lead {
    flights: Arc<Flights>,
    place: Box<str>,
    number: u64,
    sender: watch::Sender<Option<Landing>>,
}

/// One who waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting(watch::Receiver<Option<Landing>>);

impl Flights {
    /// Joins those who want the same.
    pub(super) fn join(self: &Arc<Self>, place: Box<str>) -> Joined {
        match self.places().entry(place) {
            Entry::Occupied(there) => Joined::Wait(there.get().1.clone()),
            Entry::Vacant(free) => {
                let (sender, receiver) = watch::channel(None);
                let number = self.numbers.fetch_add(1, Relaxed);
                let place = free.key().clone();
                free.insert((number, Waiting(receiver)));
                Joined::Lead(Lead {
                    flights: Arc::clone(self),
                    place,
                    number,
                    sender,
                })
            }
        }
    }

    /// Has whoever comes from now on wait for another run than these.
    pub(super) fn forget(&self, these: impl Fn(&str) -> bool) {
        self.places().retain(|place, _| !these(place));
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lead {
    /// Tells those who wait.
    pub(super) fn land(self, landing: Landing) {
        self.sender.send_replace(Some(landing));
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        let mut places = self.flights.places();
        // By now another may lead there.
        if places
            .get(&self.place)
            .is_some_and(|(number, _)| *number == self.number)
        {
            places.remove(&self.place);
        }
    }
}

impl Waiting {
    /// How the run ended; nothing when its leader is gone.
    pub(super) async fn landing(mut self) -> Option<Landing> {
        let landed = self.0.wait_for(Option::is_some).await;
        landed.ok()?.clone()
    }
}

impl fmt::Debug for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lead({})", self.number)
    }
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flights({})", self.places().len())
    }
}
