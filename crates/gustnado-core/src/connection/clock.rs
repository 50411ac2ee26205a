//! The coarse clock of a worker: one sweep for the time-outs of all its connections, and the way
//! to wake them all for a drain. It must not know what a time-out means.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    task::Waker,
    time::Duration,
};

use tokio::time::Instant;

use crate::{application::App, arrival::Arrival, limits::TICK};

/// Ticks since the clock began. Each is [`TICK`] long.
pub(crate) type Tick = u32;

/// Later than any tick.
pub(super) const NEVER: Tick = Tick::MAX;

/// Counts ticks, and wakes each connection whose deadline has come.
#[derive(Debug)]
pub(crate) struct Clock {
    begin: Instant,
    now: AtomicU32,
    draining: AtomicBool,
    lag: Arc<AtomicU32>,
    vitals: Mutex<Vec<Arc<Vitals>>>,
}

/// What a connection shares with its worker's clock and with its own requests.
///
/// The clock lets go of it once nobody else holds it.
#[derive(Debug)]
pub(super) struct Vitals {
    deadline: AtomicU32,
    waker: Mutex<Option<Waker>>,
    /// Written by the connection's own task only.
    begun: AtomicU32,
    /// Written by the connection's task, or by the tasks of its HTTP/2 streams.
    ended: AtomicU32,
    /// Requests for which there is an answer, perhaps still to be sent. Read over HTTP/1 only.
    answered: AtomicU32,
    /// A peer of HTTP/1.0 has asked, which knows of no word before the answer.
    old: AtomicBool,
    unread_body: AtomicBool,
    /// How late the clock was when it last swept, in milliseconds.
    lag: Arc<AtomicU32>,
    pub(super) app: App,
    pub(super) arrival: Arrival,
}

/// A request being answered, until the last byte of its answer is handed to hyper.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Vitals>);

impl InFlight {
    pub(super) fn app(&self) -> &App {
        &self.0.app
    }

    /// There is an answer. Over HTTP/1 only one task says so, and only there it is looked at.
    pub(super) fn answered(&self) {
        let answered = &self.0.answered;
        answered.store(answered.load(Relaxed).wrapping_add(1), Relaxed);
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            begin: Instant::now(),
            now: AtomicU32::new(0),
            draining: AtomicBool::new(false),
            lag: Arc::default(),
            vitals: Mutex::default(),
        }
    }
}

