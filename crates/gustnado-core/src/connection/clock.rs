//! The coarse clock of a worker: one sweep for the time-outs of all its connections, and the way
//! to wake them all for a drain. It must not know what a time-out means.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed},
    },
    task::Waker,
    time::Duration,
};

use tokio::time::Instant;

#[cfg(feature = "http2")]
use super::alarm::Alarms;
use super::end::End;
#[cfg(unix)]
use super::lot::Lot;
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
    /// How late it was when it last swept, in milliseconds.
    lag: AtomicU32,
    /// Idle connections, by what they keep.
    idle: [AtomicUsize; 2],
    vitals: Mutex<Vec<Arc<Vitals>>>,
    #[cfg(feature = "http2")]
    pub(super) alarms: Alarms,
    /// Where connections are that have given even their task back.
    #[cfg(unix)]
    pub(super) lot: Lot,
}

/// What an idle connection keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// All: it is awake.
    All,
    /// Its task: it dozes.
    Task,
}

/// What a connection shares with its worker's clock and with its own requests.
#[derive(Debug)]
pub(super) struct Vitals {
    /// Where the clock has it.
    place: AtomicU32,
    deadline: AtomicU32,
    waker: Mutex<Option<Waker>>,
    /// Written by the connection's own task only.
    begun: AtomicU32,
    /// Written by the connection's task, or by the tasks of its HTTP/2 streams.
    ended: AtomicU32,
    #[cfg(feature = "http2")]
    unread_body: AtomicBool,
    pub(super) end: End,
    pub(super) app: App,
    pub(super) arrival: Arrival,
}

/// A request being answered over HTTP/2, until the last byte of its answer is handed to hyper.
#[cfg(feature = "http2")]
#[derive(Debug)]
pub(super) struct InFlight(Arc<Vitals>);

#[cfg(feature = "http2")]
impl InFlight {
    pub(super) fn app(&self) -> &App {
        &self.0.app
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            begin: Instant::now(),
            now: AtomicU32::new(0),
            draining: AtomicBool::new(false),
            lag: AtomicU32::new(0),
            idle: Default::default(),
            vitals: Mutex::default(),
            #[cfg(feature = "http2")]
            alarms: Alarms::default(),
            #[cfg(unix)]
            lot: Lot::default(),
        }
    }
}

