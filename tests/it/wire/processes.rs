//! The processes of a program: workers under a supervisor, a restart, what systemd is told.

use std::{
    collections::HashSet,
    io::{ErrorKind, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::{
        fd::OwnedFd,
        unix::net::{UnixDatagram, UnixStream},
    },
    process::{Command, Stdio},
    time::Duration,
};

use super::{
    child::{Program, lives, signal, until},
    peer::Peer,
};

/// The worker processes of a program, once there are so many.
fn workers(program: &Program, count: usize) -> HashSet<u32> {
    let mut seen = HashSet::new();
    until("all workers answer", || {
        // Who is at work does not accept the next.
        let ask = |_| {
            let mut peer = Peer::connect(program.addr);
            peer.send("GET /pid HTTP/1.1\r\nhost: lab\r\n\r\n");
            peer
        };
        let peers: Vec<Peer> = (0..8).map(ask).collect();
        for mut peer in peers {
            seen.insert(peer.answer().text().parse().expect("a number"));
        }
        seen.retain(|pid| lives(*pid));
        seen.len() >= count
    });
    assert_eq!(seen.len(), count, "{seen:?}");
    seen
}

fn gone(pid: u32) {
    until("the process ends", || !lives(pid));
}

#[test]
fn a_crashed_worker_is_started_again_and_the_rest_go_on() {
    let mut program = Program::start_with(&["processes=2"]);
    let before = workers(&program, 2);
    assert!(!before.contains(&program.pid()), "the supervisor serves");
    // It counts as one that works after a second.
    for pid in &before {
        signal(*pid, "KILL");
        gone(*pid);
        workers(&program, 2);
    }
    let after = workers(&program, 2);
    assert!(before.is_disjoint(&after), "{before:?} {after:?}");
    program.signal("TERM");
    assert_eq!(program.exit_code(), Some(0));
    after.into_iter().for_each(gone);
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_handed_to_a_process_is_left_to_nobody_else() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["processes=2", "127.0.0.1:0", "127.0.0.1:0"]);
    command.stdin(std::fs::File::open(file.path()).expect("it opens"));
    let mut program = Program::start_by(&mut command);
    let all_is_well = |pid: u32| {
        let of = |what: &str| std::path::PathBuf::from(format!("/proc/{pid}/{what}"));
        let stdin = std::fs::read_link(of("fd/0")).expect("a standard input");
        assert_eq!(stdin, file.path(), "it is put back");
        let mut sockets = 0;
        for fd in std::fs::read_dir(of("fd")).expect("descriptors") {
            let fd = fd.expect("one");
            let link = std::fs::read_link(fd.path()).unwrap_or_default();
            if !link.to_string_lossy().starts_with("socket:") {
                continue;
            }
            let info = of("fdinfo").join(fd.file_name());
            // Connections of who has just asked may end meanwhile.
            let Ok(info) = std::fs::read_to_string(info) else {
                continue;
            };
            let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
            let flags = u32::from_str_radix(flags.expect("flags").trim(), 8).expect("octal");
            let closed_by_exec = 0o2_000_000;
            assert_ne!(flags & closed_by_exec, 0, "{fd:?} {info}");
            sockets += 1;
        }
        assert!(sockets >= 3, "the line, and two that listen: {sockets}");
    };
    workers(&program, 2).into_iter().for_each(all_is_well);
    program.signal("USR2");
    assert_eq!(program.exit_code(), Some(0));
    workers(&program, 2).into_iter().for_each(all_is_well);
}

#[test]
fn a_worker_that_reads_its_standard_input_too_early_says_so() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["processes=1", "reads"]);
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    let mut program = Program::start_by(&mut command);
    assert_eq!(program.exit_code(), Some(1));
    let mut log = String::new();
    let stderr = program.child.stderr.as_mut().expect("a log");
    stderr.read_to_string(&mut log).expect("the log");
    assert!(log.contains("in its standard input"), "{log}");
    assert!(log.contains("crash again and again"), "{log}");
}

#[test]
fn workers_that_never_start_are_given_up() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.args(["processes=2", "frail"]);
    command.stderr(Stdio::piped()).stdout(Stdio::null());
    let output = command.output().expect("an end");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("crashed again and again"), "{told}");
}

#[test]
fn workers_drain_and_what_they_cut_is_told() {
    for signals in [1, 2] {
        let drain = if signals == 1 { "1500" } else { "60000" };
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.args(["processes=2", drain]).stderr(Stdio::piped());
        let mut program = Program::start_by(&mut command);
        let mut busy: Vec<Peer> = (0..3).map(|_| Peer::connect(program.addr)).collect();
        for peer in &mut busy {
            peer.send("GET /never HTTP/1.1\r\nhost: lab\r\n\r\n");
        }
        let mut slow = Peer::connect(program.addr);
        slow.send("GET /slow HTTP/1.1\r\nhost: lab\r\n\r\n");
        std::thread::sleep(Duration::from_millis(200));
        program.signal("TERM");
        assert_eq!(slow.answer().status, 200);
        if signals == 2 {
            program.signal("TERM");
        }
        busy.iter_mut().for_each(Peer::closed);
        assert_eq!(program.exit_code(), Some(1));
        let mut told = String::new();
        let mut stderr = program.child.stderr.take().expect("its errors");
        stderr.read_to_string(&mut told).expect("text");
        // The workers tell their part of it, the supervisor the sum.
        assert!(told.contains("3 connections"), "{signals}: {told}");
    }
}

