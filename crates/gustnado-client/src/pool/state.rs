//! The pool's books: which connections there are, which are idle, who waits for one, and who is next.
//! It decides and does nothing: what has to be dropped or opened it puts into [`Deeds`]. It must not
//! know locks, sockets or clocks.

use std::sync::Arc;

use tokio::{runtime, sync::oneshot, time::Instant};

use super::{
    by_origin::ByOrigin,
    host::{Host, Idle},
    line::{Counts, Waiter},
    pooled::Pooled,
};
use crate::{
    error::{Error, ErrorKind, Result},
    limits::Limits,
    url::Origin,
};

#[derive(Debug)]
pub(super) struct State<C> {
    bounds: Bounds,
    hosts: ByOrigin<Host<C>>,
    /// Connections in all, those that are being opened included.
    open: usize,
    idle: usize,
    counts: Counts,
    tickets: u64,
}

#[derive(Debug)]
struct Bounds {
    open: usize,
    host_open: usize,
    idle: usize,
    host_idle: usize,
    waiting: usize,
}

/// What is to be done once the books are closed.
#[derive(Debug)]
pub(super) struct Deeds<C> {
    /// Connections to be closed.
    pub(super) close: Vec<C>,
    /// Connections to be opened.
    pub(super) open: Vec<Opening>,
}

/// A connection to be opened, and its number.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) origin: Arc<Origin>,
    pub(super) number: u64,
    pub(super) runtime: runtime::Handle,
}

/// What somebody who needs a connection is given.
#[derive(Debug)]
pub(super) enum Taken<C> {
    /// One that was used before, and since when it was idle. Whoever takes one looks first whether it is
    /// open.
    Kept(C, Option<Instant>),
    /// A place in the line.
    Line(u64, oneshot::Receiver<Result<C>>),
}

impl<C> Default for Deeds<C> {
    fn default() -> Self {
        Self {
            close: Vec::new(),
            open: Vec::new(),
        }
    }
}

