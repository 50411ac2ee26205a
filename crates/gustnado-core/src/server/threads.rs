//! The threads of a process that serves: one for each worker, or several that are one worker, from
//! their start to the end of the last. It must not know what a worker does, nor who says that it is
//! over.

use std::{
    io,
    pin::pin,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::{mpsc, watch};

use super::{
    arrive::Way,
    gate::Gate,
    listen::Listener,
    race::{Won, race},
    worker::{Door, Phase, Worker, advance, patience},
};
use crate::{
    application::{App, Force},
    tally::Tally,
};

/// How the threads of a process are its workers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Team {
    /// How many runtimes, each with its own connections.
    pub(super) workers: usize,
    /// How many threads each of them has.
    threads: usize,
}

impl Team {
    /// So many threads.
    pub(super) fn of(force: Force, threads: usize) -> Self {
        let apart = Self {
            workers: threads,
            threads: 1,
        };
        let together = Self {
            workers: 1,
            threads,
        };
        if is_stealing(force) { together } else { apart }
    }
}

#[cfg(feature = "work-stealing")]
fn is_stealing(force: Force) -> bool {
    force.stealing
}

#[cfg(not(feature = "work-stealing"))]
fn is_stealing(_force: Force) -> bool {
    false
}

/// Serves on so many threads until the phase says otherwise and the connections have ended. Calls
/// `ready` when all accept. Says how many connections were cut.
///
/// One that does not end, as a handler keeps it busy, is waited for as long as it has time to drain
/// and left behind: it ends with the process.
pub(super) async fn serve_on_threads(
    app: &App,
    listeners: Vec<(Listener, Arc<Way>)>,
    gate: Gate,
    team: Team,
    phase: &watch::Sender<Phase>,
    ready: impl FnOnce(),
) -> io::Result<usize> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let mut threads = Vec::new();
    let started = start(app, &listeners, gate, team, phase, &tell, &mut threads);
    // Closed by the last worker that drains.
    drop((tell, listeners));
    if started.is_err() {
        advance(phase, Phase::Cutting);
    }
    let (mut ready, mut begun, mut cut) = (Some(ready), 0, 0);
    let mut late = pin!(patience(phase.subscribe(), app.limits().drain_time));
    while threads.iter().any(Option::is_some) {
        match race(told.recv(), &mut late).await {
            Won::One(Some(News::Begun)) => begun += 1,
            Won::One(Some(News::Ended(index))) => cut += join(threads[index].take())?,
            Won::One(None) => break,
            Won::Other(()) => {
                let busy = threads.iter().flatten().count();
                tracing::error!(
                    busy,
                    "workers do not come back from what they do, leaving them"
                );
                cut += busy;
                break;
            }
        }
        if begun == team.workers {
            ready.take().into_iter().for_each(|ready| ready());
        }
    }
    started?;
    Ok(cut)
}

/// What a worker's thread tells.
enum News {
    Begun,
    Ended(usize),
}

/// By number; none that has ended.
type Threads = Vec<Option<JoinHandle<io::Result<usize>>>>;

fn start(
    app: &App,
    listeners: &[(Listener, Arc<Way>)],
    gate: Gate,
    team: Team,
    phase: &watch::Sender<Phase>,
    tell: &mpsc::UnboundedSender<News>,
    threads: &mut Threads,
) -> io::Result<()> {
    let (doors, inboxes): (Vec<_>, Vec<_>) = (0..team.workers)
        .map(|_| {
            let (inbox, receiver) = mpsc::unbounded_channel();
            let load = Tally::default();
            (Door { load, inbox }, receiver)
        })
        .unzip();
    let (doors, gate): (Arc<[Door]>, _) = (doors.into(), Arc::new(gate));
    for (index, inbox) in inboxes.into_iter().enumerate() {
        let worker = Worker {
            index,
            app: app.replica(),
            listeners: listeners
                .iter()
                .map(|(listener, _)| listener.try_clone())
                .collect::<io::Result<_>>()?,
            ways: listeners.iter().map(|(_, way)| Arc::clone(way)).collect(),
            gate: Arc::clone(&gate),
            doors: Arc::clone(&doors),
            inbox,
            phase: phase.subscribe(),
        };
        let (phase, drain_time) = (phase.clone(), app.limits().drain_time);
        let tell = tell.clone();
        let body = move || {
            // A worker that ends, for whatever reason, ends the program: a program that is half
            // there is harder to notice than one that is gone.
            let ending = Ending { index, phase, tell };
            let runtime = runtime_of(team.threads)?;
            let begun = || drop(ending.tell.send(News::Begun));
            let cut = runtime.block_on(worker.work(begun))?;
            // Work on blocking threads has its time too, but not for ever.
            runtime.shutdown_timeout(if cut > 0 { Duration::ZERO } else { drain_time });
            Ok(cut)
        };
        let thread = thread::Builder::new().name(format!("worker-{index}"));
        threads.push(Some(thread.spawn(body)?));
    }
    Ok(())
}

/// Waits for the little that a thread does after it has told its end. Says how many connections it
/// has cut.
fn join(thread: Option<JoinHandle<io::Result<usize>>>) -> io::Result<usize> {
    match thread.map(JoinHandle::join) {
        Some(Ok(cut)) => cut,
        Some(Err(_panic)) => Err(io::Error::other("a worker panicked")),
        None => Ok(0),
    }
}

/// Sets the phase to draining when a worker ends, also by a panic.
struct Ending {
    index: usize,
    phase: watch::Sender<Phase>,
    tell: mpsc::UnboundedSender<News>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        advance(&self.phase, Phase::Draining);
        let _ = self.tell.send(News::Ended(self.index));
    }
}

/// A runtime of so many threads, which is more than one only where they take work from one another.
#[cfg(feature = "work-stealing")]
fn runtime_of(threads: usize) -> io::Result<tokio::runtime::Runtime> {
    if threads == 1 {
        return runtime();
    }
    let count = std::sync::atomic::AtomicUsize::new(0);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name_fn(move || {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            format!("worker-{number}")
        })
        .enable_all()
        .build()
}

#[cfg(not(feature = "work-stealing"))]
fn runtime_of(_threads: usize) -> io::Result<tokio::runtime::Runtime> {
    runtime()
}

/// A runtime of the thread that it is used on.
pub(super) fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
