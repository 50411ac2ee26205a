//! The program of `bin/lab.rs`, as a child of the test.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
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
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.args(arguments);
        Self::spawn(command)
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a program");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("its output"));
        stdout.read_line(&mut line).expect("a line");
        let addr = line.trim().parse().expect("an address");
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
        self.child.wait().expect("an end").code()
    }

    /// The process that answers a new connection.
    pub(crate) fn answering(&self) -> u32 {
        let answer = Peer::connect(self.addr).get("/pid").text().to_owned();
        answer.parse().expect("a number")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal. Says whether there was somebody to send it to.
pub(crate) fn signal(pid: u32, name: &str) -> bool {
    let script = format!("kill -{name} {pid} 2>/dev/null");
    let sent = Command::new("sh").args(["-c", &script]).status();
    sent.expect("kill").success()
}

/// Waits until something holds; that it never does fails the test.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
