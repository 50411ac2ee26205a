//! The whole program: binds, starts one worker per core, waits for a signal, drains. It must not
//! know what a worker does.

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::{mpsc, watch};

use super::{
    listen::listen,
    signal::Signals,
    worker::{Door, Phase, Worker, first, reach},
};
use crate::{
    application::{App, Application, BuildError},
    tally::Tally,
};

/// Why a program that serves has ended other than by being asked to.
#[non_exhaustive]
pub enum RunError {
    /// The application has mistakes; nothing was opened.
    Build(BuildError),
    /// A socket, thread or signal could not be had.
    Io(io::Error),
    /// It was called inside a runtime, such as that of `#[tokio::main]`; there,
    /// [`serve`](App::serve) is to be awaited.
    InRuntime,
    /// It was asked to stop, but so many connections had not ended in time and were cut.
    Cut(usize),
}

impl Application {
    /// Builds the application and serves it until Ctrl-C or SIGTERM; see [`App::run`].
    ///
    /// # Errors
    /// Everything that is wrong with the application, at once; else as [`App::run`].
    pub fn run(self, addrs: impl ToSocketAddrs) -> Result<(), RunError> {
        outside_runtime()?;
        self.build()?.run(addrs)
    }
}

impl App {
    /// Serves HTTP until Ctrl-C or SIGTERM; see [`Bound::run`].
    ///
    /// # Errors
    /// When the address cannot be had, or connections had to be cut at the end.
    pub fn run(self, addrs: impl ToSocketAddrs) -> Result<(), RunError> {
        outside_runtime()?;
        self.bind(addrs)?.run()
    }

    /// Takes the address, without serving yet: connections wait. Port 0 takes a free one, which
    /// [`Bound::local_addr`] names.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn bind(self, addrs: impl ToSocketAddrs) -> Result<Bound, RunError> {
        let listener = listen(addrs, self.limits().backlog)?;
        let addr = listener.local_addr()?;
        Ok(Bound {
            app: self,
            listener,
            addr,
        })
    }
}

/// An application with an address, about to serve.
#[derive(Debug)]
#[must_use = "nothing is served until it runs"]
pub struct Bound {
    app: App,
    listener: TcpListener,
    addr: SocketAddr,
}

impl Bound {
    /// The address it has.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves HTTP until Ctrl-C or SIGTERM, on one worker per core unless
    /// [`Application::workers`] says otherwise. Blocks; needs no runtime around it.
    ///
    /// On the first signal it stops accepting and lets what is open end, at most
    /// [`drain_time`](crate::Limits::drain_time); on the second it cuts.
    ///
    /// # Errors
    /// When a thread or a runtime cannot be had, or connections had to be cut at the end. Inside a
    /// runtime, which it would block: there, [`App::serve`] is to be awaited.
    pub fn run(self) -> Result<(), RunError> {
        outside_runtime()?;
        let Self {
            app,
            listener,
            addr,
        } = self;
        let workers = match app.workers() {
            0 => thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        // Before the workers: what serves must also be able to hear that it is to stop.
        let runtime = runtime()?;
        let mut signals = runtime.block_on(async { Signals::listen() })?;
        let phase = watch::Sender::new(Phase::Serving);
        let mut threads = Threads::new();
        let started = start(&app, &listener, workers, &phase, &mut threads);
        drop(listener);
        if started.is_ok() {
            tracing::info!(%addr, workers, "serving");
            runtime.block_on(wait_for_signals(&mut signals, &phase, &threads));
        } else {
            advance(&phase, Phase::Cutting);
        }
        let cut = join(threads);
        started?;
        match cut? {
            0 => Ok(()),
            cut => Err(RunError::Cut(cut)),
        }
    }
}

/// Blocking a thread that drives a runtime would stop all that runs on it.
fn outside_runtime() -> Result<(), RunError> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Err(RunError::InRuntime),
        Err(_) => Ok(()),
    }
}

type Threads = Vec<JoinHandle<io::Result<usize>>>;

fn start(
    app: &App,
    listener: &TcpListener,
    count: usize,
    phase: &watch::Sender<Phase>,
    threads: &mut Threads,
) -> io::Result<()> {
    let (doors, inboxes): (Vec<_>, Vec<_>) = (0..count)
        .map(|_| {
            let (inbox, receiver) = mpsc::unbounded_channel();
            let load = Tally::default();
            (Door { load, inbox }, receiver)
        })
        .unzip();
    let doors: Arc<[Door]> = doors.into();
    for (index, inbox) in inboxes.into_iter().enumerate() {
        let worker = Worker {
            index,
            app: app.replica(),
            listener: listener.try_clone()?,
            doors: Arc::clone(&doors),
            inbox,
            phase: phase.subscribe(),
        };
        let (phase, drain_time) = (phase.clone(), app.limits().drain_time);
        let body = move || {
            // A worker that ends, for whatever reason, ends the program: a program that is half
            // there is harder to notice than one that is gone.
            let _ending = Ending(phase);
            let runtime = runtime()?;
            let cut = runtime.block_on(worker.work())?;
            // Work on blocking threads has its time too, but not for ever.
            runtime.shutdown_timeout(if cut > 0 { Duration::ZERO } else { drain_time });
            Ok(cut)
        };
        let thread = thread::Builder::new().name(format!("worker-{index}"));
        threads.push(thread.spawn(body)?);
    }
    Ok(())
}

/// Waits for the workers to end. Says how many connections they cut.
fn join(threads: Threads) -> io::Result<usize> {
    let mut cut = 0;
    for thread in threads {
        match thread.join() {
            Ok(result) => cut += result?,
            Err(_panic) => return Err(io::Error::other("a worker panicked")),
        }
    }
    Ok(cut)
}

/// Sets the phase to draining when a worker ends, also by a panic.
struct Ending(watch::Sender<Phase>);

impl Drop for Ending {
    fn drop(&mut self) {
        advance(&self.0, Phase::Draining);
    }
}

fn advance(phase: &watch::Sender<Phase>, to: Phase) {
    phase.send_if_modified(|phase| {
        let later = *phase < to;
        *phase = to.max(*phase);
        later
    });
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// Sets the phase by the signals that come, until the workers have ended.
async fn wait_for_signals(signals: &mut Signals, phase: &watch::Sender<Phase>, threads: &Threads) {
    let mut watched = phase.subscribe();
    first(reach(&mut watched, Phase::Draining), signals.next()).await;
    tracing::info!("draining");
    advance(phase, Phase::Draining);
    let ended = async {
        while threads.iter().any(|thread| !thread.is_finished()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    if first(ended, signals.next()).await {
        tracing::warn!("cutting");
        advance(phase, Phase::Cutting);
    }
}

impl From<BuildError> for RunError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

impl From<io::Error> for RunError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::InRuntime => f.write_str(
                "`run` brings a runtime of its own and is called from a plain `fn main`; inside \
                 one, such as #[tokio::main], await `serve(listener)`",
            ),
            Self::Cut(count) => write!(f, "{count} connections did not end in time and were cut"),
        }
    }
}

/// The same as its `Display`, so that `main` may return it as it is.
impl fmt::Debug for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RunError {}
