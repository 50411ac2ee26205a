//! The next program, from its start until it is ready or has failed. It must not know what the old
//! one does then.

use std::{
    io,
    process::{Child, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use super::{
    line::{Ear, Report, take_up},
    program::{Program, Sockets},
    role::Role,
};
use crate::limits::KILL_AFTER;

/// A program that is to follow this one. Dropped before it is ready, it is killed.
#[derive(Debug)]
pub(super) struct Next {
    child: Option<Child>,
    ear: Ear,
    begin: Instant,
}

impl Next {
    /// Starts what is now at the place of this program. To be called inside a runtime.
    pub(super) fn start(program: &Program, sockets: &Sockets) -> io::Result<Self> {
        let started = program.start(Role::Next, sockets)?;
        let child = Some(started.child);
        // It says what it has to say without being told anything.
        let (ear, _mouth) = take_up(started.line)?;
        Ok(Self {
            child,
            ear,
            begin: Instant::now(),
        })
    }

    /// Waits until it serves. Says which process it is.
    ///
    /// # Errors
    /// When it ends before, or takes longer than `limit`.
    pub(super) async fn ready(mut self, limit: Duration) -> io::Result<u32> {
        let pid = self.child.as_ref().map_or(0, Child::id);
        let serves = async {
            while let Some(report) = self.ear.report().await {
                if report == Report::Ready {
                    return true;
                }
            }
            false
        };
        match tokio::time::timeout(limit, serves).await {
            Ok(true) => {
                let took = self.begin.elapsed();
                tracing::info!(pid, ?took, "the next program is ready");
                self.child = None;
                Ok(pid)
            }
            Ok(false) => Err(self.why_it_ended()),
            Err(_elapsed) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("it was not ready within {limit:?}"),
            )),
        }
    }

    /// The line is closed, which is by the end of the process.
    fn why_it_ended(&mut self) -> io::Error {
        let status = self.child.take().map(|mut child| ended(&mut child));
        match status {
            Some(Ok(status)) => {
                io::Error::other(format!("it has ended before it was ready: {status}"))
            }
            Some(Err(error)) => error,
            None => io::ErrorKind::BrokenPipe.into(),
        }
    }
}

impl Drop for Next {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = end(child);
        }
    }
}

/// Says how a process has ended whose line is closed. One that has lost the line and not ended is killed,
/// but it may have something to say before. Blocks; to be called where nothing is served.
pub(super) fn ended(child: &mut Child) -> io::Result<ExitStatus> {
    let begin = Instant::now();
    while begin.elapsed() < KILL_AFTER {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    end(child)
}

/// Kills a process, if it is still there, and says how it ended.
pub(super) fn end(child: &mut Child) -> io::Result<ExitStatus> {
    // One that is ending by itself keeps the status that it ends with.
    let _ = child.kill();
    child.wait()
}
