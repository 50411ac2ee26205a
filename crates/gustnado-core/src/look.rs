//! Which came first: a request, or a look at something outside of the program. A look answers for every
//! request that was there when it was made, not only for the one that it was made for. It must not know
//! what is looked at, nor what a request is.
//!
//! A request was there before a look in two cases:
//!
//! - All of it had been read. So it is with what a client sends in a pipeline: one look behind the read
//!   answers for all of it.
//! - Its first byte lay in the socket. The runtime asks the system which sockets have something to
//!   read, and then has the tasks of these connections run, one after the other: a *turn*. What the first of
//!   them looks at is as new as the requests of the others, for all of these had begun to arrive
//!   before the turn did. That holds for a connection which had found nothing to read when it last tried,
//!   and only for what begins with the first byte that it reads next: whatever is behind it may have come
//!   later. It ends when the runtime asks the system again, which [`Marker`] sees.
//!
//! The second needs a runtime of one thread: in one of several, another asks the system meanwhile.

use std::{
    cell::Cell,
    future::Future as _,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Wake, Waker},
};

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::limits::{LOOKS_ALONE, LOOKS_HOPE};

/// When something was looked at that is outside of the program, such as a file.
///
/// What was seen then holds for each request that [came before](crate::Glance::came_before) it. The default is
/// a look that was never made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Whose it was. 0 is nobody.
    thread: u64,
    number: u64,
}

impl Look {
    /// A look that is made from now on: to be called before it, and without waiting in between.
    #[must_use]
    pub fn now() -> Self {
        LOOKS.with(Looks::make)
    }
}

/// The first look that counts for a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Since {
    first: Look,
    /// Whether that may be one of another connection.
    of_turn: bool,
}

impl Since {
    /// Of what was read until now.
    #[inline]
    pub(crate) fn now() -> Self {
        LOOKS.with(|looks| Self {
            first: looks.next(),
            of_turn: false,
        })
    }

    /// Of what had begun to arrive before the turn of the thread began.
    #[inline]
    pub(crate) fn turn() -> Self {
        LOOKS.with(|looks| match looks.marker.is_set() {
            true => Self {
                first: looks.turn.get(),
                of_turn: true,
            },
            false => Self {
                first: looks.next(),
                of_turn: false,
            },
        })
    }

    /// Whether a look counts for it.
    #[inline]
    pub(crate) fn is_before(self, look: Look) -> bool {
        let counts = look.thread == self.first.thread && look.number >= self.first.number;
        if counts && self.of_turn {
            LOOKS.with(|looks| looks.shared.set(true));
        }
        counts
    }
}

/// The looks of a thread.
struct Looks {
    thread: u64,
    /// How many there were.
    made: Cell<u64>,
    /// The first look of the turn, while the marker is set.
    turn: Cell<Look>,
    /// Whether a look has counted for another connection in the turn that was marked last.
    shared: Cell<bool>,
    /// How many more turns are marked although nobody shares their looks.
    hope: Cell<u32>,
    /// How many looks are made without marking their turn, and how many of them are left.
    alone: Cell<u32>,
    left: Cell<u32>,
    marker: Arc<Marker>,
    waker: Waker,
}

thread_local! {
    static LOOKS: Looks = Looks::new();
}

/// How many threads have looked.
static THREADS: AtomicU64 = AtomicU64::new(0);

impl Looks {
    fn new() -> Self {
        let marker = Arc::new(Marker::default());
        Self {
            thread: THREADS.fetch_add(1, Relaxed) + 1,
            made: Cell::new(0),
            turn: Cell::default(),
            shared: Cell::new(false),
            hope: Cell::new(0),
            alone: Cell::new(0),
            left: Cell::new(0),
            waker: Waker::from(Arc::clone(&marker)),
            marker,
        }
    }

    fn next(&self) -> Look {
        Look {
            thread: self.thread,
            number: self.made.get() + 1,
        }
    }

    fn make(&self) -> Look {
        let look = self.next();
        self.made.set(look.number);
        if !self.marker.is_set() {
            self.begin(look);
        }
        look
    }

    /// Marks the turn, whose first look this is; not each time where turns have one request: a marked turn
    /// costs the runtime one more call of the system.
    fn begin(&self, look: Look) {
        if self.shared.replace(false) {
            self.hope.set(LOOKS_HOPE);
            self.alone.set(0);
            self.left.set(0);
        } else if let Some(left) = self.left.get().checked_sub(1) {
            self.left.set(left);
            return;
        }
        // If this one is shared by nobody, and some before it were not.
        if let Some(hope) = self.hope.get().checked_sub(1) {
            self.hope.set(hope);
        } else {
            let alone = (self.alone.get() * 2 + 1).min(LOOKS_ALONE);
            self.alone.set(alone);
            self.left.set(alone);
        }
        if Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::CurrentThread)
        {
            self.turn.set(look);
            self.marker.set(&self.waker);
        }
    }
}

/// Stands until the runtime asks the system for what is new.
///
/// tokio wakes whoever has yielded as soon as it has asked, before it runs another task. It gives no
/// promise to do so; a test has it looked at with each version. Were it to wake earlier, looks would
/// not be shared.
#[derive(Debug, Default)]
struct Marker(AtomicBool);

impl Marker {
    fn set(&self, waker: &Waker) {
        // Before it yields: outside of a runtime it is woken at once.
        self.0.store(true, Relaxed);
        let _ = pin!(tokio::task::yield_now()).poll(&mut Context::from_waker(waker));
    }

    fn is_set(&self) -> bool {
        self.0.load(Relaxed)
    }
}

impl Wake for Marker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(false, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_counts_for_what_was_there_and_for_nothing_else() {
        let (first, before) = (Since::now(), Look::now());
        assert!(first.is_before(before));
        let second = Since::now();
        assert!(!second.is_before(before) && second.is_before(Look::now()));
        assert!(!first.is_before(Look::default()));
        let others = std::thread::spawn(|| [Look::now(), Look::now(), Look::now()]);
        for look in others.join().unwrap() {
            assert!(!first.is_before(look));
        }
    }

    #[test]
    fn outside_of_a_runtime_there_are_no_turns() {
        for _ in 0..10 {
            let look = Look::now();
            assert!(!Since::turn().is_before(look));
        }
    }

    #[test]
    fn where_looks_are_not_shared_few_turns_are_marked() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let mut marked = 0;
            for _ in 0..1000 {
                let _ = Look::now();
                marked += u32::from(LOOKS.with(|looks| looks.marker.is_set()));
                // The runtime asks the system before it goes on.
                tokio::task::yield_now().await;
                assert!(!LOOKS.with(|looks| looks.marker.is_set()));
            }
            assert!((5..30).contains(&marked), "{marked} of 1000");
            // One that is shared has the next marked, too.
            while !LOOKS.with(|looks| looks.marker.is_set()) {
                let _ = Look::now();
            }
            for _ in 0..10 {
                let look = LOOKS.with(|looks| looks.turn.get());
                assert!(Since::turn().is_before(look));
                tokio::task::yield_now().await;
                let _ = Look::now();
                assert!(LOOKS.with(|looks| looks.marker.is_set()));
            }
        });
    }
}
