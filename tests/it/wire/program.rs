//! A whole program: workers, signals, the exit code.
#![cfg(unix)]

use std::{
    collections::HashMap,
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{
    child::{Program, until},
    identity::Identities,
    peer::Peer,
};

#[test]
fn connections_are_spread_evenly_over_workers() {
    let program = Program::start();
    let mut peers: Vec<Peer> = (0..30).map(|_| Peer::connect(program.addr)).collect();
    let mut workers: HashMap<String, u32> = HashMap::new();
    for peer in &mut peers {
        let worker = peer.get("/").text().to_owned();
        *workers.entry(worker).or_default() += 1;
    }
    assert_eq!(workers.len(), 3, "{workers:?}");
    // Two accepting at once may both see the same worker as the least loaded.
    assert!(
        workers.values().all(|count| (7..=13).contains(count)),
        "{workers:?}"
    );
}

/// Who has asked for this and gets no answer soon. It was answered before, so that it is accepted for
/// certain, and not only waits to be.
fn busy(program: &Program, path: &str) -> Peer {
    let mut peer = Peer::connect(program.addr);
    assert_eq!(peer.get("/").status, 200);
    peer.send(format!("GET {path} HTTP/1.1\r\nhost: lab\r\n\r\n"));
    std::thread::sleep(Duration::from_millis(200));
    peer
}

#[test]
fn workers_that_steal_serve_and_drain_as_others_do() {
    let mut program = Program::start_with(&["stealing"]);
    let mut peers: Vec<Peer> = (0..12).map(|_| Peer::connect(program.addr)).collect();
    for _ in 0..5 {
        for peer in &mut peers {
            let worker = peer.get("/").text().to_owned();
            assert!(
                ["worker-0", "worker-1", "worker-2"].contains(&&*worker),
                "{worker}"
            );
        }
    }
    let mut busy = busy(&program, "/slow");
    program.signal("TERM");
    peers.iter_mut().for_each(Peer::closed);
    assert_eq!(busy.answer().status, 200);
    assert_eq!(program.exit_code(), Some(0));
}

#[test]
fn a_signal_drains_and_the_exit_code_is_0() {
    for name in ["TERM", "INT"] {
        let mut program = Program::start();
        let mut idle = Peer::connect(program.addr);
        assert_eq!(idle.get("/").status, 200);
        let mut busy = busy(&program, "/slow");
        program.signal(name);
        idle.closed();
        assert_eq!(busy.answer().status, 200);
        busy.closed();
        assert_eq!(program.exit_code(), Some(0), "{name}");
    }
}

#[test]
fn a_signal_ends_open_events_on_every_worker() {
    let mut program = Program::start();
    let mut peers: Vec<Peer> = (0..6).map(|_| Peer::connect(program.addr)).collect();
    for peer in &mut peers {
        peer.send("GET /events HTTP/1.1\r\nhost: lab\r\n\r\n");
        peer.head();
        assert_eq!(peer.chunk().expect("an event"), b"data: hello\n\n");
    }
    let begin = Instant::now();
    program.signal("TERM");
    for peer in &mut peers {
        assert_eq!(peer.chunk(), None);
        peer.closed();
    }
    assert_eq!(program.exit_code(), Some(0));
    assert!(begin.elapsed() < Duration::from_secs(10), "waited");
}

#[test]
fn what_does_not_end_in_time_is_cut_and_the_exit_code_tells() {
    let mut program = Program::start_with(&["300"]);
    let _busy = busy(&program, "/never");
    program.signal("TERM");
    assert_eq!(program.exit_code(), Some(1));
}

#[test]
fn a_second_signal_cuts_and_the_exit_code_tells() {
    for path in ["/never", "/blocking"] {
        let mut program = Program::start();
        let mut busy = busy(&program, path);
        program.signal("TERM");
        // Two that come at once are one.
        let refused = || TcpStream::connect(program.addr).is_err();
        until("the first is obeyed", refused);
        let begin = Instant::now();
        program.signal("TERM");
        busy.closed();
        assert_eq!(program.exit_code(), Some(1), "{path}");
        assert!(begin.elapsed() < Duration::from_secs(15), "{path}: waited");
    }
}

#[test]
fn run_inside_a_runtime_is_an_error_that_says_so() {
    let error = gustnado_tests::runtime().block_on(async {
        let bound = super::lab::app(|_| {}).bind("127.0.0.1:0");
        bound
            .expect("an address")
            .run()
            .expect_err("no place for it")
    });
    assert!(error.to_string().contains("serve"), "{error}");
}

#[test]
fn sighup_has_certificates_read_again() {
    read_again(&[]);
}

#[test]
fn sighup_has_every_process_read_certificates_again() {
    read_again(&["processes=2"]);
}

fn read_again(arguments: &[&str]) {
    let mut identities = Identities::new();
    let mut identity = identities.issue("one", &["localhost"]);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lab"));
    command.env("LAB_CERTIFICATE", &identity.certificate);
    command.env("LAB_KEY", &identity.key).args(arguments);
    let program = Program::start_by(&mut command);
    let shown = |identities: &Identities| {
        let peer = Peer::connect(program.addr);
        let mut peer = peer
            .secure(identities.client(&[]), "localhost")
            .expect("TLS");
        assert_eq!(peer.get("/").status, 200);
        let certificate = peer.session().peer_certificates().expect("certificates")[0].clone();
        (certificate.into_owned(), peer)
    };
    let (first, mut open) = shown(&identities);
    assert_eq!(first, identity.der);
    identity = identities.issue("one", &["localhost"]);
    program.signal("HUP");
    let begun = Instant::now();
    while shown(&identities).0 != identity.der {
        assert!(begun.elapsed() < Duration::from_secs(10), "not read again");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(open.get("/").status, 200);
}
