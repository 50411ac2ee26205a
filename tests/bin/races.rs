//! Asks a server that closes idle connections at random moments, and says whether anybody saw it.
//!
//! `cargo run --release -p gustnado-tests --bin races -- [REQUESTS] [IN FLIGHT] [CLOSES ONE IN]`

use gustnado_tests::races::race;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse());
    let mut next = |default| match numbers.next() {
        None => default,
        Some(Ok(number)) => number,
        Some(Err(error)) => panic!("a number: {error}"),
    };
    let (requests, in_flight, closes) = (next(110_000), next(64), next(2_000));
    let begin = std::time::Instant::now();
    let races = race(requests, in_flight as usize, closes);
    println!("{races:#?}\n{:.1} s", begin.elapsed().as_secs_f64());
    if let Some(pool) = races.pool {
        let all = pool.opened + pool.reused;
        println!("reused: {:.3} %", 100.0 * pool.reused as f64 / all as f64);
    }
    assert_eq!(races.failed, 0, "a GET failed");
    assert_eq!(races.read_twice, 0, "a POST was read twice");
}
