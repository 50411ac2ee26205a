//! Servers for the client to talk to: each connection is handled by a function of the test's.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

use gustnado::client::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A client with short ways: what it waits for is always the subject of the test.
pub(crate) fn client() -> Client {
    Client::new()
}

/// Runs a test on one thread, in tokio's own time.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(test);
}

/// Runs a test on one thread, in real time: where other threads take part.
pub(crate) fn run_real(test: impl Future<Output = ()>) {
    gustnado_tests::runtime().block_on(test);
}

/// A server that hands each connection, with its number from 0, to `handle`. It ends with the runtime.
pub(crate) async fn serve<F>(handle: impl Fn(usize, Peer) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        for number in 0.. {
            let Ok((stream, _)) = listener.accept().await else {
                return;
            };
            // Else the system may hold bytes back for longer than tokio's time lasts.
            stream.set_nodelay(true).expect("a socket");
            tokio::spawn(handle(
                number,
                Peer {
                    stream,
                    read: Vec::new(),
                },
            ));
        }
    });
    address
}

/// A server that answers every request on every connection with these bytes, and keeps what it read.
pub(crate) async fn answer(bytes: &'static str) -> (SocketAddr, Heard) {
    let heard = Heard::default();
    let ears = heard.clone();
    let address = serve(move |_, mut peer| {
        let ears = ears.clone();
        async move {
            while let Some(request) = peer.request().await {
                ears.add(request);
                peer.say(bytes).await;
            }
        }
    });
    (address.await, heard)
}

/// A server that says `again` for as long as anybody listens; how much of it was taken.
pub(crate) async fn endless(
    first: &'static str,
    again: &'static str,
) -> (SocketAddr, Arc<AtomicU64>) {
    let taken = Arc::new(AtomicU64::new(0));
    let counted = taken.clone();
    let address = serve(move |_, mut peer: Peer| {
        let counted = counted.clone();
        async move {
            peer.request().await;
            peer.say(first).await;
            let piece = again.repeat(16 * 1024 / again.len());
            // A GiB, unless the client has had enough.
            while counted.load(SeqCst) < 1 << 30 && peer.say(&piece).await {
                counted.fetch_add(piece.len() as u64, SeqCst);
                tokio::task::yield_now().await;
            }
        }
    });
    (address.await, taken)
}

/// Requests that were read, head and body.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn add(&self, request: String) {
        self.0.lock().unwrap().push(request);
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// The only one.
    pub(crate) fn one(&self) -> String {
        let all = self.all();
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].clone()
    }
}

/// The server's end of a connection.
pub(crate) struct Peer {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Peer {
    /// The next request with its body; `None` when the client has closed.
    pub(crate) async fn request(&mut self) -> Option<String> {
        let head = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let text = String::from_utf8_lossy(&self.read[..head]).to_ascii_lowercase();
        let chunked = text.contains("transfer-encoding: chunked");
        let length = text.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
        let end = loop {
            let end = match chunked {
                true => find(&self.read[head..], b"0\r\n\r\n").map(|end| head + end + 5),
                false => Some(head + length.unwrap_or(0)).filter(|end| *end <= self.read.len()),
            };
            if let Some(end) = end {
                break end;
            }
            self.more().await?;
        };
        let rest = self.read.split_off(end);
        let request = std::mem::replace(&mut self.read, rest);
        Some(String::from_utf8_lossy(&request).into_owned())
    }

    async fn more(&mut self) -> Option<()> {
        let mut room = [0; 16 * 1024];
        match self.stream.read(&mut room).await {
            Ok(count) if count > 0 => self.read.extend_from_slice(&room[..count]),
            _ => return None,
        }
        Some(())
    }

    /// Waits for the first bytes of a request.
    pub(crate) async fn begun(&mut self) {
        let _ = self.more().await;
    }

    /// Writes; whether the client is still there to take it.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Waits until the client closes.
    pub(crate) async fn closed(&mut self) {
        while self.more().await.is_some() {}
    }

    /// Closes by a reset.
    pub(crate) fn reset(self) {
        socket2::SockRef::from(&self.stream)
            .set_linger(Some(std::time::Duration::ZERO))
            .expect("a socket");
    }

    /// The socket itself.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
