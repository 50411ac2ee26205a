//! Sees to a program that serves, where there is no Unix: it is one process, and Ctrl-C stops it.
//! What [`process`](super) has beyond that is missing.

use std::{future::Future, io, pin::pin};

use tokio::sync::watch;

use super::{
    listen::Opened,
    race::{Won, race},
    run::RunError,
    signal::Signals,
    worker::{Phase, advance},
};
use crate::{
    control::{Ask, Control},
    limits::Limits,
};

/// What this process is to the program: all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    First,
    #[expect(dead_code, reason = "needs Unix")]
    Next,
    #[expect(dead_code, reason = "needs Unix")]
    Worker(usize),
}

#[derive(Debug)]
pub(super) struct Estate {
    pub(super) role: Role,
}

impl Estate {
    pub(super) fn new(_opened: &Opened) -> io::Result<Self> {
        Ok(Self { role: Role::First })
    }
}

/// Sees to a program that serves.
pub(super) struct Steward {
    signals: Signals,
    control: Control,
    phase: watch::Sender<Phase>,
}

impl Steward {
    pub(super) fn new(
        _estate: Estate,
        _opened: &mut Opened,
        control: Control,
        _limits: Limits,
    ) -> io::Result<Self> {
        Ok(Self {
            signals: Signals::listen()?,
            control,
            phase: watch::Sender::new(Phase::Serving),
        })
    }

    pub(super) fn phase(&self) -> &watch::Sender<Phase> {
        &self.phase
    }

    pub(super) fn on_ready(&self) -> impl FnOnce() + Send + 'static {
        || {}
    }

    pub(super) async fn supervise(&mut self, _count: usize) -> Result<usize, RunError> {
        let text = "worker processes need Unix; here there are `workers`, which are threads";
        Err(io::Error::new(io::ErrorKind::Unsupported, text).into())
    }

    pub(super) async fn attend<T>(&mut self, serving: impl Future<Output = T>) -> T {
        let mut serving = pin!(serving);
        loop {
            let asked = race(self.signals.next(), self.control.asked());
            let ask = match race(&mut serving, asked).await {
                Won::One(end) => return end,
                Won::Other(Won::One(ask) | Won::Other(ask)) => ask,
            };
            match ask {
                Ask::Stop if *self.phase.borrow() == Phase::Serving => {
                    tracing::info!("draining");
                    advance(&self.phase, Phase::Draining);
                }
                Ask::Stop => {
                    tracing::warn!("cutting");
                    advance(&self.phase, Phase::Cutting);
                }
                Ask::Reload | Ask::Restart => tracing::warn!(?ask, "needs Unix"),
            }
        }
    }

    pub(super) fn tell_cut(&self, _count: usize) {}
}
