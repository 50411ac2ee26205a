//! Listeners served inside a runtime that the user owns, of one thread or many. It must not know
//! signals: the user says when to stop.

use std::{
    fmt,
    future::{Future, IntoFuture},
    io,
    sync::Arc,
};

use super::{
    accept::accept,
    arrive::Host,
    descriptors,
    gate::Gate,
    listen::{Acceptor, Opened},
    race::race,
    worker::{drain, left},
};
use crate::{
    application::{App, Application, BuildError},
    connection::Clock,
    extract::BoxFuture,
    tally::Tally,
    task::spawn,
};

/// Serving that begins when it is awaited.
#[must_use = "nothing is served until it is awaited"]
pub struct Serve {
    app: App,
    source: Source,
    until: BoxFuture<'static, ()>,
}

enum Source {
    Acceptor(Acceptor),
    /// They enter the runtime that serves, which need not be there yet.
    Opened(Opened),
}

impl Application {
    /// Builds the application, to be served inside a runtime that the caller owns; see
    /// [`App::serve`].
    ///
    /// # Errors
    /// Everything that is wrong with the application, at once.
    pub fn serve(self, listener: impl Accepts) -> Result<Serve, BuildError> {
        Ok(self.build()?.serve(listener))
    }
}

impl App {
    /// Serves HTTP on a listener of tokio's inside the runtime of the caller. It goes on until the
    /// future given to [`Serve::until`] ends. For several listeners, and of all kinds, there is
    /// [`Bound::serve`](super::Bound::serve).
    pub fn serve(self, listener: impl Accepts) -> Serve {
        Serve::new(self, Source::Acceptor(listener.into_acceptor()))
    }
}

impl Serve {
    pub(super) fn opened(app: App, opened: Opened) -> Self {
        Self::new(app, Source::Opened(opened))
    }

    fn new(app: App, source: Source) -> Self {
        Self {
            app,
            source,
            until: Box::pin(std::future::pending()),
        }
    }

    /// Stops accepting when `stop` ends, and lets what is open end, at most
    /// [`drain_time`](crate::Limits::drain_time).
    pub fn until(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.until = Box::pin(stop);
        self
    }
}

impl IntoFuture for Serve {
    /// How many connections had not ended in time. They go on, each within its bounds, until they
    /// end or the runtime does.
    type Output = io::Result<usize>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { app, source, until } = self;
        // Its stop is this server's alone: the caller may serve the application again.
        let app = app.replica();
        Box::pin(async move {
            let (acceptors, opened) = match source {
                Source::Acceptor(acceptor) => (vec![acceptor], None),
                Source::Opened(mut opened) => (opened.enter()?, Some(opened)),
            };
            let clock = Arc::new(Clock::default());
            spawn(Arc::clone(&clock).run());
            let load = Tally::default();
            let ways = match &opened {
                None => vec![Arc::default()],
                Some(opened) => opened.ways.clone(),
            };
            let host = Host::new(app.clone(), Arc::clone(&clock));
            let gate = Gate::new(app.limits(), 1, descriptors::count());
            let accepting = accept(&acceptors, &gate, &load, |index, socket, arrival, open| {
                host.begin(socket, arrival, &ways[index], (load.add(), open));
            });
            race(accepting, until).await;
            drop((acceptors, opened));
            drain(&app, &clock, &load).await;
            Ok(left(&app, &load))
        })
    }
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Acceptor(acceptor) => write!(f, "Serve({acceptor:?})"),
            Source::Opened(opened) => write!(f, "Serve({:?})", opened.addrs),
        }
    }
}

/// What [`App::serve`] takes: `tokio::net::TcpListener` and `tokio::net::UnixListener`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no listener of tokio's",
    label = "neither `tokio::net::TcpListener` nor `tokio::net::UnixListener`",
    note = "an address is for `run`; inside a runtime, `app.bind(address)?.serve()` takes one"
)]
pub trait Accepts {
    #[doc(hidden)]
    fn into_acceptor(self) -> Acceptor;
}

impl Accepts for tokio::net::TcpListener {
    fn into_acceptor(self) -> Acceptor {
        Acceptor::Tcp(self)
    }
}

#[cfg(unix)]
impl Accepts for tokio::net::UnixListener {
    fn into_acceptor(self) -> Acceptor {
        Acceptor::Unix(self)
    }
}
