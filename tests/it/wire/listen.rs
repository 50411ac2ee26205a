//! What a server listens on: addresses, names, Unix sockets, passed descriptors; what cannot be had
//! is told at once.
#![cfg(unix)]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::{
        fd::OwnedFd,
        unix::{
            fs::{FileTypeExt as _, PermissionsExt as _},
            net::{UnixListener, UnixStream},
        },
    },
    path::Path,
    process::{Command, Output, Stdio},
    thread,
};

use gustnado::{Bound, Listen, ListenAddr, RunError};
use tokio::sync::oneshot;

use super::{child::Program, lab, peer::Peer};

/// Serves until it is dropped; then waits for the end.
struct Serving(Option<(oneshot::Sender<()>, thread::JoinHandle<()>)>);

fn serve(bound: Bound) -> Serving {
    let (stop, stopped) = oneshot::channel();
    let thread = thread::spawn(move || {
        gustnado_tests::runtime().block_on(async {
            let serve = bound.serve().until(async {
                let _ = stopped.await;
            });
            serve.await.expect("served");
        });
    });
    Serving(Some((stop, thread)))
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.0.take() {
            drop(stop);
            let _ = thread.join();
        }
    }
}

fn hello(mut socket: impl std::io::Read + std::io::Write) -> bool {
    let request = "GET /hello HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer.ends_with("hello")
}

fn tcp(addr: impl std::net::ToSocketAddrs) -> bool {
    hello(TcpStream::connect(addr).expect("a connection"))
}

fn unix(path: &Path) -> bool {
    hello(UnixStream::connect(path).expect("a connection"))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn has_v6() -> bool {
    TcpListener::bind("[::1]:0").is_ok()
}

#[test]
fn several_are_served_at_once_and_reported() {
    let folder = folder();
    let path = folder.path().join("app.sock");
    let on = [
        Listen::tcp("127.0.0.1:0"),
        Listen::unix(&path),
        Listen::tcp("127.0.0.1:0"),
    ];
    let bound = lab::app(|_| {}).bind(on).expect("all of them");
    let addrs = bound.addrs().to_vec();
    let [
        ListenAddr::Tcp(one),
        ListenAddr::Unix(socket),
        ListenAddr::Tcp(other),
    ] = &addrs[..]
    else {
        panic!("{addrs:?}");
    };
    assert_eq!(bound.local_addr(), *one);
    assert_eq!(*socket, path);
    assert_eq!(addrs[1].to_string(), format!("unix:{}", path.display()));
    assert_ne!(one, other);
    let _serving = serve(bound);
    assert!(tcp(one) && tcp(other) && unix(&path));
}

#[test]
fn a_name_stands_for_all_its_addresses_on_one_port() {
    let bound = lab::app(|_| {}).bind(("localhost", 0)).expect("addresses");
    let addrs = bound.addrs().to_vec();
    let port = bound.local_addr().port();
    let _serving = serve(bound);
    for addr in &addrs {
        let ListenAddr::Tcp(addr) = addr else {
            panic!("{addrs:?}");
        };
        assert_eq!(addr.port(), port);
        assert!(tcp(addr));
    }
}

#[test]
fn all_of_ipv6_is_ipv4_too_unless_that_is_said() {
    if !has_v6() {
        return;
    }
    let bound = lab::app(|_| {}).bind("[::]:0").expect("a port");
    let port = bound.local_addr().port();
    let serving = serve(bound);
    assert!(tcp(("127.0.0.1", port)) && tcp(("::1", port)));
    drop(serving);
    // Another test may take the port in between.
    for _ in 0..20 {
        let port = TcpListener::bind("[::]:0").and_then(|free| free.local_addr());
        let port = port.expect("a port").port();
        let on = [format!("[::]:{port}"), format!("0.0.0.0:{port}")];
        if let Ok(bound) = lab::app(|_| {}).bind(on) {
            assert_eq!(bound.addrs().len(), 2);
            let _serving = serve(bound);
            assert!(tcp(("127.0.0.1", port)) && tcp(("::1", port)));
            return;
        }
    }
    panic!("no port for both");
}

#[test]
fn all_that_cannot_be_had_is_told_at_once() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken
        .local_addr()
        .map(|addr| (addr, taken))
        .expect("an address");
    let on = [
        Listen::tcp("localhost"),
        Listen::tcp("127.0.0.1:0"),
        Listen::tcp(taken.0),
        Listen::tcp("127.0.0.1:0").mode(0o660),
        Listen::inherited_named("http"),
    ];
    let Err(RunError::Listen(error)) = lab::app(|_| {}).bind(on) else {
        panic!("no error");
    };
    let expected = [
        ("localhost", "it has no port"),
        (&*taken.0.to_string(), "in use"),
        ("127.0.0.1:0", "`mode`"),
        ("systemd:http", "LISTEN_FDS"),
    ];
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(problems.len(), expected.len(), "{error}");
    for ((asked, problem), (what, why)) in problems.iter().zip(expected) {
        assert_eq!(*asked, what);
        assert!(problem.to_string().contains(why), "{problem}");
    }
    assert_eq!(error.to_string().lines().count(), 5, "{error}");
    let none: [&str; 0] = [];
    let error = lab::app(|_| {}).bind(none).expect_err("nothing");
    assert!(error.to_string().contains("no address"), "{error}");
}

