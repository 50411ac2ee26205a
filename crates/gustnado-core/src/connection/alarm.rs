//! Wakes tasks other than a connection's own at a tick of the worker's clock: readers of
//! bodies over HTTP/2, and its streams. It must not know what they wait for.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
};

use super::clock::{Clock, NEVER, Tick};

/// The alarms of a worker.
#[derive(Debug, Default)]
pub(super) struct Alarms(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    slots: Vec<Slot>,
    /// Those of them that nobody has.
    free: Vec<usize>,
}

#[derive(Debug)]
struct Slot {
    at: Tick,
    waker: Waker,
}

impl Alarms {
    /// Wakes those whose tick has come, each once.
    pub(super) fn sweep(&self, now: Tick) {
        for slot in &mut self.lock().slots {
            if slot.at <= now {
                slot.at = NEVER;
                slot.waker.wake_by_ref();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One task's alarm, which is off until it is first asked.
pub(super) struct Alarm {
    clock: Arc<Clock>,
    slot: Option<usize>,
    /// When it was first seen that the time has passed.
    seen: Option<Tick>,
}

impl Alarm {
    pub(super) fn new(clock: Arc<Clock>) -> Self {
        Self {
            clock,
            slot: None,
            seen: None,
        }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether `due` has passed; if not, the task is woken when it has.
    ///
    /// It has passed when it is seen twice, a tick apart: what a worker that was held up finds to
    /// be late may lie on the socket, and is read in between.
    pub(super) fn poll(&mut self, due: Tick, cx: &Context<'_>) -> bool {
        let now = self.clock.now();
        if now < due {
            self.seen = None;
            self.set(due, cx.waker());
            return false;
        }
        let seen = *self.seen.get_or_insert(now);
        if seen < now {
            return true;
        }
        self.set(now.saturating_add(1), cx.waker());
        false
    }

    fn set(&mut self, at: Tick, waker: &Waker) {
        let mut alarms = self.clock.alarms.lock();
        if let Some(slot) = self.slot {
            let slot = &mut alarms.slots[slot];
            slot.at = at;
            slot.waker.clone_from(waker);
            return;
        }
        let slot = Slot {
            at,
            waker: waker.clone(),
        };
        self.slot = Some(if let Some(free) = alarms.free.pop() {
            alarms.slots[free] = slot;
            free
        } else {
            alarms.slots.push(slot);
            alarms.slots.len() - 1
        });
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let Some(slot) = self.slot else { return };
        let mut alarms = self.clock.alarms.lock();
        alarms.free.push(slot);
        if alarms.free.len() == alarms.slots.len() {
            // What a burst has needed is given back behind it.
            *alarms = Slots::default();
            return;
        }
        let slot = &mut alarms.slots[slot];
        slot.at = NEVER;
        slot.waker = Waker::noop().clone();
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alarm({:?})", self.slot)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering::Relaxed},
        task::Wake,
    };

    use super::*;
    use crate::limits::TICK;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn it_wakes_once_and_is_late_at_the_second_look() {
        let clock = Arc::new(Clock::default());
        let woken = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&woken));
        let cx = Context::from_waker(&waker);
        let mut alarm = Alarm::new(Arc::clone(&clock));
        let mut other = Alarm::new(Arc::clone(&clock));
        assert!(!other.poll(NEVER, &cx));
        assert!(!alarm.poll(1, &cx));
        clock.alarms.sweep(0);
        assert_eq!(woken.0.load(Relaxed), 0);
        clock.alarms.sweep(1);
        clock.alarms.sweep(1);
        assert_eq!(woken.0.load(Relaxed), 1);
        std::thread::sleep(TICK);
        clock.look();
        assert!(!alarm.poll(1, &cx), "seen for the first time");
        assert!(!alarm.poll(1, &cx), "and in the same tick");
        std::thread::sleep(TICK);
        clock.look();
        assert!(alarm.poll(1, &cx));
        drop(alarm);
        assert_eq!(clock.alarms.lock().free, [1]);
        drop(other);
        assert!(clock.alarms.lock().slots.is_empty());
    }
}
