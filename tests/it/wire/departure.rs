//! Clients that say no more while their answers are made: some have left, some still read.

use std::{sync::mpsc, time::Duration};

use gustnado::prelude::*;

use super::{
    lab::{serve, serve_app},
    peer::Peer,
};

/// Is told when a handler is dropped.
#[derive(Clone)]
struct Dropped(mpsc::Sender<()>);

#[derive(RequestHandler)]
#[route("/never")]
struct Never {
    #[state]
    dropped: Dropped,
}

#[verbs]
impl Never {
    async fn get(&self) {
        std::future::pending::<()>().await;
    }

    fn on_finish(&mut self, outcome: &Outcome<'_>) {
        if let Outcome::ClientGone = outcome {
            let _ = self.dropped.0.send(());
        }
    }
}

#[test]
fn who_has_said_all_still_gets_its_answers() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    // Too quick to be asked.
    peer.send("GET /slow?20 HTTP/1.1\r\nhost: lab\r\n\r\n".repeat(2));
    peer.end();
    assert_eq!(peer.answer().text(), "slow");
    assert_eq!(peer.answer().text(), "slow");
    peer.closed();
}

#[test]
fn who_waits_is_asked_once() {
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /slow?1000 HTTP/1.1\r\nhost: lab\r\n\r\n".repeat(2));
    peer.end();
    assert_eq!(peer.answer().status, 100);
    assert_eq!(peer.answer().text(), "slow");
    assert_eq!(peer.answer().text(), "slow");
    peer.closed();
    // HTTP/1.0 knows no such word.
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /slow?1000 HTTP/1.0\r\n\r\n");
    peer.end();
    assert_eq!(peer.answer().text(), "slow");
}

#[test]
fn who_stayed_after_its_end_and_leaves_later_is_found_out() {
    let (tell, told) = mpsc::channel();
    let app = Application::new().state(Dropped(tell)).handler::<Never>();
    let server = serve_app(app.build().expect("an application"));
    let mut peer = Peer::connect(server.addr);
    peer.send("GET /never HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.end();
    // Longer than an answer to the question is waited for.
    let stayed = told.recv_timeout(Duration::from_secs(3));
    assert_eq!(stayed, Err(mpsc::RecvTimeoutError::Timeout), "it was there");
    drop(peer);
    assert_eq!(told.recv_timeout(Duration::from_secs(15)), Ok(()));
}

#[test]
fn who_still_reads_is_asked_between_answers_only() {
    const ZEROS: usize = 20_000_000;
    let server = serve(|_| {});
    let mut peer = Peer::connect(server.addr);
    // The body is read meanwhile, and its end is what lets the next request begin: most of the
    // first answer still waits for its reader then.
    let fields = "host: lab\r\ncontent-length: 4";
    let large = format!("POST /meanwhile?{ZEROS} HTTP/1.1\r\n{fields}\r\n\r\nbody");
    peer.send(large + "GET /slow?1500 HTTP/1.1\r\nhost: lab\r\n\r\n");
    peer.end();
    let head = peer.head();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let mut left = ZEROS;
    while left > 0 {
        let some = peer.exactly(left.min(2_000_000));
        assert!(some.iter().all(|byte| *byte == 0), "words within it");
        left -= some.len();
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut second = peer.answer();
    while second.status == 100 {
        second = peer.answer();
    }
    assert_eq!(second.text(), "slow");
    peer.closed();
}
