//! Attacks by HTTP/2 frames: each has its end, costs a bounded amount, and leaves others served.

use super::{
    frames::{
        ACK, Back, CONTINUATION, DATA, END, END_HEADERS, HEADERS, PING, PREFACE, PRIORITY, RESET,
        SETTINGS, WHOLE, WINDOW, attack, block, frame, length, raw, request,
    },
    program::Program,
};

/// What one attack may make the server hold beside what it held before, in KiB.
const GROWTH: u64 = 4 * 1024;

/// And the seconds of CPU it may take, unoptimised.
const CPU: f64 = 5.0;

/// Runs an attack, which is to end so, and sees to it that it cost little and that others are served.
fn bounded(limits: &[(&str, &str)], bytes: &[u8], expected: &str) -> Back {
    let mut program = Program::start(limits);
    program.seen();
    let (memory, cpu) = (program.peak(), program.cpu());
    let back = attack(program.addr, bytes, expected.ends_with("open"));
    program.seen();
    let grown = program.peak() - memory;
    let spent = program.cpu() - cpu;
    let came = back.words.join(", ");
    assert!(came.ends_with(expected), "{back:?}");
    assert!(grown < GROWTH, "{grown} KiB more");
    assert!(spent < CPU, "{spent} s of CPU");
    program.lets_go();
    back
}

/// The numbers of streams that a client opens.
fn streams(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|number| number * 2 + 1)
}

#[test]
fn rapid_reset() {
    let (get, cancel) = (request("GET", "/first"), 8_u32.to_be_bytes());
    let pair = |id| {
        [
            frame(HEADERS, WHOLE, id, &get),
            frame(RESET, 0, id, &cancel),
        ]
        .concat()
    };
    let all: Vec<u8> = streams(20_000).flat_map(pair).collect();
    let back = bounded(&[], &all, "goaway 11, end");
    assert_eq!(back.said, "too_many_resets");
}

#[test]
fn a_flood_of_continuations() {
    for size in [0, 1, 1000] {
        let mut all = frame(HEADERS, END, 1, &request("GET", "/first"));
        let more = block(&[("x", &"y".repeat(size))]);
        let more = if size == 0 { &[] } else { more.as_slice() };
        all.extend(frame(CONTINUATION, 0, 1, more).repeat(10_000));
        let back = bounded(&[], &all, "goaway 11, end");
        assert_eq!(back.said, "too_many_continuations", "{size}");
    }
}

#[test]
fn a_bomb_of_header_compression() {
    // A field of 4,000 bytes that goes into the table (RFC 7541 section 6.2.1), then all of it again
    // for each byte.
    let mut bomb = vec![0x40, 1, b'x'];
    length(&mut bomb, 3900);
    bomb.extend([b'y'; 3900]);
    bomb.extend([0xbe; 12_000]);
    let whole = [request("GET", "/first"), bomb].concat();
    let all = frame(HEADERS, WHOLE, 1, &whole);
    let back = bounded(&[], &all, "goaway 11, end");
    assert_eq!(back.said, "header_list_way_too_large");
}

#[test]
fn a_flood_of_empty_data() {
    let mut all = frame(HEADERS, END_HEADERS, 1, &request("POST", "/first"));
    all.extend(frame(DATA, 0, 1, &[]).repeat(30_000));
    let back = bounded(&[], &all, "goaway 11, end");
    assert_eq!(back.said, "too_many_data_frames");
}

#[test]
fn a_flood_of_padding() {
    let mut all = frame(HEADERS, END_HEADERS, 1, &request("POST", "/first"));
    let padding = [[255].as_slice(), &[0; 255]].concat();
    all.extend(frame(DATA, 8, 1, &padding).repeat(30_000));
    let back = bounded(&[], &all, "goaway 11, end");
    assert_eq!(back.said, "too_many_data_frames");
}

