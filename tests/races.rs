//! A server that closes its idle connections at random moments, and a client that must not show it: no
//! GET fails, and no POST that was read is sent again. It must not know how the client manages.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use gustnado::client::{Client, PoolStats};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinSet, yield_now},
    time::{sleep, timeout},
};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// What came of it.
#[derive(Debug, Default, Clone)]
pub struct Races {
    /// GETs that were answered.
    pub gets: u64,
    /// GETs that failed, which none may.
    pub failed: u64,
    /// POSTs that were answered.
    pub posts: u64,
    /// POSTs that failed: their connection was closed when they may have been read.
    pub unsure: u64,
    /// POSTs that the server read more than once, which none may be.
    pub read_twice: u64,
    /// Connections that the server closed while they were idle, or instead of an answer.
    pub closed: u64,
    /// The first failure of a GET.
    pub first: Option<String>,
    /// The client's pool at the end.
    pub pool: Option<PoolStats>,
}

/// Which of `requests` are POSTs: one in so many.
const POSTS: u64 = 11;

/// Sends `requests`, `in_flight` at a time, to a server that closes one in `closes` of the connections
/// that become idle, at a random moment, and some under a request that it has read.
///
/// # Panics
/// Where there is no thread or no port to be had.
#[must_use]
pub fn race(requests: u64, in_flight: usize, closes: u64) -> Races {
    let (send, receive) = std::sync::mpsc::channel();
    let ledger = Arc::new(Ledger::default());
    let (served, stop) = (ledger.clone(), tokio::sync::oneshot::channel::<()>());
    let server = std::thread::spawn(move || {
        crate::runtime().block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let _ = send.send(listener.local_addr().expect("an address"));
            tokio::spawn(serve(listener, served, closes));
            let _ = stop.1.await;
        });
    });
    let address = receive.recv().expect("the server begins");
    let mut races = crate::runtime().block_on(ask(address, requests, in_flight));
    drop(stop.0);
    server.join().expect("the server ends");
    let read = ledger.read.lock().unwrap_or_else(PoisonError::into_inner);
    races.read_twice = read.values().filter(|times| **times > 1).count() as u64;
    races.closed = ledger.closed.load(Relaxed);
    races
}

async fn ask(address: SocketAddr, requests: u64, in_flight: usize) -> Races {
    let client = Client::new();
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..in_flight {
        let (client, next) = (client.clone(), next.clone());
        tasks.spawn(async move {
            let mut races = Races::default();
            loop {
                let number = next.fetch_add(1, Relaxed);
                if number >= requests {
                    return races;
                }
                one(&client, address, number, &mut races).await;
            }
        });
    }
    let mut all = Races::default();
    while let Some(joined) = tasks.join_next().await {
        let races = joined.expect("no task panics");
        all.gets += races.gets;
        all.failed += races.failed;
        all.posts += races.posts;
        all.unsure += races.unsure;
        all.first = all.first.or(races.first);
    }
    all.pool = Some(client.pool());
    all
}

async fn one(client: &Client, address: SocketAddr, number: u64, races: &mut Races) {
    let url = format!("http://{address}/{number}");
    let post = number.is_multiple_of(POSTS);
    let request = if post {
        client.post(url).body("x")
    } else {
        client.get(url)
    };
    let answered = async { request.send().await?.bytes().await }.await;
    match (post, answered) {
        (false, Ok(body)) if body == "hi" => races.gets += 1,
        (false, answered) => {
            races.failed += 1;
            races.first.get_or_insert_with(|| format!("{answered:?}"));
        }
        (true, Ok(_)) => races.posts += 1,
        (true, Err(_)) => races.unsure += 1,
    }
}

/// What the server read and did.
#[derive(Default)]
struct Ledger {
    /// POSTs by their number, and how often each was read.
    read: Mutex<HashMap<u64, u32>>,
    closed: AtomicU64,
}

async fn serve(listener: TcpListener, ledger: Arc<Ledger>, closes: u64) {
    for seed in 1.. {
        if let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(connection(stream, ledger.clone(), Dice(seed), closes));
        }
    }
}

/// Answers requests until the dice say that it closes.
async fn connection(mut stream: TcpStream, ledger: Arc<Ledger>, mut dice: Dice, closes: u64) {
    let mut room = [0; 4096];
    let mut first = true;
    loop {
        let waits = !first && dice.one_in(closes);
        let read = if waits {
            match dice.below(3) {
                0 => {}
                1 => yields(dice.below(40)).await,
                _ => sleep(Duration::from_millis(dice.below(4))).await,
            }
            // What lies on the socket by now is not read: its sender is told by a reset.
            ledger.closed.fetch_add(1, Relaxed);
            return;
        } else {
            // Longer than any of the client's, so that nothing is left when it is done.
            match timeout(Duration::from_secs(120), stream.read(&mut room)).await {
                Ok(Ok(read)) if read > 0 => read,
                _ => return,
            }
        };
        // The client sends head and body of such a request with one write.
        let request = String::from_utf8_lossy(&room[..read]);
        if let Some(post) = request.strip_prefix("POST /") {
            let number = post
                .split(' ')
                .next()
                .and_then(|number| number.parse().ok());
            let mut read = ledger.read.lock().unwrap_or_else(PoisonError::into_inner);
            *read.entry(number.expect("a number")).or_default() += 1;
        }
        if !first && dice.one_in(closes * 4) {
            ledger.closed.fetch_add(1, Relaxed);
            return;
        }
        if stream.write_all(ANSWER).await.is_err() {
            return;
        }
        first = false;
    }
}

async fn yields(count: u64) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// Numbers that are random enough (xorshift), and the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        for shift in [13_i32, -7, 17] {
            self.0 ^= if shift > 0 {
                self.0 << shift
            } else {
                self.0 >> -shift
            };
        }
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end.max(1)
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}
