//! What signals ask a program for: Ctrl-C, and on Unix SIGTERM, SIGHUP and SIGUSR2. It must not know
//! what is done.

use std::{io, task::Poll};

use crate::control::Ask;

/// The signals that ask for something.
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
    #[cfg(unix)]
    user: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes them over: from here on they no longer end the program by themselves.
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            user: signal(SignalKind::user_defined2())?,
        })
    }

    /// Waits for the next.
    pub(super) async fn next(&mut self) -> Ask {
        std::future::poll_fn(|cx| {
            let signals = [
                (&mut self.terminate, Ask::Stop),
                (&mut self.interrupt, Ask::Stop),
                (&mut self.hangup, Ask::Reload),
                (&mut self.user, Ask::Restart),
            ];
            for (signal, ask) in signals {
                if signal.poll_recv(cx).is_ready() {
                    return Poll::Ready(ask);
                }
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Takes them over: from here on they no longer end the program by themselves.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next.
    pub(super) async fn next(&mut self) -> Ask {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Ask::Stop
    }
}
