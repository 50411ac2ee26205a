//! What all clients do: so many requests, so many of them at once, and how long and how much of the
//! processor that took.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

/// Asks for a URL as often as the arguments say, by `ask`, and prints requests a second and the
/// processor's microseconds for each.
///
/// Arguments: URL, requests, in flight.
pub fn run<C, F>(make: impl FnOnce() -> C, ask: impl Fn(C, String) -> F + Copy + Send + 'static)
where
    C: Clone + Send + 'static,
    F: Future<Output = usize> + Send,
{
    let arguments: Vec<String> = std::env::args().collect();
    let (url, requests) = (arguments[1].clone(), arguments[2].parse().expect("a number"));
    let in_flight = arguments[3].parse().expect("a number");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async move {
        let client = make();
        // Connections are open, and code and caches warm.
        all(&client, &url, 2_000.min(requests), in_flight, ask).await;
        let (begin, before) = (Instant::now(), processor());
        all(&client, &url, requests, in_flight, ask).await;
        let (wall, used) = (begin.elapsed().as_secs_f64(), processor() - before);
        println!("{:.0} {:.3}", requests as f64 / wall, used * 1e6 / requests as f64);
    });
}

async fn all<C, F>(
    client: &C,
    url: &str,
    requests: u64,
    in_flight: usize,
    ask: impl Fn(C, String) -> F + Copy + Send + 'static,
) where
    C: Clone + Send + 'static,
    F: Future<Output = usize> + Send,
{
    let next = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..in_flight)
        .map(|_| {
            let (client, url, next) = (client.clone(), url.to_owned(), next.clone());
            tokio::spawn(async move {
                while next.fetch_add(1, Relaxed) < requests {
                    assert_eq!(ask(client.clone(), url.clone()).await, 13);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task panics");
    }
}

/// Seconds of the processor that this process has used, by its scheduler's count of nanoseconds.
fn processor() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let nanoseconds: f64 = text.split(' ').next().and_then(|n| n.parse().ok()).expect("a number");
    nanoseconds / 1e9
}
