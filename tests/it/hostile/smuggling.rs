//! Requests whose end can be read in two ways, each followed by a marker: the marker is answered
//! only where it is a request. The same pairs go through proxies in `tests/edge`.

use super::{
    program::Program,
    row::{Row, outcome, row},
};

const PAIRS: &str = include_str!("../../edge/pairs.txt");
const MARKER: &[u8; 33] = b"GET /marker HTTP/1.1\r\nhost: a\r\n\r\n";

#[test]
fn a_marker_is_answered_only_where_it_is_a_request() {
    let mut program = Program::start(&[]);
    let mut wrong = Vec::new();
    let pairs = pairs();
    assert!(pairs.len() > 30, "{} pairs", pairs.len());
    for pair in pairs {
        let came = outcome(&program, &pair);
        let seen = program.seen();
        let seen = seen.iter().filter(|line| *line != "GET /behind");
        let answered = came.matches("200").count();
        let marked = seen.clone().any(|line| line == "GET /marker");
        // Each that was taken for a request was answered, and a second one is the marker.
        if came != pair.expected || marked != (answered == 2) {
            let seen: Vec<_> = seen.collect();
            wrong.push(format!("{}: {came:?}, taken: {seen:?}", pair.name));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    program.lets_go();
}

fn pairs() -> Vec<Row> {
    let lines = PAIRS.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pair = |line: &'static str| {
        let mut parts = line.splitn(3, " | ");
        let mut next = || parts.next().expect("three parts");
        let (name, expected) = (next(), next());
        row(name, unescape(next()), expected)
    };
    lines.map(pair).collect()
}

/// What `\r`, `\n`, `\xHH` and `{m}` stand for.
fn unescape(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let length = match rest.as_bytes() {
            [b'{', b'm', b'}', ..] => {
                bytes.extend(MARKER);
                3
            }
            [b'\\', b'x', ..] => {
                bytes.push(u8::from_str_radix(&rest[2..4], 16).expect("a byte"));
                4
            }
            [b'\\', kind, ..] => {
                bytes.push(if *kind == b'r' { b'\r' } else { b'\n' });
                2
            }
            _ => {
                bytes.extend(first.to_string().bytes());
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    bytes
}
