//! The server under attack: the program `witness`, in a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    time::{Duration, Instant},
};

use crate::wire::peer::Peer;

/// A witness that ends when it is dropped.
pub(super) struct Program {
    child: Child,
    pub(super) addr: SocketAddr,
    lines: Receiver<String>,
    probes: u32,
    /// What it has open when nobody is connected.
    own: usize,
}

impl Program {
    /// Starts it with these limits, as `GUSTNADO_NAME` would have them.
    pub(super) fn start(limits: &[(&str, &str)]) -> Self {
        let limits = limits.iter();
        let limits = limits.map(|(name, value)| (format!("GUSTNADO_{name}"), value));
        let mut child = Command::new(env!("CARGO_BIN_EXE_witness"))
            .envs(limits)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a program");
        let stdout = BufReader::new(child.stdout.take().expect("its output"));
        let (say, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = say.send(line);
            }
        });
        let patience = Duration::from_secs(20);
        let addr = lines.recv_timeout(patience).expect("a line");
        let mut program = Self {
            child,
            addr: addr.parse().expect("an address"),
            lines,
            probes: 0,
            own: 0,
        };
        // Once it has answered, it has opened what it needs.
        let mut first = Peer::connect(program.addr);
        assert_eq!(first.get("/").status, 200);
        program.own = program.descriptors() - 1;
        program.seen();
        program
    }

    /// Asks on a fresh connection, which must be answered. Says what the program has taken for
    /// requests since it was asked last.
    pub(super) fn seen(&mut self) -> Vec<String> {
        self.probes += 1;
        let line = format!("GET /probe/{}", self.probes);
        let mut peer = Peer::connect(self.addr);
        let answer = peer.get(&line[4..]);
        assert_eq!(
            (answer.status, answer.text()),
            (200, &*format!("{line} []"))
        );
        self.until(&line)
    }

    /// The most memory that it has held so far, in KiB.
    pub(super) fn peak(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.and_then(|it| it.parse().ok()).expect("a number")
    }

    /// The CPU time that it has taken so far, in seconds.
    pub(super) fn cpu(&self) -> f64 {
        let stat = self.proc("stat");
        // The name of the program, which is in brackets, may have blanks.
        let fields = stat.rsplit(") ").next().expect("fields").split(' ');
        let ticks = fields
            .skip(11)
            .take(2)
            .map(|it| it.parse().unwrap_or(0_u32));
        f64::from(ticks.sum::<u32>()) / 100.0
    }

    /// Waits until it has closed all connections. Nobody may be connected any more.
    pub(super) fn lets_go(&self) {
        let begin = Instant::now();
        while self.descriptors() > self.own {
            let open = self.descriptors() - self.own;
            assert!(begin.elapsed().as_secs() < 20, "{open} were left open");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it takes for requests from now on, up to this one.
    pub(super) fn until(&self, last: &str) -> Vec<String> {
        let patience = Duration::from_secs(20);
        let next = || self.lines.recv_timeout(patience).expect("a line");
        std::iter::repeat_with(next)
            .take_while(|next| next != last)
            .collect()
    }

    fn descriptors(&self) -> usize {
        let path = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(path).expect("a folder").count()
    }

    fn proc(&self, name: &str) -> String {
        let path = format!("/proc/{}/{name}", self.child.id());
        std::fs::read_to_string(path).expect("a file of Linux")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
