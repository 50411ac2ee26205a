//! The whole program: binds, starts one worker per core, waits for a signal, drains. It must not
//! know what a worker does.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::{mpsc, watch};

use super::{
    descriptors,
    gate::Gate,
    listen::{IntoListen, ListenAddr, ListenError, Opened, listens, open},
    serve::Serve,
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
    /// What was to be listened on could not be had: all of it that is wrong.
    Listen(ListenError),
    /// A thread or signal could not be had.
    Io(io::Error),
    /// It was called inside a runtime, such as that of `#[tokio::main]`; there,
    /// [`serve`](App::serve) is to be awaited.
    InRuntime,
    /// It was asked to stop, but so many connections had not ended in time and were cut.
    Cut(usize),
}

impl Application {
    /// Builds the application, with what the [environment](Self::from_env) sets, and serves it until
    /// Ctrl-C or SIGTERM; see [`App::run`].
    ///
    /// # Errors
    /// Everything that is wrong with the application, at once; else as [`App::run`].
    pub fn run(self, on: impl IntoListen) -> Result<(), RunError> {
        outside_runtime()?;
        self.from_env().build()?.run(on)
    }
}

impl App {
    /// Serves HTTP until Ctrl-C or SIGTERM; see [`Bound::run`].
    ///
    /// # Errors
    /// When an address cannot be had, or connections had to be cut at the end.
    pub fn run(self, on: impl IntoListen) -> Result<(), RunError> {
        outside_runtime()?;
        self.bind(on)?.run()
    }

    /// Takes the addresses, without serving yet: connections wait. Port 0 takes a free one, which
    /// [`Bound::local_addr`] names. [`Listen`](crate::Listen) says what there is to listen on.
    ///
    /// # Errors
    /// When one of them cannot be had: all that is wrong with any, at once.
    pub fn bind(self, on: impl IntoListen) -> Result<Bound, RunError> {
        let opened = open(&listens(on), self.limits().backlog)?;
        Ok(Bound { app: self, opened })
    }
}

/// An application with addresses, about to serve.
#[derive(Debug)]
#[must_use = "nothing is served until it runs"]
pub struct Bound {
    app: App,
    opened: Opened,
}

impl Bound {
    /// The first address of TCP that it has; `0.0.0.0:0` where it has none.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        let mut addrs = self.opened.addrs.iter();
        let first = addrs.find_map(|addr| match addr {
            ListenAddr::Tcp(addr) => Some(*addr),
            ListenAddr::Unix(_) => None,
        });
        first.unwrap_or((Ipv4Addr::UNSPECIFIED, 0).into())
    }

    /// All that it listens on, in the order in which it was said.
    #[must_use]
    pub fn addrs(&self) -> &[ListenAddr] {
        &self.opened.addrs
    }

    /// Serves HTTP inside the runtime of the caller, until the future given to [`Serve::until`]
    /// ends.
    pub fn serve(self) -> Serve {
        Serve::opened(self.app, self.opened)
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
        let Self { app, mut opened } = self;
        let workers = match app.workers() {
            0 => thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        // Before the workers: what serves must also be able to hear that it is to stop.
        let runtime = runtime()?;
        let mut signals = runtime.block_on(async { Signals::listen() })?;
        let phase = watch::Sender::new(Phase::Serving);
        let mut threads = Threads::new();
        let gate = Gate::new(app.limits(), workers, descriptors::raise());
        let connections = gate.connections();
        let started = start(&app, &opened, workers, gate, &phase, &mut threads);
        opened.close();
        if started.is_ok() {
            let addrs: Vec<_> = opened.addrs.iter().map(ToString::to_string).collect();
            tracing::info!(addrs = addrs.join(" "), workers, connections, "serving");
            runtime.block_on(wait_for_signals(&mut signals, &phase, &threads));
        } else {
            advance(&phase, Phase::Cutting);
        }
        let cut = join(threads);
        drop(opened);
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
    opened: &Opened,
    count: usize,
    gate: Gate,
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
    let gate = Arc::new(gate);
    for (index, inbox) in inboxes.into_iter().enumerate() {
        let worker = Worker {
            index,
            app: app.replica(),
            listeners: opened.once_more()?,
            gate: Arc::clone(&gate),
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

impl From<ListenError> for RunError {
    fn from(error: ListenError) -> Self {
        Self::Listen(error)
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
            Self::Listen(error) => error.fmt(f),
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
