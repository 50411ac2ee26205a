//! Malformed requests: each is refused with a status or does no harm, and others are served.

use super::{
    program::Program,
    row::{outcome, rows},
};

#[test]
fn malformed_requests_end_as_they_should() {
    let mut program = Program::start(&[("BODY", "32KiB")]);
    let rows = rows(include_str!("requests.txt"));
    assert!(rows.len() > 60, "{} requests", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let came = outcome(&program, &row);
        if came != row.expected {
            wrong.push(format!("{}: {came:?} and not {:?}", row.name, row.expected));
        }
        program.seen();
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    program.lets_go();
}
