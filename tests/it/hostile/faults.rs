//! Single frames over HTTP/2 that are wrong: the end of their stream, or of their connection.

use super::{
    frames::{
        CONTINUATION, DATA, END, END_HEADERS, HEADERS, PING, PUSH, RESET, SETTINGS, WHOLE, WINDOW,
        attack, block, frame, request,
    },
    program::Program,
};

/// A line each: name, bytes, and what comes of them.
macro_rules! table {
    ($($name:literal => $bytes:expr, $expected:literal;)*) => {
        [$(($name, $bytes, $expected)),*]
    };
}

#[test]
fn frames_that_end_a_connection() {
    let get = request("GET", "/first");
    let headers = |stream| frame(HEADERS, WHOLE, stream, &get);
    let begun = frame(HEADERS, END, 1, &get);
    let setting = |name: u16, value: u32| {
        let value = value.to_be_bytes();
        frame(
            SETTINGS,
            0,
            0,
            &[&name.to_be_bytes(), value.as_slice()].concat(),
        )
    };
    // h2 says PROTOCOL_ERROR of most, also where RFC 9113 has a code of its own.
    let table = table! {
        "an update of the connection by 0" => frame(WINDOW, 0, 0, &[0; 4]), "goaway 1, end";
        "an update of a stream by 0" => [headers(1), frame(WINDOW, 0, 1, &[0; 4])].concat(), "goaway 1, end";
        "a window above the most" => frame(WINDOW, 0, 0, &0x7fff_ffff_u32.to_be_bytes()), "goaway 3, end";
        "an update too short" => frame(WINDOW, 0, 0, &[0; 3]), "goaway 1, end";
        "a stream of the server's" => headers(2), "goaway 1, end";
        "a request on no stream" => headers(0), "goaway 1, end";
        "an older stream" => [headers(5), headers(3)].concat(), "goaway 1, end";
        "data on no stream" => frame(DATA, 0, 0, b"x"), "goaway 1, end";
        "data on a stream not begun" => frame(DATA, 0, 1, b"x"), "goaway 1, end";
        "a reset of a stream not begun" => frame(RESET, 0, 1, &[0; 4]), "goaway 1, end";
        "a promise" => frame(PUSH, END_HEADERS, 1, &[0, 0, 0, 2]), "goaway 1, end";
        "a continuation of nothing" => frame(CONTINUATION, END_HEADERS, 1, &[]), "goaway 1, end";
        "a frame within a head" => [begun.clone(), frame(PING, 0, 0, &[0; 8])].concat(), "goaway 1, end";
        "another head within a head" => [begun, headers(3)].concat(), "goaway 1, end";
        "a frame too large" => frame(DATA, 0, 1, &[0; 16_385]), "goaway 6, end";
        "a ping too short" => frame(PING, 0, 0, &[0; 7]), "goaway 1, end";
        "a ping on a stream" => frame(PING, 0, 1, &[0; 8]), "goaway 1, end";
        "settings on a stream" => frame(SETTINGS, 0, 1, &[]), "goaway 1, end";
        "settings cut short" => frame(SETTINGS, 0, 0, &[0; 5]), "goaway 1, end";
        "an answer to settings that says more" => frame(SETTINGS, 1, 0, &[0; 6]), "goaway 1, end";
        "a window too large in settings" => setting(4, 0x8000_0000), "goaway 1, end";
        "frames too large in settings" => setting(5, 0x0100_0000), "goaway 1, end";
        "frames too small in settings" => setting(5, 100), "goaway 1, end";
        "neither pushes nor none" => setting(2, 2), "goaway 1, end";
        "padding beyond the frame" => [frame(HEADERS, END_HEADERS, 1, &request("POST", "/")), frame(DATA, 8, 1, &[9, 0, 0])].concat(), "goaway 1, end";
        "an index that is in no table" => frame(HEADERS, WHOLE, 1, &[0xff, 0xff, 0x7f]), "goaway 1, end";
        "a number without end" => frame(HEADERS, WHOLE, 1, &[0xff; 40]), "goaway 1, end";
        "a table larger than allowed" => frame(HEADERS, WHOLE, 1, &[0x3f, 0xff, 0xff, 0x7f]), "goaway 1, end";
        "a length beyond the head" => frame(HEADERS, WHOLE, 1, &[0x00, 0x7f, 0x7f, 0x01, b'x']), "goaway 1, end";
    };
    let mut program = Program::start(&[]);
    run(&mut program, &table);
}

