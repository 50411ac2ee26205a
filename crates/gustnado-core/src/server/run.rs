//! The whole program: binds, starts one worker per core, waits for a signal, drains. It must not
//! know what a worker does.

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    thread,
};

use super::{
    listen::listen,
    process::{Estate, Role, Steward},
    threads::{runtime, serve_on_threads},
};
use crate::application::{App, Application, BuildError, Force};

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
    /// Worker processes crashed again and again; the log says how each has ended.
    Crashed,
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
        let listener = match super::process::passed::take() {
            Some(listener) => listener,
            None => listen(addrs, self.limits().backlog)?,
        };
        let addr = listener.local_addr()?;
        let estate = Estate::new(&[(0, listener.try_clone()?)], Vec::new())?;
        Ok(Bound {
            estate,
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
    estate: Estate,
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
        // Its own thread serves nothing: it must also be able to hear that it is to stop.
        let runtime = runtime()?;
        match runtime.block_on(self.serve())? {
            0 => Ok(()),
            cut => Err(RunError::Cut(cut)),
        }
    }

    /// Says how many connections were cut.
    async fn serve(self) -> Result<usize, RunError> {
        let Self {
            app,
            listener,
            addr,
            estate,
        } = self;
        let work = work(app.force(), estate.role);
        let mut steward = Steward::new(estate, app.control(), app.limits().clone())?;
        let cut = match work {
            Work::Supervise(count) => {
                tracing::info!(%addr, processes = count, "serving");
                drop((app, listener));
                steward.supervise(count).await?
            }
            Work::Serve(count) => {
                tracing::info!(%addr, workers = count, "serving");
                let (phase, ready) = (steward.phase().clone(), steward.on_ready());
                let serving = serve_on_threads(&app, &listener, count, &phase, ready);
                steward.attend(serving).await?
            }
        };
        steward.tell_cut(cut);
        Ok(cut)
    }
}

/// What a process does, and with how many.
#[derive(Debug, PartialEq, Eq)]
enum Work {
    /// Worker processes.
    Supervise(usize),
    /// Threads.
    Serve(usize),
}

fn work(force: Force, role: Role) -> Work {
    let or_cores = |count| match count {
        0 => thread::available_parallelism().map_or(1, usize::from),
        count => count,
    };
    match (force.processes, role) {
        (Some(count), Role::First | Role::Next) => Work::Supervise(or_cores(count)),
        (Some(_), Role::Worker(_)) => Work::Serve(force.workers.max(1)),
        (None, _) => Work::Serve(or_cores(force.workers)),
    }
}

/// Blocking a thread that drives a runtime would stop all that runs on it.
fn outside_runtime() -> Result<(), RunError> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Err(RunError::InRuntime),
        Err(_) => Ok(()),
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
            Self::Crashed => f.write_str(
                "worker processes crashed again and again; the log says how each has ended",
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
