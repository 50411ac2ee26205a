//! That one peer who asks without end does not keep others waiting: counted in requests, not in time.

use super::program::Program;
use crate::wire::peer::Peer;

#[test]
fn who_asks_much_takes_turns_with_who_asks_once() {
    const MUCH: usize = 400;
    for once_first in [false, true] {
        let program = Program::start(&[]);
        let mut blocking = Peer::connect(program.addr);
        let mut much = Peer::connect(program.addr);
        let mut once = Peer::connect(program.addr);
        // All have been accepted.
        for peer in [&mut blocking, &mut much, &mut once] {
            assert_eq!(peer.get("/").status, 200);
        }
        blocking.send("GET /block?500 HTTP/1.1\r\nhost: a\r\n\r\n");
        program.until("GET /block?500");
        // Nothing is read yet: all of it is there when the worker looks again.
        let ask = |peer: &mut Peer, target, times| {
            let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
            peer.send(request.repeat(times));
        };
        if once_first {
            ask(&mut once, "/once", 1);
        }
        ask(&mut much, "/much", MUCH);
        if !once_first {
            ask(&mut once, "/once", 1);
        }
        let before = program.until("GET /once").len();
        assert!(before < MUCH / 4, "{before} others were served first");
        assert_eq!(once.answer().text(), "GET /once []");
        for _ in 0..MUCH {
            assert_eq!(much.answer().text(), "GET /much []");
        }
    }
}