impl<C: Pooled> State<C> {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            bounds: Bounds {
                open: limits.connections.max(1),
                host_open: limits.host_connections.max(1),
                idle: limits.idle,
                host_idle: limits.host_idle,
                waiting: limits.waiting,
            },
            hosts: ByOrigin::default(),
            open: 0,
            idle: 0,
            counts: Counts::default(),
            tickets: 0,
        }
    }

    /// Open, idle, waiting.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        (self.open, self.idle, self.counts.waiting)
    }

    /// Those who wait and for whom nothing is being opened.
    #[cfg(test)]
    pub(super) fn unserved(&self) -> usize {
        self.counts.unserved
    }

    /// Hosts that are known.
    #[cfg(test)]
    pub(super) fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// Gives a connection that is there, unless it has to be a `fresh` one, or a place in the line.
    pub(super) fn take(
        &mut self,
        origin: &Arc<Origin>,
        fresh: bool,
        runtime: &runtime::Handle,
        now: Instant,
        deeds: &mut Deeds<C>,
    ) -> Result<Taken<C>> {
        let host = self
            .hosts
            .entry(origin.clone())
            .or_insert_with(|| Host::new(origin));
        if let Some(shared) = &host.shared {
            if !shared.is_old(now)
                && shared.seems_open()
                && let Some(handle) = shared.share()
            {
                return Ok(Taken::Kept(handle, None));
            }
            deeds.close.extend(host.shared.take());
        }
        if !fresh && let Some(idle) = host.take_idle(runtime.id()) {
            self.idle -= 1;
            return Ok(Taken::Kept(idle.connection, Some(idle.since)));
        }
        let waiting = self.counts.waiting;
        if waiting >= self.bounds.waiting {
            self.prune(origin);
            let detail = format!("{waiting} requests wait for a connection already (`waiting`)");
            return Err(Error::new(ErrorKind::Busy, detail));
        }
        let ticket = self.tickets;
        self.tickets += 1;
        let (waiter, receive) = Waiter::new(ticket, fresh, runtime.clone());
        host.line.join(waiter, &mut self.counts);
        if !host.line.is_served(ticket) {
            self.make_room(origin, deeds);
            self.serve(deeds);
        }
        Ok(Taken::Line(ticket, receive))
    }

    /// Closes an idle connection that stands in the way of one that is needed.
    fn make_room(&mut self, origin: &Arc<Origin>, deeds: &mut Deeds<C>) {
        let host = self.hosts.get_mut(origin);
        let full = host.filter(|host| host.open >= self.bounds.host_open);
        if let Some(host) = full {
            let victim = host.idle.pop_front().map(|idle| idle.connection);
            self.idle -= usize::from(victim.is_some());
            deeds.close.extend(victim);
        } else if self.open >= self.bounds.open {
            deeds.close.extend(self.oldest_idle());
        }
    }

    /// A connection that was just used and can be used again.
    pub(super) fn put(
        &mut self,
        origin: &Arc<Origin>,
        connection: C,
        now: Instant,
        deeds: &mut Deeds<C>,
    ) {
        // Somebody else may wait for its place, and for longer.
        let other = if self.open >= self.bounds.open {
            self.next()
        } else {
            None
        };
        let Some(host) = self.hosts.get_mut(origin) else {
            deeds.close.push(connection);
            return;
        };
        let first = host.line.first();
        let ticket = first.map(|waiter| waiter.ticket);
        let older = other.is_some_and(|(other, _)| ticket.is_none_or(|first| other < first));
        // Or the first of its own host has no use for it, and no room for another.
        if older || first.is_some_and(|waiter| waiter.fresh && !waiter.is_served()) {
            deeds.close.push(connection);
            return;
        }
        let used = |waiter: &Waiter<C>| !waiter.fresh;
        let Some(connection) = host.line.give(used, connection, &mut self.counts) else {
            return;
        };
        if host.line.first_unserved().is_some() {
            // Nor has anybody else who is left, and one of them waits for its place.
            deeds.close.push(connection);
            return;
        }
        host.idle.push_back(Idle {
            connection,
            since: now,
        });
        self.idle += 1;
        if host.idle.len() > self.bounds.host_idle {
            deeds
                .close
                .extend(host.idle.pop_front().map(|idle| idle.connection));
            self.idle -= 1;
        }
        if self.idle > self.bounds.idle {
            deeds.close.extend(self.oldest_idle());
        }
    }

    /// The connection of this number is open; whoever is first in the line has it.
    pub(super) fn opened(
        &mut self,
        origin: &Arc<Origin>,
        number: u64,
        connection: C,
        now: Instant,
        deeds: &mut Deeds<C>,
    ) {
        let Some(host) = self.hosts.get_mut(origin) else {
            deeds.close.push(connection);
            return;
        };
        host.opening = host.opening.saturating_sub(1);
        let Host { line, .. } = host;
        let counts = &mut self.counts;
        line.opened(number, counts);
        let anybody = |_: &Waiter<C>| true;
        let Some(mut handle) = connection.share() else {
            host.one_by_one = false;
            if let Some(connection) = line.give(anybody, connection, counts) {
                self.put(origin, connection, now, deeds);
            }
            self.serve(deeds);
            return;
        };
        while !line.is_empty() {
            line.give(anybody, handle, counts);
            match connection.share() {
                Some(next) => handle = next,
                None => break,
            }
        }
        deeds.close.extend(host.shared.replace(connection));
    }

    /// The one of this number could not be opened.
    pub(super) fn failed(
        &mut self,
        origin: &Arc<Origin>,
        number: u64,
        error: Error,
        deeds: &mut Deeds<C>,
    ) {
        if let Some(host) = self.hosts.get_mut(origin) {
            host.opening = host.opening.saturating_sub(1);
            // The others need not find out one after the other.
            host.one_by_one = false;
            if let Some(waiter) = host.line.failed(number, &mut self.counts) {
                // Whoever is gone does not want to know.
                let _ = waiter.send(Err(error));
            }
        }
        self.prune(origin);
        self.serve(deeds);
    }

    /// A connection is closed, and its place free.
    pub(super) fn closed(&mut self, origin: &Arc<Origin>, deeds: &mut Deeds<C>) {
        self.open = self.open.saturating_sub(1);
        if let Some(host) = self.hosts.get_mut(origin) {
            host.open = host.open.saturating_sub(1);
            if host
                .shared
                .as_ref()
                .is_some_and(|shared| !shared.seems_open())
            {
                deeds.close.extend(host.shared.take());
            }
        }
        self.prune(origin);
        self.serve(deeds);
    }

    /// Takes somebody out of the line.
    pub(super) fn leave(
        &mut self,
        origin: &Arc<Origin>,
        ticket: u64,
    ) -> Option<oneshot::Sender<Result<C>>> {
        let host = self.hosts.get_mut(origin)?;
        let give = host.line.leave(ticket, &mut self.counts)?;
        self.prune(origin);
        Some(give)
    }

    /// Whether a connection is being opened for somebody in the line.
    pub(super) fn is_served(&self, origin: &Arc<Origin>, ticket: u64) -> bool {
        let host = self.hosts.get(origin);
        host.is_some_and(|host| host.line.is_served(ticket))
    }

    /// Takes out what is idle since before `since`, or closed.
    pub(super) fn sweep(&mut self, since: Instant, now: Instant) -> Vec<C> {
        let mut out = Vec::new();
        for host in self.hosts.values_mut() {
            let kept = std::mem::take(&mut host.idle);
            for idle in kept {
                let young = idle.since >= since && !idle.connection.is_old(now);
                if young && idle.connection.seems_open() {
                    host.idle.push_back(idle);
                } else {
                    self.idle -= 1;
                    out.push(idle.connection);
                }
            }
            // It ends once nobody holds it any more.
            let let_go = |shared: &mut C| {
                let unused = shared.unused_since().is_some_and(|unused| unused < since);
                unused || shared.is_old(now) || !shared.seems_open()
            };
            out.extend(host.shared.take_if(let_go));
        }
        out
    }

    /// Whether there is anything to be swept.
    pub(super) fn keeps_any(&self) -> bool {
        self.idle > 0 || self.hosts.values().any(|host| host.shared.is_some())
    }

    /// Opens connections for those who wait, the oldest first, as far as the bounds allow.
    fn serve(&mut self, deeds: &mut Deeds<C>) {
        while self.open < self.bounds.open
            && let Some((number, origin)) = self.next()
            && let Some(host) = self.hosts.get_mut(&origin)
            && let Some(runtime) = host.line.begin(number, &mut self.counts)
        {
            host.open += 1;
            host.opening += 1;
            self.open += 1;
            deeds.open.push(Opening {
                origin,
                number,
                runtime,
            });
        }
    }

    /// Who waits for longest, no connection being opened for him, and could have one if the bound on
    /// all connections allowed.
    fn next(&self) -> Option<(u64, Arc<Origin>)> {
        if self.counts.unserved == 0 {
            return None;
        }
        let most = self.bounds.host_open;
        let hosts = self.hosts.iter().filter(|(_, host)| host.may_open(most));
        let firsts = hosts.filter_map(|(origin, host)| Some((host.line.first_unserved()?, origin)));
        let (ticket, origin) = firsts.min_by_key(|first| first.0)?;
        Some((ticket, origin.clone()))
    }

    /// The connection that is idle for longest.
    fn oldest_idle(&mut self) -> Option<C> {
        let hosts = self.hosts.values_mut();
        let oldest = hosts
            .filter(|host| !host.idle.is_empty())
            .min_by_key(|host| host.idle.front().map(|idle| idle.since))?;
        let idle = oldest.idle.pop_front()?;
        self.idle -= 1;
        Some(idle.connection)
    }

    /// Forgets a host of which nothing is left.
    fn prune(&mut self, origin: &Arc<Origin>) {
        if self.hosts.get(origin).is_some_and(Host::is_gone) {
            self.hosts.remove(origin);
        }
    }
}