#[test]
fn a_unix_socket_has_its_mode_and_goes_with_the_server() {
    let folder = folder();
    for mode in [0o600, 0o660, 0o666] {
        let path = folder.path().join("app.sock");
        let bound = lab::app(|_| {}).bind(Listen::unix(&path).mode(mode));
        let bound = bound.expect("a socket");
        let found = fs::metadata(&path).expect("a file");
        assert!(found.file_type().is_socket());
        assert_eq!(found.permissions().mode() & 0o777, mode);
        let serving = serve(bound);
        assert!(unix(&path));
        drop(serving);
        assert!(!path.exists());
    }
}

#[test]
fn a_socket_left_over_is_replaced_and_one_in_use_is_not() {
    let folder = folder();
    let path = folder.path().join("app.sock");
    let text = format!("unix:{}", path.display());
    drop(UnixListener::bind(&path).expect("a socket"));
    assert!(path.exists());
    let first = serve(lab::app(|_| {}).bind(&text).expect("in its place"));
    assert!(unix(&path));
    let error = lab::app(|_| {}).bind(&text).expect_err("in use");
    assert!(error.to_string().contains("another server"), "{error}");
    assert!(unix(&path));
    // What has come to be there meanwhile is not removed.
    fs::remove_file(&path).expect("removed");
    let other = UnixListener::bind(&path).expect("a socket");
    drop(first);
    assert!(path.exists());
    drop(other);
    fs::remove_file(&path).expect("removed");
    fs::write(&path, "precious").expect("a file");
    let error = lab::app(|_| {}).bind(&text).expect_err("a file");
    assert!(error.to_string().contains("no socket"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("kept"), "precious");
}

#[test]
fn a_listener_of_ones_own_may_be_a_unix_socket() {
    let folder = folder();
    let path = folder.path().join("own.sock");
    let (stop, stopped) = oneshot::channel::<()>();
    let (ready, listening) = std::sync::mpsc::channel();
    let own = path.clone();
    let thread = thread::spawn(move || {
        gustnado_tests::runtime().block_on(async move {
            let listener = tokio::net::UnixListener::bind(own).expect("a socket");
            ready.send(()).expect("somebody");
            let serve = lab::app(|_| {}).serve(listener).until(async {
                let _ = stopped.await;
            });
            serve.await.expect("served")
        })
    });
    listening.recv().expect("a socket");
    assert!(unix(&path));
    drop(stop);
    assert_eq!(thread.join().expect("an end"), 0);
}

/// A command that becomes the lab, with these sockets passed and this in its environment.
fn passing(socket: &impl Dup, environment: &str, arguments: &[&str]) -> Command {
    let script = format!("exec 3<&0 4<&0 0</dev/null; {environment} exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_lab"), "1000"]);
    command.args(arguments).stdin(Stdio::from(socket.dup()));
    command
}

trait Dup {
    fn dup(&self) -> OwnedFd;
}

impl Dup for TcpListener {
    fn dup(&self) -> OwnedFd {
        self.try_clone().expect("once more").into()
    }
}

impl Dup for UnixListener {
    fn dup(&self) -> OwnedFd {
        self.try_clone().expect("once more").into()
    }
}

impl Dup for UnixStream {
    fn dup(&self) -> OwnedFd {
        self.try_clone().expect("once more").into()
    }
}

fn local() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("an address");
    (listener, addr)
}

#[test]
fn passed_sockets_are_served() {
    let passed = "LISTEN_FDS=2 LISTEN_FDNAMES=http:admin LISTEN_PID=$$";
    for on in ["systemd", "systemd:http", "systemd:admin", "fd:3", "fd:4"] {
        let (listener, addr) = local();
        let mut command = passing(&listener, passed, &[on]);
        let program = Program::start_by(command.stderr(Stdio::null()));
        assert_eq!(program.addr, addr, "{on}");
        assert_eq!(Peer::connect(addr).get("/").status, 200, "{on}");
    }
}

