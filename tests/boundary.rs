//! Requests that come just when their connections fall asleep: a client that sends them whole, cut
//! into two with a pause, in pairs and with bodies, and checks every answer. It must not know how
//! connections sleep.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    time::Duration,
};

use gustnado::{Application, BoxFuture, Limits, Mount, Request, Response, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// Where connections of the server fall asleep.
#[derive(Debug, Clone, Copy)]
pub enum Boundary {
    /// Each dozes at once; at the next ticks it is parked.
    Doze,
    /// Each is parked at once.
    Park,
    /// Some stay awake, some doze, the others are parked.
    Mixed,
}

/// What came of the requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Answered as they should be.
    pub right: usize,
    /// Not answered.
    pub lost: usize,
    /// Answered with something else.
    pub wrong: usize,
}

impl Boundary {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Doze, Self::Park, Self::Mixed];

    fn set(self, limits: &mut Limits) {
        let (awake, dozing, park) = match self {
            Self::Doze => (0, usize::MAX, Duration::from_millis(1)),
            Self::Park => (0, 0, Duration::ZERO),
            Self::Mixed => (20, 40, Duration::from_millis(1)),
        };
        limits.awake = awake;
        limits.dozing = dozing;
        limits.doze_time = Duration::from_millis(1);
        limits.park_time = park;
        limits.connection_requests = u32::MAX;
    }
}

struct Echo;

impl Mount for Echo {
    fn call<'a>(
        &'a self,
        _prefix: &'a str,
        mut request: Request,
    ) -> BoxFuture<'a, Result<Response>> {
        Box::pin(async move {
            let body = request.body_mut().collect().await?;
            if body.is_empty() {
                let target = request.path().to_owned();
                return Ok(Response::new(200).with_text(target));
            }
            Ok(Response::new(200).with_body(body))
        })
    }
}

/// Sends as many requests at a server of its own over so many connections.
///
/// # Panics
/// When there is no server to be had.
#[must_use]
pub fn stress(boundary: Boundary, connections: usize, requests: usize) -> Tally {
    let app = Application::new().mount("/", Echo);
    let app = app.limits(move |limits| boundary.set(limits));
    let app = app.build().expect("an application");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("not blocking");
    let addr = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        super::runtime().block_on(async {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let serve = app.serve(listener).until(async {
                let _ = stopped.await;
            });
            serve.await.expect("served")
        })
    });
    let tally = super::runtime().block_on(async {
        let each = requests.div_ceil(connections);
        let clients: Vec<_> = (0..connections)
            .map(|seed| tokio::spawn(client(addr, Random::new(seed), each)))
            .collect();
        let mut all = Tally::default();
        for client in clients {
            let tally = client.await.expect("a client that does not panic");
            all.right += tally.right;
            all.lost += tally.lost;
            all.wrong += tally.wrong;
        }
        all
    });
    drop(stop);
    let left = server.join().expect("a server that does not panic");
    assert_eq!(left, 0, "connections were counted that are gone");
    tally
}

async fn client(addr: SocketAddr, mut random: Random, requests: usize) -> Tally {
    let mut tally = Tally::default();
    let mut number = 0;
    let mut open = None;
    while number < requests {
        if open.is_none() {
            open = connect(addr).await.ok();
        }
        let Some(socket) = &mut open else { continue };
        tokio::time::sleep(Duration::from_micros(random.below(12_000))).await;
        let pair = if random.below(4) == 0 { 2 } else { 1 };
        let asked: Vec<Asked> = (0..pair).map(|_| Asked::new(&mut random)).collect();
        number += pair;
        match exchange(socket, &asked, &mut random).await {
            Ok(right) => {
                tally.right += right;
                tally.wrong += pair - right;
            }
            Err(_) => {
                tally.lost += pair;
                open = None;
            }
        }
    }
    tally
}

async fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(addr).await?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// Says how many of the answers were right.
async fn exchange(
    socket: &mut TcpStream,
    asked: &[Asked],
    random: &mut Random,
) -> io::Result<usize> {
    let all: Vec<u8> = asked.iter().flat_map(|one| one.bytes.clone()).collect();
    if random.below(3) == 0 {
        let at = random.below(all.len() as u64) as usize;
        socket.write_all(&all[..at]).await?;
        tokio::time::sleep(Duration::from_micros(random.below(5_000))).await;
        socket.write_all(&all[at..]).await?;
    } else {
        socket.write_all(&all).await?;
    }
    let mut right = 0;
    let mut unread = Vec::new();
    for one in asked {
        let answer = answer(socket, &mut unread);
        // Only so that a request that is lost ends.
        let answer = tokio::time::timeout(Duration::from_secs(20), answer).await??;
        right += usize::from(answer == one.answer);
    }
    if unread.is_empty() { Ok(right) } else { Ok(0) }
}

/// Reads the body of the next answer.
async fn answer(socket: &mut TcpStream, unread: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    loop {
        if let Some((from, to)) = body(unread)? {
            let body = unread[from..to].to_vec();
            unread.drain(..to);
            return Ok(body);
        }
        if socket.read_buf(unread).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Where the body of the first answer is, once it is all here.
fn body(bytes: &[u8]) -> io::Result<Option<(usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    if !head.starts_with("http/1.1 200") {
        return Err(io::Error::other(head));
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.and_then(|text| text.parse().ok()).unwrap_or(0);
    let (from, to) = (end + 4, end + 4 + length);
    Ok((to <= bytes.len()).then_some((from, to)))
}

/// A request, and the answer to it.
struct Asked {
    bytes: Vec<u8>,
    answer: Vec<u8>,
}

impl Asked {
    fn new(random: &mut Random) -> Self {
        let name = format!("/{:x}", random.below(u64::MAX));
        if random.below(3) > 0 {
            let bytes = format!("GET {name} HTTP/1.1\r\nhost: here\r\n\r\n").into_bytes();
            let answer = name.into_bytes();
            return Self { bytes, answer };
        }
        let length = 1 + random.below(3_000) as usize;
        let answer: Vec<u8> = name.bytes().cycle().take(length).collect();
        let head =
            format!("POST {name} HTTP/1.1\r\nhost: here\r\ncontent-length: {length}\r\n\r\n");
        let bytes = [head.as_bytes(), &answer].concat();
        Self { bytes, answer }
    }
}

/// Numbers that look random, the same in each run (xorshift).
struct Random(u64);

impl Random {
    fn new(seed: usize) -> Self {
        Self(0x9E37_79B9_7F4A_7C15 ^ (seed as u64 + 1).wrapping_mul(0x2545_F491_4F6C_DD1D))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
