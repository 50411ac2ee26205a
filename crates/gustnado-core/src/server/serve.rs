//! One listener, served inside a runtime that the user owns, of one thread or many. It must not
//! know signals: the user says when to stop.

use std::{
    fmt,
    future::{Future, IntoFuture},
    io,
    sync::Arc,
};

use tokio::net::TcpListener;

use super::{
    accept::accept,
    worker::{drain, first, left},
};
use crate::{
    application::{App, Application, BuildError},
    connection::{Clock, Socket, drive},
    extract::BoxFuture,
    tally::Tally,
};

/// Serving that begins when it is awaited.
#[must_use = "nothing is served until it is awaited"]
pub struct Serve {
    app: App,
    listener: TcpListener,
    until: BoxFuture<'static, ()>,
}

impl Application {
    /// Builds the application, to be served inside a runtime that the caller owns; see
    /// [`App::serve`].
    ///
    /// # Errors
    /// Everything that is wrong with the application, at once.
    pub fn serve(self, listener: TcpListener) -> Result<Serve, BuildError> {
        Ok(self.build()?.serve(listener))
    }
}

impl App {
    /// Serves HTTP on `listener` inside the runtime of the caller. It goes on until the future
    /// given to [`Serve::until`] ends.
    pub fn serve(self, listener: TcpListener) -> Serve {
        Serve {
            app: self,
            listener,
            until: Box::pin(std::future::pending()),
        }
    }
}

impl Serve {
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
        let Self {
            app,
            listener,
            until,
        } = self;
        // Its stop is this server's alone: the caller may serve the application again.
        let app = app.replica();
        Box::pin(async move {
            let clock = Arc::new(Clock::default());
            tokio::spawn(Arc::clone(&clock).run());
            let load = Tally::default();
            let accepting = accept(&listener, |socket, peer| {
                let clock = Arc::clone(&clock);
                tokio::spawn(drive(
                    Socket::Tcp(socket),
                    peer.into(),
                    app.clone(),
                    clock,
                    load.add(),
                ));
            });
            first(accepting, until).await;
            drop(listener);
            drain(&app, &clock, &load).await;
            Ok(left(&app, &load))
        })
    }
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serve({:?})", self.listener)
    }
}
