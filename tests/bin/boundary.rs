//! Asks many requests just when connections fall asleep, and says whether one was lost.
//!
//! `cargo run --release -p gustnado-tests --bin boundary -- [REQUESTS] [CONNECTIONS]`

use gustnado_tests::boundary::{Boundary, stress};

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse());
    let mut next = |default| match numbers.next() {
        None => default,
        Some(Ok(number)) => number,
        Some(Err(error)) => panic!("a number: {error}"),
    };
    let (requests, connections) = (next(500_000), next(256));
    let mut failed = false;
    for boundary in Boundary::ALL {
        let begin = std::time::Instant::now();
        let tally = stress(boundary, connections, requests / Boundary::ALL.len() + 1);
        println!(
            "{boundary:?}: {tally:?} in {:.1} s",
            begin.elapsed().as_secs_f64()
        );
        failed |= tally.lost + tally.wrong > 0;
    }
    assert!(!failed, "requests were lost or answered wrong");
}