#[test]
fn workers_end_when_their_supervisor_is_killed() {
    let mut program = Program::start_with(&["processes=2"]);
    let workers = workers(&program, 2);
    program.signal("KILL");
    assert_eq!(program.exit_code(), None);
    workers.into_iter().for_each(gone);
    assert!(TcpStream::connect(program.addr).is_err());
}

/// Starts it, restarts it by `ask`, and stops the new one.
fn restarts(arguments: &[&str], ask: impl Fn(&Program)) {
    let mut program = Program::start_with(arguments);
    let old = program.answering();
    let mut busy = Peer::connect(program.addr);
    busy.send("GET /slow HTTP/1.1\r\nhost: lab\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    ask(&program);
    // Nobody is refused meanwhile.
    assert_eq!(program.exit_code(), Some(0));
    assert_eq!(busy.answer().status, 200, "the old one drains");
    assert_ne!(program.answering(), old);
    let mut peer = Peer::connect(program.addr);
    let stop = "POST /control/stop HTTP/1.1\r\nhost: lab\r\ncontent-length: 0\r\n\r\n";
    peer.send(stop);
    peer.answer();
    peer.closed();
    until("the new one ends", || {
        TcpStream::connect(program.addr).is_err()
    });
}

#[test]
fn a_restart_keeps_answering_and_the_old_one_drains() {
    for arguments in [&[][..], &["processes=2"]] {
        restarts(arguments, |program| program.signal("USR2"));
    }
}

#[test]
fn a_handler_restarts_and_stops_the_program() {
    for arguments in [&[][..], &["processes=2"]] {
        restarts(arguments, |program| {
            let mut peer = Peer::connect(program.addr);
            peer.send("POST /control/restart HTTP/1.1\r\nhost: lab\r\ncontent-length: 0\r\n\r\n");
            assert_eq!(peer.answer().status, 204);
        });
    }
}

#[test]
fn where_the_next_program_fails_the_old_one_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, seen) = (folder.path().join("fail"), folder.path().join("fail.seen"));
    let mut program = Program::start_with(&[&format!("fail={}", file.display())]);
    let old = program.answering();
    std::fs::write(&file, "").expect("a file");
    program.signal("USR2");
    until("the next one fails", || seen.exists());
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(program.answering(), old);
    std::fs::remove_file(&file).expect("removed");
    program.signal("USR2");
    assert_eq!(program.exit_code(), Some(0));
    assert_ne!(program.answering(), old);
}

#[test]
fn a_passed_socket_is_served_and_passed_on() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = listener.local_addr().expect("an address");
    let mut command = Command::new("sh");
    let script = "exec 3<&0; LISTEN_FDS=1 LISTEN_FDNAMES=http exec \"$0\" systemd </dev/null";
    command.args(["-c", script, env!("CARGO_BIN_EXE_lab")]);
    command.stdin(OwnedFd::from(listener));
    let mut program = Program::start_by(&mut command);
    assert_eq!(program.addr, addr);
    let old = program.answering();
    program.signal("USR2");
    assert_eq!(program.exit_code(), Some(0));
    assert_ne!(program.answering(), old);
}

#[test]
fn a_unix_socket_outlives_a_restart_and_goes_with_the_last() {
    for arguments in [&[][..], &["processes=2"]] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("app.sock");
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command
            .arg(format!("unix:{}", path.display()))
            .args(arguments);
        let mut program = Program::start_by(&mut command);
        let ask = |request: &str| {
            let mut socket = UnixStream::connect(&path).expect("somebody listens");
            let head = "host: lab\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            write!(socket, "{request} HTTP/1.1\r\n{head}").expect("sent");
            let mut answer = String::new();
            socket.read_to_string(&mut answer).expect("an answer");
            answer
        };
        let pid = |answer: &str| answer.rsplit('\n').next().map(str::to_owned);
        let old = pid(&ask("GET /pid"));
        program.signal("USR2");
        assert_eq!(program.exit_code(), Some(0));
        assert_ne!(pid(&ask("GET /pid")), old);
        ask("POST /control/stop");
        until("the file is removed", || !path.exists());
    }
}

#[test]
fn a_service_manager_is_told_what_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .expect("a bound");
    let hear = || {
        let mut text = [0; 256];
        let count = loop {
            match socket.recv(&mut text) {
                // A socket with a time-out does not go on by itself.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                count => break count.expect("news"),
            }
        };
        String::from_utf8_lossy(&text[..count]).into_owned()
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
    command.arg("processes=1").env("NOTIFY_SOCKET", &path);
    let mut program = Program::start_by(&mut command);
    assert_eq!(hear(), "READY=1\n");
    program.signal("USR2");
    let reloading = hear();
    assert!(
        reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="),
        "{reloading}"
    );
    let main = hear();
    let main = main.strip_prefix("MAINPID=").expect("a number");
    let (main, rest) = main.split_once('\n').expect("a line");
    assert_eq!(rest, "READY=1\n");
    let main: u32 = main.parse().expect("a number");
    assert_eq!(program.exit_code(), Some(0));
    signal(main, "TERM");
    assert_eq!(hear(), "STOPPING=1\n");
    gone(main);
}
