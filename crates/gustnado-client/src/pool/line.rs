//! Those who wait for a connection to one host, and the connections that are being opened for them. It
//! must not know other hosts, nor how many connections there may be.
//!
//! A connection is opened for somebody, but goes to whoever is first. So a waiter may have what was opened
//! for another, and one is being opened that nobody waits for any more: the next to wait has that one,
//! and none is opened for him.

use std::collections::VecDeque;

use tokio::{runtime, sync::oneshot};

use crate::error::Result;

/// How many wait, at all hosts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) waiting: usize,
    /// Those of them for whom no connection is being opened.
    pub(super) unserved: usize,
}

/// Those who wait, the first at the front.
#[derive(Debug)]
pub(super) struct Line<C> {
    waiters: VecDeque<Waiter<C>>,
    /// Connections that are being opened and that nobody waits for.
    spare: Vec<Dial>,
}

/// A connection that is being opened, by the ticket of the one it was begun for, and where.
#[derive(Debug, Clone, Copy)]
struct Dial {
    number: u64,
    runtime: runtime::Id,
}

#[derive(Debug)]
pub(super) struct Waiter<C> {
    pub(super) ticket: u64,
    /// Wants one that nobody used before.
    pub(super) fresh: bool,
    runtime: runtime::Handle,
    give: oneshot::Sender<Result<C>>,
    /// The one that is being opened for it.
    dial: Option<Dial>,
}

impl<C> Waiter<C> {
    pub(super) fn new(
        ticket: u64,
        fresh: bool,
        runtime: runtime::Handle,
    ) -> (Self, oneshot::Receiver<Result<C>>) {
        let (give, receive) = oneshot::channel();
        let waiter = Self {
            ticket,
            fresh,
            runtime,
            give,
            dial: None,
        };
        (waiter, receive)
    }

    /// Whether a connection is being opened for it.
    pub(super) fn is_served(&self) -> bool {
        self.dial.is_some()
    }
}

impl<C> Default for Line<C> {
    fn default() -> Self {
        Self {
            waiters: VecDeque::new(),
            spare: Vec::new(),
        }
    }
}

impl<C> Line<C> {
    pub(super) fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    pub(super) fn first(&self) -> Option<&Waiter<C>> {
        self.waiters.front()
    }

    /// The ticket of the first for whom no connection is being opened.
    pub(super) fn first_unserved(&self) -> Option<u64> {
        let waiter = self.waiters.iter().find(|waiter| !waiter.is_served())?;
        Some(waiter.ticket)
    }

    /// Whether a connection is being opened for this one.
    pub(super) fn is_served(&self, ticket: u64) -> bool {
        let mut waiters = self.waiters.iter();
        waiters.any(|waiter| waiter.ticket == ticket && waiter.is_served())
    }

    /// Adds somebody at the end.
    pub(super) fn join(&mut self, waiter: Waiter<C>, counts: &mut Counts) {
        self.waiters.push_back(waiter);
        counts.waiting += 1;
        counts.unserved += 1;
        self.adopt(counts);
    }

    /// Takes somebody out.
    pub(super) fn leave(
        &mut self,
        ticket: u64,
        counts: &mut Counts,
    ) -> Option<oneshot::Sender<Result<C>>> {
        let mut waiters = self.waiters.iter();
        let place = waiters.position(|waiter| waiter.ticket == ticket)?;
        let give = self.remove(place, counts)?;
        self.adopt(counts);
        Some(give)
    }

    /// A connection is being opened for this one from now on, where its runtime is.
    pub(super) fn begin(&mut self, ticket: u64, counts: &mut Counts) -> Option<runtime::Handle> {
        let mut waiters = self.waiters.iter_mut();
        let waiter = waiters.find(|waiter| waiter.ticket == ticket && !waiter.is_served())?;
        waiter.dial = Some(Dial {
            number: ticket,
            runtime: waiter.runtime.id(),
        });
        counts.unserved -= 1;
        Some(waiter.runtime.clone())
    }

    /// That one is open: whoever waited for it waits for another, or is given it.
    pub(super) fn opened(&mut self, number: u64, counts: &mut Counts) {
        self.spare.retain(|dial| dial.number != number);
        if let Some(waiter) = self.waiter_for(number) {
            waiter.dial = None;
            counts.unserved += 1;
        }
    }

    /// That one cannot be opened. Gives whom to tell: the one it was begun for, as another has not tried by
    /// himself yet.
    pub(super) fn failed(
        &mut self,
        number: u64,
        counts: &mut Counts,
    ) -> Option<oneshot::Sender<Result<C>>> {
        self.opened(number, counts);
        let own = self.leave(number, counts);
        self.adopt(counts);
        own
    }

    /// Gives a connection to the first who takes it and is still there; back if there is nobody.
    pub(super) fn give(
        &mut self,
        takes: impl Fn(&Waiter<C>) -> bool,
        connection: C,
        counts: &mut Counts,
    ) -> Option<C> {
        let mut left = Some(connection);
        while let Some(connection) = left.take() {
            let place = self.waiters.iter().position(&takes);
            let Some(give) = place.and_then(|place| self.remove(place, counts)) else {
                left = Some(connection);
                break;
            };
            // Back from one who is gone.
            left = give.send(Ok(connection)).err().and_then(Result::ok);
        }
        self.adopt(counts);
        left
    }

    /// Takes somebody out, who leaves behind what is being opened for him.
    fn remove(&mut self, place: usize, counts: &mut Counts) -> Option<oneshot::Sender<Result<C>>> {
        let waiter = self.waiters.remove(place)?;
        counts.waiting -= 1;
        match waiter.dial {
            Some(dial) => self.spare.push(dial),
            None => counts.unserved -= 1,
        }
        Some(waiter.give)
    }

    /// Has what is being opened for nobody be for those for whom nothing is. It may end with its runtime,
    /// so it is not for others.
    fn adopt(&mut self, counts: &mut Counts) {
        if self.spare.is_empty() || counts.unserved == 0 {
            return;
        }
        for waiter in self.waiters.iter_mut().filter(|it| !it.is_served()) {
            let runtime = waiter.runtime.id();
            if let Some(place) = self.spare.iter().position(|dial| dial.runtime == runtime) {
                waiter.dial = Some(self.spare.swap_remove(place));
                counts.unserved -= 1;
            }
        }
    }

    fn waiter_for(&mut self, number: u64) -> Option<&mut Waiter<C>> {
        let mut waiters = self.waiters.iter_mut();
        waiters.find(|waiter| waiter.dial.is_some_and(|dial| dial.number == number))
    }
}