impl Clock {
    /// Sweeps once a tick and wakes what is parked, until nobody else has the clock: neither server
    /// nor connection.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut ticking = std::pin::pin!(self.tick());
        #[cfg(unix)]
        let mut watching = std::pin::pin!(super::lot::watch(&self));
        std::future::poll_fn(|cx| {
            #[cfg(unix)]
            let _ = watching.as_mut().poll(cx);
            ticking.as_mut().poll(cx)
        })
        .await;
    }

    async fn tick(self: &Arc<Self>) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let due = ticks.tick().await;
            self.note_lag(due.elapsed());
            self.look();
            self.sweep();
            #[cfg(unix)]
            if super::lot::sweep(self) {
                continue;
            }
            if Arc::strong_count(self) == 1 {
                return;
            }
        }
    }

    /// Sees what time it is, by the watch and not by counting: a worker that was held up has missed
    /// some ticks.
    pub(super) fn look(&self) {
        self.now.store(to_ticks(self.begin.elapsed()), Relaxed);
    }

    /// Notes how late it is: as late as whatever else the worker has to do.
    fn note_lag(&self, lag: Duration) {
        let millis = u32::try_from(lag.as_millis()).unwrap_or(u32::MAX);
        self.lag.store(millis, Relaxed);
    }

    /// How late its worker was when it last looked.
    pub(super) fn lag(&self) -> Duration {
        Duration::from_millis(self.lag.load(Relaxed).into())
    }

    fn sweep(&self) {
        let now = self.now();
        #[cfg(feature = "http2")]
        self.alarms.sweep(now);
        for vitals in self.lock().iter() {
            if vitals.deadline.load(Relaxed) <= now {
                vitals.wake();
            }
        }
    }

    /// Tells every connection to end politely, now and when it next looks. Those that are parked
    /// end after `linger`.
    pub(crate) fn drain(&self, linger: Duration) {
        self.draining.store(true, Relaxed);
        #[cfg(unix)]
        self.lot.hurry(self.after(linger));
        for vitals in self.lock().iter() {
            vitals.wake();
        }
    }

    /// Counts an idle connection among those that keep as much, if there are fewer than `most`.
    pub(super) fn count_in(&self, kept: Kept, most: usize) -> bool {
        let add = |count| (count < most).then_some(count + 1);
        let count = &self.idle[kept as usize];
        count.fetch_update(Relaxed, Relaxed, add).is_ok()
    }

    /// One that was counted is not idle any more, or keeps less.
    pub(super) fn count_out(&self, kept: Kept) {
        self.idle[kept as usize].fetch_sub(1, Relaxed);
    }

    /// When it began, which tells it from others.
    pub(super) fn began(&self) -> Instant {
        self.begin
    }

    pub(super) fn now(&self) -> Tick {
        self.now.load(Relaxed)
    }

    /// The first tick at which `time` has passed for certain.
    pub(super) fn after(&self, time: Duration) -> Tick {
        later(self.now(), time)
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    /// Watches over a connection, which has had so many requests, until it is forgotten. Its time
    /// begins now: by the last sweep, one that comes after the worker was held up would be late
    /// before it has said a word.
    pub(super) fn register(&self, app: App, arrival: Arrival, begun: u32) -> Arc<Vitals> {
        self.look();
        let vitals = Arc::new(Vitals {
            place: AtomicU32::new(0),
            deadline: AtomicU32::new(NEVER),
            waker: Mutex::new(None),
            begun: AtomicU32::new(begun),
            ended: AtomicU32::new(begun),
            #[cfg(feature = "http2")]
            unread_body: AtomicBool::new(false),
            end: End::after(app.limits().connection_requests),
            app,
            arrival,
        });
        let mut all = self.lock();
        vitals.stand_at(all.len());
        all.push(Arc::clone(&vitals));
        drop(all);
        vitals
    }

    /// Lets go of a connection at once: what wakes its task keeps the task's memory.
    pub(super) fn forget(&self, vitals: &Vitals) {
        let mut all = self.lock();
        let place = vitals.place.load(Relaxed) as usize;
        let forgotten = all.swap_remove(place);
        if let Some(moved) = all.get(place) {
            moved.stand_at(place);
        }
        if all.len() < all.capacity() / 4 {
            let room = all.len() * 2;
            all.shrink_to(room);
        }
        drop(all);
        drop(forgotten);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Vitals>>> {
        self.vitals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first tick at which `time` has passed for certain since `tick`; no time has at once.
pub(super) fn later(tick: Tick, time: Duration) -> Tick {
    match to_ticks(time) {
        0 => tick,
        ticks => tick.saturating_add(ticks).saturating_add(1),
    }
}

fn to_ticks(time: Duration) -> Tick {
    // Not by `as_millis`, whose 128 bits take long to divide: this is asked on the way of requests.
    let millis = time
        .as_secs()
        .saturating_mul(1000)
        .saturating_add(u64::from(time.subsec_millis()));
    let ticks = millis.div_ceil(TICK.as_millis() as u64);
    Tick::try_from(ticks).unwrap_or(NEVER - 1)
}

impl Vitals {
    fn stand_at(&self, place: usize) {
        self.place.store(place as u32, Relaxed);
    }

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

    /// A request has begun over HTTP/1. To be called by the connection's own task, as is
    /// [`end_one`](Self::end_one).
    pub(super) fn begin_next(&self) {
        // One writer: no need of a read-modify-write, which costs as much as parsing a header.
        self.begun.store(self.begun().wrapping_add(1), Relaxed);
    }

    /// The answer to a request over HTTP/1 has been handed over.
    pub(super) fn end_one(&self) {
        self.ended.store(self.begun(), Relaxed);
    }

    /// A request has begun over HTTP/2. To be called by the connection's own task.
    #[cfg(feature = "http2")]
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        self.begin_next();
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

    /// Notes that a request has a body, of which some may lie unread when the connection closes.
    #[cfg(feature = "http2")]
    pub(super) fn note_body(&self) {
        self.unread_body.store(true, Relaxed);
    }

    #[cfg(feature = "http2")]
    pub(super) fn had_body(&self) -> bool {
        self.unread_body.load(Relaxed)
    }
}

#[cfg(feature = "http2")]
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
        let table = [(0, 0), (1, 2), (250, 2), (251, 3), (10_000, 41)];
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
        clock.register(Application::new().build().unwrap(), Arrival::default(), 0);
        assert!(clock.now() >= 2);
    }

    #[test]
    fn what_is_gone_is_forgotten_and_no_other() {
        let clock = Clock::default();
        let app = || Application::new().build().unwrap();
        let register = |_| clock.register(app(), Arrival::default(), 0);
        let mut all: Vec<_> = (0..5).map(register).collect();
        for gone in [1, 0, 2] {
            let gone = all.swap_remove(gone);
            clock.forget(&gone);
            assert_eq!(Arc::strong_count(&gone), 1);
        }
        assert_eq!(clock.lock().len(), 2);
        let kept = &all[0];
        kept.begin_next();
        assert_eq!(kept.in_flight(), 1);
        kept.end_one();
        assert_eq!(kept.in_flight(), 0);
    }

    #[cfg(feature = "http2")]
    #[test]
    fn a_request_over_http2_is_in_flight_until_its_answer_is_gone() {
        let app = Application::new().build().unwrap();
        let vitals = Clock::default().register(app, Arrival::default(), 0);
        let (one, another) = (vitals.begin(), vitals.begin());
        assert_eq!(vitals.in_flight(), 2);
        drop(one);
        assert_eq!(vitals.in_flight(), 1);
        drop(another);
        assert_eq!(vitals.in_flight(), 0);
    }
}
