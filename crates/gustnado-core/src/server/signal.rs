//! What asks the program to stop: Ctrl-C, and SIGTERM where there is one.

use std::io;

/// The signals that ask the program to stop.
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes them over: from here on they no longer end the program by themselves.
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next.
    pub(super) async fn next(&mut self) {
        std::future::poll_fn(|cx| {
            let terminated = self.terminate.poll_recv(cx).is_ready();
            let interrupted = self.interrupt.poll_recv(cx).is_ready();
            if terminated || interrupted {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

/// What asks the program to read again what it has read from files.
#[cfg(all(unix, feature = "tls"))]
pub(super) struct Hangups(tokio::signal::unix::Signal);

#[cfg(all(unix, feature = "tls"))]
impl Hangups {
    /// Takes them over: from here on they no longer end the program.
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self)
    }

    /// Waits for the next.
    pub(super) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Takes them over: from here on they no longer end the program by themselves.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next.
    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
