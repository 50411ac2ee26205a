//! A worker: a runtime of one thread and its share of the connections. It must not know signals;
//! it is told the phase of the program.

use std::{io, sync::Arc, time::Duration};

use tokio::sync::{mpsc, watch};

use super::{
    accept::{accept, least},
    arrive::{Host, Way},
    gate::{Gate, Open},
    listen::{Acceptor, Listener, Stream},
    race::race,
};
use crate::{
    application::App,
    arrival::Arrival,
    connection::{Clock, Socket},
    limits::KILL_AFTER,
    tally::{Counted, Tally},
    task::spawn,
};

/// What the program is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Serving,
    /// Accepting nothing, ending what is open politely.
    Draining,
    /// Dropping what is open.
    Cutting,
}

impl Phase {
    /// How long what is there has to end, until it is taken for something that will not.
    pub(super) fn patience(self, drain_time: Duration) -> Option<Duration> {
        match self {
            Self::Serving => None,
            // Connections have the time, and then work on blocking threads has it once more.
            Self::Draining => Some(drain_time.saturating_mul(2).saturating_add(KILL_AFTER)),
            Self::Cutting => Some(KILL_AFTER),
        }
    }
}

/// One worker, ready to start.
pub(super) struct Worker {
    pub(super) index: usize,
    pub(super) app: App,
    pub(super) listeners: Vec<Listener>,
    /// What connections to each go through.
    pub(super) ways: Vec<Arc<Way>>,
    /// One for all workers.
    pub(super) gate: Arc<Gate>,
    /// Of all workers, this one's among them.
    pub(super) doors: Arc<[Door]>,
    pub(super) inbox: mpsc::UnboundedReceiver<Handed>,
    pub(super) phase: watch::Receiver<Phase>,
}

/// Where other workers find one: what it has to do, and how to hand it a socket.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) load: Tally,
    pub(super) inbox: mpsc::UnboundedSender<Handed>,
}

/// A socket that another worker has accepted. It counts from then on, not from when it is taken
/// up: a burst would all go to the worker that has not woken yet.
pub(super) type Handed = (Stream, Known);

/// What is known of a connection besides.
type Known = (Arrival, Arc<Way>, Guard);

/// What counts a connection for as long as it is there.
type Guard = (Counted, Open);

impl Worker {
    /// Serves until the phase says otherwise and the connections have ended. Says how many had to
    /// be cut. Calls `begun` when it accepts.
    pub(super) async fn work(mut self, begun: impl FnOnce()) -> io::Result<usize> {
        let clock = Arc::new(Clock::default());
        spawn(Arc::clone(&clock).run());
        let listeners = self.listeners.into_iter().map(Listener::enter);
        let acceptors: Vec<Acceptor> = listeners.collect::<io::Result<_>>()?;
        let index = self.index;
        let load = self.doors[index].load.clone();
        let host = Host::new(self.app.clone(), Arc::clone(&clock));
        let accepting = {
            let (host, doors) = (host.clone(), Arc::clone(&self.doors));
            let (gate, load) = (Arc::clone(&self.gate), load.clone());
            spawn(async move {
                accept(
                    &acceptors,
                    &gate,
                    &load,
                    |accepted, socket, arrival, open| {
                        let way = &self.ways[accepted];
                        let loads = doors.iter().map(|door| door.load.count());
                        let least = least(loads, index);
                        let guard = (doors[least].load.add(), open);
                        if least == index {
                            host.begin(socket, arrival, way, guard);
                        } else {
                            hand(&doors[least], socket, (arrival, Arc::clone(way), guard));
                        }
                    },
                )
                .await;
            })
        };
        let receiving = spawn(async move {
            while let Some((stream, (arrival, way, guard))) = self.inbox.recv().await {
                if let Ok(socket) = stream.enter() {
                    host.begin(socket, arrival, &way, guard);
                }
            }
        });
        begun();
        reach(&mut self.phase, Phase::Draining).await;
        accepting.abort();
        let drain = drain(&self.app, &clock, &load);
        race(drain, reach(&mut self.phase, Phase::Cutting)).await;
        receiving.abort();
        Ok(left(&self.app, &load))
    }
}

/// Gives a socket to another worker.
fn hand(door: &Door, socket: Socket, known: Known) {
    match Stream::leave(socket) {
        Ok(stream) => {
            let _ = door.inbox.send((stream, known));
        }
        Err(error) => tracing::warn!(%error, "cannot hand a connection over"),
    }
}

/// Sets a phase, unless a later one is set already.
pub(super) fn advance(phase: &watch::Sender<Phase>, to: Phase) {
    phase.send_if_modified(|phase| {
        let later = *phase < to;
        *phase = to.max(*phase);
        later
    });
}

/// Waits until what has not ended will not.
pub(super) async fn patience(mut phase: watch::Receiver<Phase>, drain_time: Duration) {
    loop {
        let patience = phase.borrow_and_update().patience(drain_time);
        let changed = phase.changed();
        let passed = match patience {
            // Nobody is left who could say it.
            None => changed.await.is_err(),
            Some(patience) => !matches!(tokio::time::timeout(patience, changed).await, Ok(Ok(()))),
        };
        if passed {
            return;
        }
    }
}

/// Waits for a phase, or for whoever sets it to be gone.
pub(super) async fn reach(phase: &mut watch::Receiver<Phase>, wanted: Phase) {
    let _ = phase.wait_for(|phase| *phase >= wanted).await;
}

/// Ends all connections politely, and waits for the last of them and of the handlers that go on
/// without one, for as long as the application allows.
pub(super) async fn drain(app: &App, clock: &Clock, load: &Tally) {
    app.stop();
    clock.drain(app.limits().farewell_time());
    let ended = async {
        load.emptied().await;
        app.finishing().emptied().await;
    };
    let _ = tokio::time::timeout(app.limits().drain_time, ended).await;
}

/// How many connections, and handlers that go on without one, have not ended.
pub(super) fn left(app: &App, load: &Tally) -> usize {
    load.count() + app.finishing().count()
}