#[test]
fn a_passed_socket_is_used_for_the_address_it_has() {
    let passed = "LISTEN_FDS=1 LISTEN_PID=$$";
    let (listener, addr) = local();
    // It could not listen there itself: the address is in use.
    let text = addr.to_string();
    let mut command = passing(&listener, passed, &["127.0.0.1:0", &text]);
    let mut program = Program::start_by(command.stderr(Stdio::null()));
    assert_eq!(Peer::connect(addr).get("/").status, 200);
    assert_ne!(program.addr, addr);
    program.signal("TERM");
    assert_eq!(program.exit_code(), Some(0));

    let folder = folder();
    let path = folder.path().join("app.sock");
    let text = format!("unix:{}", path.display());
    let listener = UnixListener::bind(&path).expect("a socket");
    let mut command = passing(&listener, passed, &[&text]);
    let mut program = Program::start_by(command.stderr(Stdio::null()));
    assert!(answers(&path));
    program.signal("TERM");
    assert_eq!(program.exit_code(), Some(0));
    // Whoever made it may pass it again.
    assert!(path.exists());
}

/// Whether the lab program answers at this path.
fn answers(path: &Path) -> bool {
    let mut socket = UnixStream::connect(path).expect("a connection");
    let request = "GET / HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer.starts_with("HTTP/1.1 200")
}

/// Runs a lab that does not come to serve.
fn output(mut command: Command) -> (Output, String) {
    let output = command.output().expect("a program");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, log)
}

#[test]
fn what_is_passed_for_another_or_does_not_listen_is_told() {
    let (listener, _) = local();
    let (stream, _other) = UnixStream::pair().expect("a pair");
    let ours = "LISTEN_FDS=1 LISTEN_PID=$$";
    let table = [
        (
            passing(&listener, "LISTEN_FDS=1 LISTEN_PID=1", &["systemd"]),
            "LISTEN_FDS",
        ),
        (
            passing(&listener, ours, &["fd:7"]),
            "descriptor 7 was not passed",
        ),
        (
            passing(&listener, ours, &["systemd:http"]),
            "but fd:3 (unknown)",
        ),
        (passing(&stream, ours, &["systemd"]), "does not listen"),
    ];
    for (command, expected) in table {
        let (output, log) = output(command);
        assert_eq!(output.status.code(), Some(1), "{log}");
        assert!(log.contains(expected), "{log}");
    }
}

#[test]
fn a_passed_socket_that_nobody_asks_for_is_told() {
    let (listener, addr) = local();
    let mut command = passing(&listener, "LISTEN_FDS=1 LISTEN_PID=$$", &[]);
    let mut program = Program::start_by(command.stderr(Stdio::piped()));
    assert_eq!(Peer::connect(program.addr).get("/").status, 200);
    program.signal("TERM");
    let mut log = String::new();
    let stderr = program.child.stderr.as_mut().expect("a log");
    stderr.read_to_string(&mut log).expect("the log");
    let line = log.lines().find(|line| line.contains("was not asked for"));
    assert!(
        line.is_some_and(|line| line.contains(&addr.to_string())),
        "{log}"
    );
}

#[test]
fn limits_and_workers_come_from_the_environment() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.envs([("GUSTNADO_WORKERS", "1"), ("GUSTNADO_TARGET", "100B")]);
    let program = Program::start_by(command.stderr(Stdio::null()));
    for _ in 0..6 {
        assert_eq!(Peer::connect(program.addr).get("/").text(), "worker-0");
    }
    let long = format!("/{}", "x".repeat(200));
    assert_eq!(Peer::connect(program.addr).get(&long).status, 414);
}

#[test]
fn what_the_environment_says_wrongly_is_told_at_once() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.envs([("GUSTNADO_HEAD_TIME", "soon"), ("GUSTNADO_BODI", "1MiB")]);
    let (output, log) = output(command);
    assert_eq!(output.status.code(), Some(1), "{log}");
    assert!(
        log.contains("GUSTNADO_HEAD_TIME \"soon\" is no time"),
        "{log}"
    );
    assert!(log.contains("did you mean GUSTNADO_BODY?"), "{log}");
}

#[test]
fn a_program_removes_its_unix_socket_when_it_ends() {
    let folder = folder();
    let path = folder.path().join("app.sock");
    let text = format!("unix:{}", path.display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    let mut program = Program::start_by(command.args(["1000", &text]).stderr(Stdio::null()));
    assert!(answers(&path));
    program.signal("TERM");
    assert_eq!(program.exit_code(), Some(0));
    assert!(!path.exists());
}
