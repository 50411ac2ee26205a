//! Requests whose end can be read in two ways, each followed by a marker: the marker is answered
//! only where it is a request. The same pairs go through proxies in `tests/edge`.

use super::{
    program::Program,
    row::{outcome, rows},
};

#[test]
fn a_marker_is_answered_only_where_it_is_a_request() {
    let mut program = Program::start(&[]);
    let mut wrong = Vec::new();
    let pairs = rows(include_str!("../../edge/pairs.txt"));
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