#[test]
fn resets_that_the_server_is_made_to_send() {
    let post = request("POST", "/first");
    // A window above the most is an error of the stream (RFC 9113 section 6.9.1).
    let most = 0x7fff_ffff_u32.to_be_bytes();
    let pair = |id| {
        [
            frame(HEADERS, END_HEADERS, id, &post),
            frame(WINDOW, 0, id, &most),
        ]
        .concat()
    };
    let all: Vec<u8> = streams(5000).flat_map(pair).collect();
    let back = bounded(&[], &all, "goaway 11, end");
    assert_eq!(back.said, "too_many_internal_resets");
}

#[test]
fn more_streams_than_are_allowed() {
    let post = request("POST", "/first");
    let open = |id| frame(HEADERS, END_HEADERS, id, &post);
    let all: Vec<u8> = streams(150).flat_map(open).collect();
    let mut program = Program::start(&[]);
    let back = attack(program.addr, &all, true);
    assert_eq!(back.words, ["reset 7", "the last refused"]);
    assert_eq!(back.count(RESET), 50);
    assert!(program.seen().len() <= 100);
}

#[test]
fn floods_of_frames_that_carry_nothing() {
    let table = [
        frame(SETTINGS, 0, 0, &[]),
        frame(PING, 0, 0, &[0; 8]),
        frame(PING, ACK, 0, &[0; 8]),
        frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 1]),
        frame(0xbb, 0, 0, b"unknown"),
    ];
    for one in table {
        let back = bounded(&[], &one.repeat(200_000), "goaway 11, end");
        let answers = back.count(SETTINGS + 100) + back.count(PING + 100);
        // 1,000 are allowed, and what is read at once may have some more.
        assert!(answers < 4000, "{answers} answers");
    }
}

#[test]
fn updates_of_a_window_by_little() {
    let mut all = frame(HEADERS, WHOLE, 1, &request("GET", "/first"));
    all.extend(frame(WINDOW, 0, 0, &1_u32.to_be_bytes()).repeat(20_000));
    bounded(&[], &all, "200, open");
}

#[test]
fn windows_that_stay_shut() {
    // INITIAL_WINDOW_SIZE: no byte of any answer may be sent.
    let mut all = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let get = request("GET", "/zeros?10000000");
    let open = |id| frame(HEADERS, WHOLE, id, &get);
    all.extend(streams(50).flat_map(open));
    let short = [("WRITE_TIME", "300ms"), ("IDLE_TIME", "300ms")];
    let mut program = Program::start(&short);
    let back = raw(program.addr, [PREFACE, &all].concat());
    assert_eq!(back.words.last().expect("an end"), "end", "{back:?}");
    assert_eq!(back.count(DATA), 0);
    program.seen();
    program.lets_go();
}

#[test]
fn a_table_as_large_as_they_come() {
    // HEADER_TABLE_SIZE: what our own encoder may then remember.
    let most = [0, 1, 0xff, 0xff, 0xff, 0xff];
    let mut all = frame(SETTINGS, 0, 0, &most);
    let get = request("GET", "/first");
    let open = |id| frame(HEADERS, WHOLE, id, &get);
    all.extend(streams(90).flat_map(open));
    bounded(&[], &all, "200, open");
}

#[test]
fn silence_at_the_start_has_an_end() {
    let short = [
        ("HEAD_TIME", "300ms"),
        ("IDLE_TIME", "300ms"),
        ("LINGER_TIME", "300ms"),
    ];
    let mut program = Program::start(&short);
    // Half of it is told apart from HTTP/1 by what comes back.
    let addr = program.addr;
    let mut peer = crate::wire::peer::Peer::connect(addr);
    peer.send(&PREFACE[..20]);
    assert_eq!(peer.answer().status, 408);
    peer.closed();
    for start in [PREFACE.to_vec(), [PREFACE, &[0, 0, 6, SETTINGS]].concat()] {
        let back = raw(addr, start);
        assert_eq!(back.words.last().expect("an end"), "end", "{back:?}");
    }
    program.seen();
    program.lets_go();
}
