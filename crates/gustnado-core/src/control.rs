//! What a program that serves may be asked to do: stop, reload, restart. It must not know who does
//! it, nor that signals ask for the same.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::AcqRel},
    },
};

use tokio::sync::Notify;

/// Asks the program that serves to do what signals ask it for, from wherever it is held.
///
/// It is an input of handlers, and [`App::control`](crate::App::control) has it too. What is asked
/// for before [`run`](crate::Bound::run) is done as soon as it runs. Nothing but `run` listens:
/// where the application is served inside a runtime of the caller's, or tested, nothing happens.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Control, NoContent};
///
/// async fn deployed(control: Control) -> NoContent {
///     control.restart();
///     NoContent
/// }
/// ```
///
/// In a worker process ([`Application::processes`](crate::Application::processes)) it is the whole
/// program that does it, not this worker alone.
#[derive(Clone, Default)]
pub struct Control(Arc<Inner>);

#[derive(Default)]
struct Inner {
    asked: AtomicU8,
    more: Notify,
}

/// Something that a program is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    Stop,
    Reload,
    Restart,
}

/// In this order they are done.
const ALL: [(u8, Ask); 3] = [(1, Ask::Stop), (2, Ask::Reload), (4, Ask::Restart)];

impl Control {
    /// Stops, as SIGTERM does: accepts nothing new and lets what is open end, at most
    /// [`drain_time`](crate::Limits::drain_time). Asked for once more, it cuts.
    pub fn stop(&self) {
        self.ask(Ask::Stop);
    }

    /// Reads again what can be read again while serving, as SIGHUP does.
    pub fn reload(&self) {
        self.ask(Ask::Reload);
    }

    /// Starts the program anew on the same sockets, as SIGUSR2 does. When the new one is ready,
    /// this one stops; where it fails to start, this one goes on and logs why.
    pub fn restart(&self) {
        self.ask(Ask::Restart);
    }

    pub(crate) fn ask(&self, what: Ask) {
        for (bit, ask) in ALL {
            if ask == what {
                self.0.asked.fetch_or(bit, AcqRel);
            }
        }
        self.0.more.notify_one();
    }

    /// Waits for what is asked for next. What was asked for several times meanwhile comes once.
    pub(crate) async fn asked(&self) -> Ask {
        loop {
            for (bit, ask) in ALL {
                if self.0.asked.fetch_and(!bit, AcqRel) & bit != 0 {
                    return ask;
                }
            }
            self.0.more.notified().await;
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Control")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_before_somebody_listens_is_heard_once() {
        let control = Control::default();
        control.restart();
        control.stop();
        control.stop();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            assert_eq!(control.asked().await, Ask::Stop);
            assert_eq!(control.asked().await, Ask::Restart);
            let next = tokio::time::timeout(std::time::Duration::ZERO, control.asked());
            assert!(next.await.is_err());
            control.reload();
            assert_eq!(control.asked().await, Ask::Reload);
        });
    }
}
