//! A supervisor of worker processes: starts them, hears them, tells them, and starts again what has
//! crashed. It serves nothing. It must not know why the program drains; what is due is decided in
//! [`crew`](super::crew).

use std::{
    future::pending,
    io,
    process::Child,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, watch};

use super::{
    super::{
        race::{Won, race},
        run::RunError,
        worker::{Phase, advance},
    },
    crew::{Act, Crew},
    line::{Ear, Mouth, Order, Report, take_up},
    next::ended,
    program::{Program, Sockets},
    role::Role,
};
use crate::{control::Control, limits::Limits, task::spawn};

/// What a supervisor works with.
#[derive(Debug)]
pub(super) struct Means {
    pub(super) program: Arc<Program>,
    pub(super) sockets: Arc<Sockets>,
    pub(super) phase: watch::Sender<Phase>,
    pub(super) control: Control,
}

/// Keeps `count` worker processes going until the phase says otherwise and the last has ended.
/// Calls `ready` when all serve for the first time. Says how many connections were cut.
pub(super) async fn supervise(
    means: Means,
    mut reloads: watch::Receiver<u32>,
    count: usize,
    limits: &Limits,
    ready: impl FnOnce(),
) -> Result<usize, RunError> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut phases = means.phase.subscribe();
    let mut supervisor = Supervisor {
        means,
        crew: Crew::new(count, limits, Instant::now()),
        workers: (0..count).map(|_| None).collect(),
        tell,
        ready: Some(ready),
        cut: 0,
    };
    loop {
        for act in supervisor.crew.due(Instant::now()) {
            if act == Act::End {
                return supervisor.end();
            }
            supervisor.act(act);
        }
        let due = supervisor.crew.deadline();
        let orders = race(phases.changed(), reloads.changed());
        match race(race(told.recv(), orders), passed(due)).await {
            Won::One(Won::One(Some((index, heard)))) => supervisor.hear(index, heard),
            Won::One(Won::Other(Won::One(_))) => {
                let phase = *phases.borrow_and_update();
                supervisor.enter(phase);
            }
            Won::One(Won::Other(Won::Other(_))) => supervisor.tell_all(Order::Reload),
            Won::One(Won::One(None)) | Won::Other(()) => {}
        }
    }
}

struct Supervisor<R> {
    means: Means,
    crew: Crew,
    workers: Vec<Option<Worker>>,
    tell: mpsc::UnboundedSender<Heard>,
    ready: Option<R>,
    /// Connections that were cut.
    cut: usize,
}

/// A worker process that is there.
#[derive(Debug)]
struct Worker {
    child: Child,
    mouth: Mouth,
}

/// What was heard from a worker, by its number; nothing when it is gone.
type Heard = (usize, Option<Report>);

impl<R: FnOnce()> Supervisor<R> {
    fn act(&mut self, act: Act) {
        match act {
            Act::Start(worker) => match self.start(worker) {
                Ok(started) => self.workers[worker] = Some(started),
                Err(error) => {
                    tracing::error!(worker, %error, "cannot start a worker process");
                    self.crew.ended(worker, Instant::now());
                }
            },
            Act::Kill(worker) => {
                tracing::error!(worker, "a worker process does not answer, killing it");
                // What it had open is not known.
                self.cut += usize::from(self.crew.phase() > Phase::Serving);
                if let Some(worker) = &mut self.workers[worker] {
                    let _ = worker.child.kill();
                }
            }
            Act::Announce => {
                if let Some(ready) = self.ready.take() {
                    ready();
                }
            }
            Act::GiveUp => {
                tracing::error!("worker processes crash again and again, giving up");
                advance(&self.means.phase, Phase::Draining);
                self.enter(Phase::Draining);
            }
            Act::End => {}
        }
    }

    fn start(&self, worker: usize) -> io::Result<Worker> {
        let means = &self.means;
        let started = means.program.start(Role::Worker(worker), &means.sockets)?;
        let (ear, mouth) = take_up(started.line)?;
        spawn(listen(worker, ear, self.tell.clone()));
        let child = started.child;
        tracing::info!(worker, pid = child.id(), "started a worker process");
        Ok(Worker { child, mouth })
    }

    fn hear(&mut self, worker: usize, heard: Option<Report>) {
        let now = Instant::now();
        match heard {
            Some(Report::Ready) => self.crew.ready(worker, now),
            Some(Report::Cut(count)) => self.cut += count,
            Some(Report::Asks(ask)) => self.means.control.ask(ask),
            None => {
                // The line is closed by the end of its process, or lost by one that cannot go on.
                let gone = self.workers[worker].take();
                let status = gone.and_then(|mut gone| ended(&mut gone.child).ok());
                if self.crew.phase() == Phase::Serving {
                    let status = status.map(tracing::field::display);
                    tracing::error!(worker, status, "a worker process has ended");
                }
                self.crew.ended(worker, now);
            }
        }
    }

    fn enter(&mut self, phase: Phase) {
        if phase > self.crew.phase() {
            // Nobody is started any more, and who connects is to be refused.
            self.means.sockets = Arc::default();
            self.crew.enter(phase, Instant::now());
            self.tell_all(match phase {
                Phase::Cutting => Order::Cut,
                Phase::Serving | Phase::Draining => Order::Drain,
            });
        }
    }

    fn tell_all(&self, order: Order) {
        for worker in self.workers.iter().flatten() {
            worker.mouth.say(order);
        }
    }

    fn end(&self) -> Result<usize, RunError> {
        if self.crew.has_given_up() {
            Err(RunError::Crashed)
        } else {
            Ok(self.cut)
        }
    }
}

async fn listen(index: usize, mut ear: Ear, tell: mpsc::UnboundedSender<Heard>) {
    loop {
        let report = ear.report().await;
        if tell.send((index, report)).is_err() || report.is_none() {
            return;
        }
    }
}

/// Waits until then.
async fn passed(due: Option<Instant>) {
    match due {
        Some(due) => {
            let left = due.saturating_duration_since(Instant::now());
            // Not in a circle where the timer is a little early.
            tokio::time::sleep(left.max(Duration::from_millis(1))).await;
        }
        None => pending().await,
    }
}
