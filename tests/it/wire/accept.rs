//! Who is let in: connections of a worker, from an address, and what the descriptors allow.

use std::time::Duration;

use super::{lab::serve, peer::Peer};

/// Whether an answer comes soon.
fn is_answered(peer: &mut Peer) -> bool {
    let soon = Some(Duration::from_millis(300));
    peer.socket().set_read_timeout(soon).expect("a time-out");
    let answered = peer.socket().peek(&mut [0]).is_ok_and(|count| count > 0);
    let patience = Some(Duration::from_secs(20));
    peer.socket()
        .set_read_timeout(patience)
        .expect("a time-out");
    answered
}

#[test]
fn at_the_bound_others_wait_until_one_ends() {
    let server = serve(|limits| limits.connections = 2);
    for _ in 0..3 {
        let mut one = Peer::connect(server.addr);
        let mut other = Peer::connect(server.addr);
        assert_eq!(one.get("/hello").status, 200);
        assert_eq!(other.get("/hello").status, 200);
        let mut third = Peer::connect(server.addr);
        third.send("GET /hello HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n");
        assert!(!is_answered(&mut third));
        drop(one);
        assert_eq!(third.answer().status, 200);
        third.closed();
    }
}

#[test]
fn more_from_one_address_are_closed_until_one_ends() {
    let server = serve(|limits| limits.connections_per_address = 2);
    let mut one = Peer::connect(server.addr);
    let mut other = Peer::connect(server.addr);
    assert_eq!(one.get("/hello").status, 200);
    assert_eq!(other.get("/hello").status, 200);
    for _ in 0..3 {
        Peer::connect(server.addr).closed();
    }
    one.send("GET /hello HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n");
    assert_eq!(one.answer().status, 200);
    one.closed();
    // The server counts it out just after it has closed it.
    let answered = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        let mut third = Peer::connect(server.addr);
        third.try_send("GET /hello HTTP/1.1\r\nhost: lab\r\n\r\n") && is_answered(&mut third)
    });
    assert!(answered);
}

#[cfg(unix)]
mod program {
    use std::{
        io::Read as _,
        process::{Command, Stdio},
        thread,
        time::{Duration, Instant},
    };

    use super::{Peer, is_answered};
    use crate::wire::child::Program;

    /// A lab with so many descriptors: softly and at most.
    fn with_descriptors(soft: u32, most: u32, connections: &str) -> Program {
        let script = format!("ulimit -Sn {soft} && ulimit -Hn {most} && exec \"$0\" 1000");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_lab")]);
        command.env("GUSTNADO_CONNECTIONS", connections);
        Program::start_by(command.stderr(Stdio::piped()))
    }

    /// Stops it. Gives its log.
    fn stop(mut program: Program) -> String {
        program.signal("TERM");
        let mut log = String::new();
        let stderr = program.child.stderr.as_mut().expect("a log");
        stderr.read_to_string(&mut log).expect("the log");
        assert_eq!(program.exit_code(), Some(0), "{log}");
        log
    }

    #[test]
    fn without_descriptors_it_neither_ends_nor_spins_and_goes_on_when_some_are_free() {
        let begin = Instant::now();
        let program = with_descriptors(40, 40, "1000");
        let mut peers: Vec<Peer> = (0..60).map(|_| Peer::connect(program.addr)).collect();
        let mut answered = 0;
        for peer in &mut peers {
            peer.try_send("GET / HTTP/1.1\r\nhost: lab\r\n\r\n");
        }
        thread::sleep(Duration::from_secs(2));
        for peer in &mut peers {
            let soon = Some(Duration::from_millis(1));
            peer.socket().set_read_timeout(soon).expect("a time-out");
            answered += usize::from(peer.socket().peek(&mut [0]).is_ok_and(|count| count > 0));
        }
        assert!((1..40).contains(&answered), "{answered}");
        let gone = |peer: &mut Peer| match peer.socket().peek(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        };
        let shed = peers
            .iter_mut()
            .filter_map(|peer| gone(peer).then_some(()))
            .count();
        assert!(shed > 0);
        drop(peers);
        // Those who waited and have left are looked at first, and may take what is free again.
        let goes_on = (0..50).any(|_| {
            thread::sleep(Duration::from_millis(100));
            let mut peer = Peer::connect(program.addr);
            let request = "GET / HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n";
            peer.try_send(request) && is_answered(&mut peer)
        });
        assert!(goes_on);
        let log = stop(program);
        let seconds = begin.elapsed().as_secs() as usize;
        let lines: Vec<_> = log
            .lines()
            .filter(|line| line.contains("cannot accept"))
            .collect();
        assert!((1..=seconds + 2).contains(&lines.len()), "{log}");
        let times = lines.iter().filter_map(|line| line.split("times=").nth(1));
        let times = times.filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok());
        // Three workers: four tries in the first second, one in each after it.
        let times: usize = times.sum();
        assert!(times <= 3 * (10 + 10 * seconds), "{times}: {log}");
    }

    #[test]
    fn connections_are_what_the_raised_bound_on_descriptors_allows() {
        let program = with_descriptors(90, 214, "0");
        assert_eq!(Peer::connect(program.addr).get("/").status, 200);
        let log = stop(program);
        assert!(log.contains("from=90 to=214"), "{log}");
        assert!(log.contains("connections=50"), "{log}");
    }

    #[test]
    fn at_the_bound_of_one_worker_others_go_on() {
        let program = with_descriptors(1000, 1000, "2");
        let mut peers: Vec<Peer> = (0..6).map(|_| Peer::connect(program.addr)).collect();
        for peer in &mut peers {
            assert_eq!(peer.get("/").status, 200);
        }
        // Two that accept at once may both see room for one more.
        let mut more: Vec<Peer> = (0..6).map(|_| Peer::connect(program.addr)).collect();
        for peer in &mut more {
            peer.send("GET / HTTP/1.1\r\nhost: lab\r\n\r\n");
        }
        let answered = more
            .iter_mut()
            .filter_map(|peer| is_answered(peer).then_some(()));
        assert!(answered.count() <= 3);
        drop(peers);
        let answered = more.iter_mut().map(|peer| peer.answer().status);
        assert_eq!(answered.collect::<Vec<_>>(), [200; 6]);
        let log = stop(program);
        assert!(log.contains("others wait"), "{log}");
    }
}
