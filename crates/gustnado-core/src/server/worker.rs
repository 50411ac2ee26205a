//! A worker: a runtime of one thread and its share of the connections. It must not know signals;
//! it is told the phase of the program.

use std::{future::Future, io, sync::Arc};

use tokio::sync::{mpsc, watch};

use super::{
    accept::{accept, least},
    gate::{Gate, Open},
    listen::{Acceptor, Listener, Stream},
};
use crate::{
    application::App,
    arrival::Arrival,
    connection::{Clock, Socket, drive},
    tally::{Counted, Tally},
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

/// One worker, ready to start.
pub(super) struct Worker {
    pub(super) index: usize,
    pub(super) app: App,
    pub(super) listeners: Vec<Listener>,
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
pub(super) type Handed = (Stream, Arrival, Guard);

/// What counts a connection for as long as it is there.
type Guard = (Counted, Open);

impl Worker {
    /// Serves until the phase says otherwise and the connections have ended. Says how many had to
    /// be cut.
    pub(super) async fn work(mut self) -> io::Result<usize> {
        let clock = Arc::new(Clock::default());
        tokio::spawn(Arc::clone(&clock).run());
        let listeners = self.listeners.into_iter().map(Listener::enter);
        let acceptors: Vec<Acceptor> = listeners.collect::<io::Result<_>>()?;
        let index = self.index;
        let load = self.doors[index].load.clone();
        let start = {
            let (app, clock) = (self.app.clone(), Arc::clone(&clock));
            move |socket: Socket, arrival: Arrival, guard: Guard| {
                let (app, clock) = (app.clone(), Arc::clone(&clock));
                tokio::spawn(drive(socket, arrival, app, clock, guard));
            }
        };
        let accepting = {
            let (start, doors) = (start.clone(), Arc::clone(&self.doors));
            let (gate, load) = (Arc::clone(&self.gate), load.clone());
            tokio::spawn(async move {
                accept(&acceptors, &gate, &load, |socket, arrival, open| {
                    let loads = doors.iter().map(|door| door.load.count());
                    let least = least(loads, index);
                    let guard = (doors[least].load.add(), open);
                    if least == index {
                        start(socket, arrival, guard);
                    } else {
                        hand(&doors[least], socket, arrival, guard);
                    }
                })
                .await;
            })
        };
        let receiving = tokio::spawn(async move {
            while let Some((stream, arrival, guard)) = self.inbox.recv().await {
                if let Ok(socket) = stream.enter() {
                    start(socket, arrival, guard);
                }
            }
        });
        reach(&mut self.phase, Phase::Draining).await;
        accepting.abort();
        let drain = drain(&self.app, &clock, &load);
        first(drain, reach(&mut self.phase, Phase::Cutting)).await;
        receiving.abort();
        Ok(left(&self.app, &load))
    }
}

/// Gives a socket to another worker.
fn hand(door: &Door, socket: Socket, arrival: Arrival, guard: Guard) {
    match Stream::leave(socket) {
        Ok(stream) => {
            let _ = door.inbox.send((stream, arrival, guard));
        }
        Err(error) => tracing::warn!(%error, "cannot hand a connection over"),
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

/// Waits for the first of two. Says whether it was the second.
pub(super) async fn first(one: impl Future<Output = ()>, other: impl Future<Output = ()>) -> bool {
    let mut one = std::pin::pin!(one);
    let mut other = std::pin::pin!(other);
    std::future::poll_fn(|cx| {
        if one.as_mut().poll(cx).is_ready() {
            return std::task::Poll::Ready(false);
        }
        other.as_mut().poll(cx).map(|()| true)
    })
    .await
}