impl Clock {
    /// Sweeps once a tick, until nobody else has the clock: neither server nor connection.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let due = ticks.tick().await;
            self.note_lag(due.elapsed());
            self.look();
            self.sweep();
            if Arc::strong_count(&self) == 1 {
                return;
            }
        }
    }

    /// Sees what time it is, by the watch and not by counting: a worker that was held up has missed
    /// some ticks.
    fn look(&self) {
        self.now.store(to_ticks(self.begin.elapsed()), Relaxed);
    }

    /// Notes how late it is: as late as whatever else the worker has to do.
    fn note_lag(&self, lag: Duration) {
        let millis = u32::try_from(lag.as_millis()).unwrap_or(u32::MAX);
        self.lag.store(millis, Relaxed);
    }

    fn sweep(&self) {
        let now = self.now();
        self.lock().retain(|vitals| {
            if Arc::strong_count(vitals) == 1 {
                return false;
            }
            if vitals.deadline.load(Relaxed) <= now {
                vitals.wake();
            }
            true
        });
    }

    /// Tells every connection to end politely, now and when it next looks.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Relaxed);
        for vitals in self.lock().iter() {
            vitals.wake();
        }
    }

    pub(super) fn now(&self) -> Tick {
        self.now.load(Relaxed)
    }

    /// The first tick at which `time` has passed for certain.
    pub(super) fn after(&self, time: Duration) -> Tick {
        self.now().saturating_add(to_ticks(time)).saturating_add(1)
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    /// Watches over a new connection. Its time begins now: by the last sweep, one that comes after
    /// the worker was held up would be late before it has said a word.
    pub(super) fn register(&self, app: App, arrival: Arrival) -> Arc<Vitals> {
        self.look();
        let vitals = Arc::new(Vitals {
            deadline: AtomicU32::new(NEVER),
            waker: Mutex::new(None),
            begun: AtomicU32::new(0),
            ended: AtomicU32::new(0),
            answered: AtomicU32::new(0),
            old: AtomicBool::new(false),
            unread_body: AtomicBool::new(false),
            lag: Arc::clone(&self.lag),
            app,
            arrival,
        });
        self.lock().push(Arc::clone(&vitals));
        vitals
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Vitals>>> {
        self.vitals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn to_ticks(time: Duration) -> Tick {
    let ticks = time.as_millis().div_ceil(TICK.as_millis());
    Tick::try_from(ticks).unwrap_or(NEVER - 1)
}

impl Vitals {
    /// Asks to be woken at this tick.
    pub(super) fn set_deadline(&self, deadline: Tick) {
        self.deadline.store(deadline, Relaxed);
    }

    pub(super) fn set_waker(&self, waker: &Waker) {
        let mut slot = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(waker.clone());
    }

    fn wake(&self) {
        let slot = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waker) = &*slot {
            waker.wake_by_ref();
        }
    }

    /// A request has begun. To be called by the connection's own task.
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        // One writer: no need of a read-modify-write, which costs as much as parsing a header.
        self.begun.store(self.begun().wrapping_add(1), Relaxed);
        InFlight(Arc::clone(self))
    }

    /// How many requests have begun, wrapping.
    pub(super) fn begun(&self) -> u32 {
        self.begun.load(Relaxed)
    }

    /// How many requests are being answered.
    pub(super) fn in_flight(&self) -> u32 {
        self.begun().wrapping_sub(self.ended.load(Relaxed))
    }

    /// Whether a handler is at work, over HTTP/1.
    pub(super) fn is_answering(&self) -> bool {
        self.begun() != self.answered.load(Relaxed)
    }

    /// How late the worker was when its clock last looked.
    pub(super) fn lag(&self) -> Duration {
        Duration::from_millis(self.lag.load(Relaxed).into())
    }

    pub(super) fn note_old(&self) {
        self.old.store(true, Relaxed);
    }

    pub(super) fn is_old(&self) -> bool {
        self.old.load(Relaxed)
    }

    /// Notes that a request had a body, of which some may lie unread when the connection closes.
    pub(super) fn note_body(&self) {
        self.unread_body.store(true, Relaxed);
    }

    pub(super) fn had_body(&self) -> bool {
        self.unread_body.load(Relaxed)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::Application;

    #[test]
    fn a_time_is_never_cut_short() {
        let clock = Clock::default();
        let table = [(0, 1), (1, 2), (250, 2), (251, 3), (10_000, 41)];
        for (millis, ticks) in table {
            let after = clock.after(Duration::from_millis(millis));
            assert_eq!(after, ticks, "{millis} ms");
        }
        assert_eq!(clock.after(Duration::MAX), NEVER);
    }

    #[test]
    fn a_connection_that_comes_late_is_not_late() {
        let clock = Clock::default();
        std::thread::sleep(TICK * 2);
        assert_eq!(clock.now(), 0, "nobody has looked");
        clock.register(Application::new().build().unwrap(), Arrival::default());
        assert!(clock.now() >= 2);
    }

    #[test]
    fn the_sweep_lets_go_of_what_is_gone() {
        let clock = Clock::default();
        let app = || Application::new().build().unwrap();
        let kept = clock.register(app(), Arrival::default());
        drop(clock.register(app(), Arrival::default()));
        clock.sweep();
        assert_eq!(clock.lock().len(), 1);
        let flight = kept.begin();
        assert_eq!(kept.in_flight(), 1);
        drop(flight);
        assert_eq!(kept.in_flight(), 0);
    }
}
