//! The whole program: binds, and serves on threads or supervises processes until it is asked to stop.
//! It must not know what a worker does.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    thread,
};

#[cfg(all(unix, feature = "tls"))]
use super::tls::Tls;
use super::{
    descriptors,
    gate::Gate,
    listen::{IntoListen, ListenAddr, ListenError, Opened, listens, open},
    process::{Estate, Role, Steward},
    serve::Serve,
    threads::{Team, runtime, serve_on_threads},
};
use crate::{
    application::{App, Application, BuildError, Force},
    control::Control,
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
    /// Worker processes crashed again and again; the log says how each has ended.
    Crashed,
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
        let opened = open(&listens(on), self.limits())?;
        let estate = Estate::new(&opened)?;
        Ok(Bound {
            app: self,
            opened,
            estate,
        })
    }
}

/// An application with addresses, about to serve.
#[derive(Debug)]
#[must_use = "nothing is served until it runs"]
pub struct Bound {
    app: App,
    opened: Opened,
    estate: Estate,
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

    /// What asks the program to stop or to restart, from wherever it is held.
    #[must_use]
    pub fn control(&self) -> Control {
        self.app.control()
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
    /// [`Application::workers`] or [`Application::processes`] says otherwise. Blocks; needs no
    /// runtime around it.
    ///
    /// | signal | what is done |
    /// |---|---|
    /// | SIGTERM, SIGINT | it stops accepting and lets what is open end, at most [`drain_time`](crate::Limits::drain_time); on the second, it cuts |
    /// | SIGHUP | it reads certificates again, where there are any |
    /// | SIGUSR2 | it starts the program anew on the same sockets; when that one is ready, this one stops |
    ///
    /// [`Control`](crate::Control) asks for the same from within. What is started by SIGUSR2 is
    /// what then is at the place where this program was started from, with the same arguments and
    /// environment; where it ends before it is ready, or takes longer than
    /// [`start_time`](crate::Limits::start_time), this one goes on. systemd is told of all this
    /// (`Type=notify`, `NOTIFY_SOCKET`).
    ///
    /// # Errors
    /// When a thread or a runtime cannot be had, when worker processes crash again and again, or when
    /// connections had to be cut at the end. Inside a
    /// runtime, which it would block: there, [`App::serve`] is to be awaited.
    pub fn run(self) -> Result<(), RunError> {
        outside_runtime()?;
        // Its own thread serves nothing: it must be able to hear that it is to stop.
        let runtime = runtime()?;
        match runtime.block_on(self.work())? {
            0 => Ok(()),
            cut => Err(RunError::Cut(cut)),
        }
    }

    /// Says how many connections were cut.
    async fn work(self) -> Result<usize, RunError> {
        let Self {
            app,
            mut opened,
            estate,
        } = self;
        let addrs: Vec<_> = opened.addrs.iter().map(ToString::to_string).collect();
        let addrs = addrs.join(" ");
        let work = Work::of(app.force(), estate.role);
        let mut steward = Steward::new(estate, &mut opened, app.control(), app.limits().clone())?;
        let cut = match work {
            Work::Supervise(count) => {
                tracing::info!(addrs, processes = count, "serving");
                drop((app, opened));
                steward.supervise(count).await?
            }
            Work::Serve(count) => {
                let team = Team::of(app.force(), count);
                let gate = Gate::new(app.limits(), team.workers, descriptors::raise());
                let connections = gate.connections();
                tracing::info!(addrs, workers = count, connections, "serving");
                let listeners = std::mem::take(&mut opened.listeners).into_iter();
                let ways = std::mem::take(&mut opened.ways).into_iter();
                let listeners = listeners.map(|(_, listener)| listener).zip(ways).collect();
                #[cfg(all(unix, feature = "tls"))]
                crate::task::spawn(reload(std::mem::take(&mut opened.tls), steward.reloads()));
                let (phase, ready) = (steward.phase().clone(), steward.on_ready());
                let serving = serve_on_threads(&app, listeners, gate, team, &phase, ready);
                steward.attend(serving).await?
            }
        };
        steward.tell_cut(cut);
        Ok(cut)
    }
}

/// Reads certificates again whenever that is asked for.
#[cfg(all(unix, feature = "tls"))]
async fn reload(all: Vec<Tls>, mut asked: tokio::sync::watch::Receiver<u32>) {
    while asked.changed().await.is_ok() {
        all.iter().for_each(Tls::reload_and_say);
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

impl Work {
    fn of(force: Force, role: Role) -> Self {
        let or_cores = |count| match count {
            0 => thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        match (force.processes, role) {
            (Some(count), Role::First | Role::Next) => Self::Supervise(or_cores(count)),
            (Some(_), Role::Worker(_)) => Self::Serve(force.workers.max(1)),
            (None, _) => Self::Serve(or_cores(force.workers)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_for_one_a_core_but_in_a_worker_process() {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let of = |workers, processes, role| {
            let force = Force {
                workers,
                processes,
                #[cfg(feature = "work-stealing")]
                stealing: false,
            };
            Work::of(force, role)
        };
        assert_eq!(of(0, None, Role::First), Work::Serve(cores));
        assert_eq!(of(3, None, Role::Next), Work::Serve(3));
        assert_eq!(of(0, Some(0), Role::First), Work::Supervise(cores));
        assert_eq!(of(3, Some(2), Role::Next), Work::Supervise(2));
        assert_eq!(of(0, Some(2), Role::Worker(0)), Work::Serve(1));
        assert_eq!(of(3, Some(2), Role::Worker(1)), Work::Serve(3));
    }
}