/// What a head over HTTP/2 says becomes a head over HTTP/1 behind many a proxy.
#[test]
fn heads_that_are_none() {
    let of = |fields: &[(&str, &str)], flags| frame(HEADERS, flags, 1, &block(fields));
    let good = [
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/first"),
        (":authority", "a"),
    ];
    let with = |name, value| of(&[&good[..], &[(name, value)]].concat(), WHOLE);
    let but = |index: usize, value: &'static str| {
        let mut fields = good;
        fields[index].1 = value;
        of(&fields, WHOLE)
    };
    let without = |index: usize| {
        let mut fields = good.to_vec();
        fields.remove(index);
        of(&fields, WHOLE)
    };
    let table = table! {
        "no method" => without(0), "reset 1, open";
        "no path" => without(2), "reset 1, open";
        "no scheme" => without(1), "reset 1, open";
        "an empty path" => but(2, ""), "reset 1, open";
        "a path that is none" => but(2, "first"), "reset 1, open";
        "a line end in the path" => but(2, "/\r\nx: y"), "reset 1, open";
        "a blank in the path" => but(2, "/ HTTP/1.1"), "reset 1, open";
        "a blank in the method" => but(0, "GET / HTTP/1.1"), "goaway 1, end";
        "a line end in the host" => but(3, "a\r\nx: y"), "reset 1, open";
        "a path in the host" => but(3, "a/b"), "reset 1, open";
        "a user in the host" => but(3, "u@a"), "400, open";
        "an empty host" => but(3, ""), "reset 1, open";
        "another host beside it" => with("host", "b"), "400, open";
        "two hosts beside it" => of(&[good[0], good[1], good[2], ("host", "a"), ("host", "b")], WHOLE), "400, open";
        "the same host beside it" => with("host", "A"), "200, open";
        "a tunnel" => of(&[(":method", "CONNECT"), (":authority", "a:80")], WHOLE), "404, open";
        "the method twice" => with(":method", "POST"), "reset 1, open";
        "a status" => with(":status", "200"), "reset 1, open";
        "a pseudo-field of no one" => with(":other", "x"), "goaway 1, end";
        "a pseudo-field behind a field" => of(&[good[0], good[1], ("x", "y"), good[2]], WHOLE), "reset 1, open";
        "capitals in a name" => with("X-Big", "y"), "goaway 1, end";
        "a blank in a name" => with("x y", "z"), "goaway 1, end";
        "a colon in a name" => with("x:y", "z"), "goaway 1, end";
        "an empty name" => with("", "z"), "goaway 1, end";
        "CR and LF in a value" => with("x", "y\r\nz: a"), "goaway 1, end";
        "NUL in a value" => with("x", "a\0b"), "goaway 1, end";
        "a transfer coding" => with("transfer-encoding", "chunked"), "reset 1, open";
        "a connection field" => with("connection", "close"), "reset 1, open";
        "an upgrade" => with("upgrade", "h2c"), "reset 1, open";
        "a TE other than trailers" => with("te", "gzip"), "reset 1, open";
    };
    let mut program = Program::start(&[]);
    run(&mut program, &table);
}

/// A body that is not as long as was said would be read as another request there.
#[test]
fn bodies_that_are_not_as_they_were_announced() {
    let of = |length| {
        [
            request("POST", "/first"),
            block(&[("content-length", length)]),
        ]
        .concat()
    };
    let head = frame(HEADERS, END_HEADERS, 1, &of("5"));
    let body = |sent: &[u8]| [head.clone(), frame(DATA, END, 1, sent)].concat();
    let table = table! {
        "a length and no body" => frame(HEADERS, WHOLE, 1, &of("5")), "reset 1, open";
        "a length that is no number" => frame(HEADERS, WHOLE, 1, &of("+5")), "reset 1, open";
        "a body longer than its length" => body(b"123456"), "reset 1, open";
        "a body shorter than its length" => body(b"1234"), "reset 1, open";
        "trailers that do not end it" => [frame(HEADERS, END_HEADERS, 1, &request("POST", "/first")), frame(HEADERS, END_HEADERS, 1, &block(&[("x", "y")]))].concat(), "reset 1, open";
    };
    let mut program = Program::start(&[]);
    run(&mut program, &table);
}

/// Sends each on a connection of its own.
fn run(program: &mut Program, table: &[(&str, Vec<u8>, &str)]) {
    let mut wrong = Vec::new();
    for (name, bytes, expected) in table {
        let back = attack(program.addr, bytes, expected.ends_with("open"));
        let came = back.words.join(", ");
        if came != *expected {
            wrong.push(format!(
                "{name}: {came:?} and not {expected:?} ({})",
                back.said
            ));
        }
        program.seen();
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    program.lets_go();
}
