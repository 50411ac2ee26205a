//! The program of `bin/lab.rs`, as a child of the test.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use super::peer::Peer;

/// It is killed when this is dropped, and so is what it has started.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) addr: SocketAddr,
    /// Whatever it starts writes there, too.
    _stdout: BufReader<ChildStdout>,
}

impl Program {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_lab")).args(arguments))
    }

    /// Starts it by a command that becomes it.
    pub(crate) fn start_by(command: &mut Command) -> Self {
        // A group of its own, so that nothing of it is left behind.
        command.process_group(0).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a program");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
        stdout.read_line(&mut line).expect("a line");
        let addr = line.split_whitespace().find_map(|addr| addr.parse().ok());
        let addr = addr.unwrap_or_else(|| ([0; 4], 0).into());
        Self {
            child,
            addr,
            _stdout: stdout,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(signal(self.pid(), name), "there is no such process");
    }

    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let mut status = None;
        until("the program ends", || {
            status = self.child.try_wait().expect("a child");
            status.is_some()
        });
        status.and_then(|status| status.code())
    }

    /// The process that answers a new connection.
    pub(crate) fn answering(&self) -> u32 {
        let answer = Peer::connect(self.addr).get("/pid").text().to_owned();
        answer.parse().expect("a number")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let group = format!("kill -9 -{}", self.pid());
        let _ = Command::new("sh").args(["-c", &group]).status();
        let _ = self.child.wait();
    }
}

/// Sends a signal. Says whether there was somebody to send it to.
pub(crate) fn signal(pid: u32, name: &str) -> bool {
    let script = format!("kill -{name} {pid} 2>/dev/null");
    let sent = Command::new("sh").args(["-c", &script]).status();
    sent.expect("kill").success()
}

/// Whether a process has not ended. One that nobody has asked for its end counts as ended.
pub(crate) fn lives(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat
            .rsplit(')')
            .next()
            .is_some_and(|rest| !rest.trim().starts_with('Z')),
        Err(_) => !std::path::Path::new("/proc/self").exists() && signal(pid, "0"),
    }
}

/// Waits until something holds; that it never does fails the test.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
