//! The socket of a connection, its corked writes, and what the driver wants to know of both. It must
//! not know HTTP.

use std::{
    fs::File,
    io::{self, IoSlice},
    ops::Range,
    task::{Context, Poll, ready},
};

use tokio::io::ReadBuf;

use super::{cork::Cork, sendfile, socket::Socket};
use crate::{look::Since, open_file::OpenFile};

/// A socket and what waits to be written to it.
pub(super) struct Live {
    socket: Socket,
    cork: Cork,
    /// Bytes went out since the driver last looked.
    pub(super) progressed: bool,
    /// The socket took no more at the last write.
    pub(super) blocked: bool,
    /// Something that was to be sent behind what is gathered is held by whoever has it.
    held: bool,
    /// There was nothing to read at the last try.
    waits: bool,
    /// There had been nothing to read before the last read.
    waited: bool,
    /// Which looks count for what was read.
    read: Since,
}

/// What lies on the socket, unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Peer {
    /// More.
    GoesOn,
    /// The end of what it sends.
    HasSaidAll,
}

impl Live {
    pub(super) fn new(socket: Socket) -> Self {
        Self {
            socket,
            cork: Cork::default(),
            progressed: false,
            blocked: false,
            held: false,
            waits: false,
            waited: false,
            read: Since::now(),
        }
    }

    #[cfg(unix)]
    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The socket alone. Nothing may wait to be written.
    pub(super) fn into_socket(self) -> Socket {
        self.socket
    }

    /// Reads what there is room for.
    pub(super) fn poll_read_into(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        let before = buf.filled().len();
        let read = self.socket.poll_read(cx, buf);
        // A task that has had its share is not told what there is.
        let waits = read.is_pending() && tokio::task::coop::has_budget_remaining();
        let waited = std::mem::replace(&mut self.waits, waits);
        ready!(read)?;
        (self.waited, self.read) = (waited, Since::now());
        Poll::Ready(Ok(buf.filled().len() - before))
    }

    /// Which looks count for what was read last; if it `begins` there, for what begins with its first byte,
    /// which is to be asked before others have their turn.
    pub(super) fn since(&self, begins: bool) -> Since {
        // Of what is encrypted, the first byte may be of something else.
        if begins && self.waited && cfg!(target_os = "linux") && !self.socket.is_secure() {
            Since::turn()
        } else {
            self.read
        }
    }

    /// Whether something lies there that nobody has read.
    pub(super) fn poll_unread(&mut self, cx: &mut Context<'_>) -> bool {
        matches!(self.socket.poll_unread(cx), Poll::Ready(Ok(true)))
    }

    /// What the peer has to say while an answer is made. Without data of its own it is asked for no
    /// more than the socket knows.
    pub(super) fn poll_peer(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Peer>> {
        if ready!(self.socket.poll_unread(cx))? {
            return Poll::Ready(Ok(Peer::GoesOn));
        }
        // Behind its end, reading tells of no error any more.
        match self.socket.take_error()? {
            None => Poll::Ready(Ok(Peer::HasSaidAll)),
            Some(error) => Poll::Ready(Err(error)),
        }
    }

    /// Gathers small writes; sends large ones behind what was gathered.
    #[cfg(feature = "http2")]
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            if let Some(count) = self.cork.gather(slices) {
                self.held = false;
                return Poll::Ready(Ok(count));
            }
            match self.poll_send(cx, slices) {
                Poll::Ready(Ok(0)) => {}
                written => return written,
            }
        }
    }

    /// Sees to it that there is room for a head or a small piece of a body.
    pub(super) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.cork.is_open() {
            ready!(self.poll_send(cx, &[]))?;
        }
        Poll::Ready(Ok(()))
    }

    /// Where to put a head or a small piece of a body, once there is [room](Self::poll_room).
    pub(super) fn out(&mut self) -> &mut Vec<u8> {
        self.cork.out()
    }

    /// Sends what was gathered and these bytes behind it, as far as the socket takes them with one call.
    /// Says how many of the bytes went out; what is wrong with the socket is for who sends the rest to see.
    #[inline]
    pub(super) fn send_at_once(&mut self, bytes: &[u8]) -> usize {
        let (socket, slice) = (&self.socket, [IoSlice::new(bytes)]);
        let slices = if bytes.is_empty() { &[] } else { &slice[..] };
        let Ok(sent) = self.cork.send(slices, |all| socket.try_write(all)) else {
            return 0;
        };
        self.has_sent();
        sent
    }

    /// Sends so many bytes of pages, as far as the socket takes them with one call; nothing else may wait to be
    /// sent. Says how many went out; what is wrong with the socket is for who sends the rest to see.
    #[inline]
    pub(super) fn send_pages(&mut self, pages: &File, length: usize) -> usize {
        let sent = sendfile::at_once(&self.socket, pages, length).unwrap_or(0);
        if sent > 0 {
            self.has_sent();
        }
        sent
    }

    /// The socket took something.
    #[inline]
    fn has_sent(&mut self) {
        self.blocked = false;
        self.held = false;
        self.progressed = true;
    }

    /// Sends what was gathered.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.cork.is_empty() {
            self.send_at_once(&[]);
        }
        while !self.cork.is_empty() {
            ready!(self.poll_send(cx, &[]))?;
        }
        let flushed = self.socket.poll_flush(cx);
        self.blocked = flushed.is_pending() || self.held;
        self.progressed |= self.socket.take_progress();
        flushed
    }

    /// Whether all that was said is sent.
    pub(super) fn is_between(&self) -> bool {
        !self.held && self.cork.is_empty()
    }

    /// Whether all that was said is taken, if not sent: what is said now stands behind it.
    pub(super) fn is_whole(&self) -> bool {
        !self.held
    }

    /// Gathers words beside the answers of handlers. They are few, one for a request at most, and none
    /// of them is lost: they are put behind whatever waits.
    pub(super) fn say(&mut self, words: &[u8]) {
        self.cork.out().extend_from_slice(words);
    }

    /// Sends what was gathered, and says that nothing follows.
    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_flush(cx))?;
        self.socket.poll_shutdown(cx)
    }

    /// Sends what was gathered and these slices behind it. Says how many bytes of the slices went out.
    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let socket = &mut self.socket;
        let result = self
            .cork
            .send(slices, |all| match socket.poll_write(cx, all) {
                Poll::Ready(Ok(0)) => Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(result) => result,
                Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
            });
        match result {
            Ok(count) => {
                self.has_sent();
                Poll::Ready(Ok(count))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.blocked = true;
                self.held |= !slices.is_empty();
                self.progressed |= self.socket.take_progress();
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    /// Whether bytes of a file can be [sent](Self::poll_send_file) without reading them.
    pub(super) fn sends_files(&self) -> bool {
        sendfile::is_for(&self.socket)
    }

    /// Sends what was gathered and these bytes of a file behind it, as far as the socket takes them. Says
    /// how many bytes of the file went out; 0 means that it has no more.
    pub(super) fn poll_send_file(
        &mut self,
        cx: &mut Context<'_>,
        file: &OpenFile,
        bytes: Range<u64>,
    ) -> Poll<io::Result<u64>> {
        let sent = self.poll_behind(cx, file, bytes);
        self.blocked = sent.is_pending();
        self.held = sent.is_pending();
        self.progressed |= sent.is_ready();
        sent
    }

    fn poll_behind(
        &mut self,
        cx: &mut Context<'_>,
        file: &OpenFile,
        bytes: Range<u64>,
    ) -> Poll<io::Result<u64>> {
        while !self.cork.is_empty() {
            let sent = ready!(sendfile::poll_more(&self.socket, cx, self.cork.pending()))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.cork.advance(sent);
            self.progressed = true;
        }
        sendfile::poll(&self.socket, cx, file.file(), bytes)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::{
        future::poll_fn,
        io::Write as _,
        mem::MaybeUninit,
        sync::{
            Arc, Mutex,
            atomic::{AtomicU64, Ordering::SeqCst},
        },
        task::Waker,
    };

    use super::*;
    use crate::look::Look;

    /// Something outside of the program, which changes, and what was last seen of it.
    #[derive(Default)]
    struct World {
        now: AtomicU64,
        seen: Mutex<(Look, u64)>,
        shared: AtomicU64,
        /// Who is woken although nothing has come.
        wakers: Mutex<Vec<Waker>>,
    }

    impl World {
        fn answer(&self, since: Since) -> u64 {
            let mut seen = self.seen.lock().unwrap();
            if since.is_before(seen.0) {
                self.shared.fetch_add(1, SeqCst);
            } else {
                let look = Look::now();
                *seen = (look, self.now.load(SeqCst));
            }
            seen.1
        }

        /// Reads requests, each of which says what was to be seen when it was sent, until the end.
        async fn answer_all(self: Arc<Self>, mut live: Live) -> u64 {
            let mut answered = 0;
            loop {
                let mut scratch = [MaybeUninit::uninit(); 8 * 5];
                let mut read = ReadBuf::uninit(&mut scratch);
                let count = poll_fn(|cx| {
                    let polled = live.poll_read_into(cx, &mut read);
                    if polled.is_pending() {
                        self.wakers.lock().unwrap().push(cx.waker().clone());
                    }
                    polled
                })
                .await
                .unwrap();
                if count == 0 {
                    return answered;
                }
                for (place, sent) in read.filled().chunks_exact(8).enumerate() {
                    let answer = self.answer(live.since(place == 0));
                    let sent = u64::from_le_bytes(sent.try_into().unwrap());
                    assert!(answer >= sent, "{answer} to what was sent behind {sent}");
                    answered += 1;
                }
            }
        }

        /// Keeps the thread busy, and the others awake.
        async fn disturb(self: Arc<Self>) {
            let mut turn = false;
            poll_fn(|cx| {
                turn = !turn;
                if turn {
                    let wakers = std::mem::take(&mut *self.wakers.lock().unwrap());
                    wakers.into_iter().for_each(Waker::wake);
                }
                cx.waker().wake_by_ref();
                Poll::<()>::Pending
            })
            .await;
        }

        /// Changes it, and then asks for it on one of the connections, over and over.
        fn change(&self, to: &mut [std::os::unix::net::UnixStream]) {
            for number in 0..REQUESTS {
                let now = self.now.fetch_add(1, SeqCst) + 1;
                let to = &mut to[(number.wrapping_mul(2_654_435_761) >> 7) as usize % to.len()];
                to.write_all(&now.to_le_bytes()).unwrap();
                if number % 64 == 0 {
                    std::thread::yield_now();
                }
            }
        }
    }

    const REQUESTS: u64 = 20_000;

    /// How many requests had no look of their own.
    fn shared(connections: usize, interval: u32, disturbed: bool) -> u64 {
        let world = Arc::new(World::default());
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().event_interval(interval).build();
        let pair = |_| std::os::unix::net::UnixStream::pair().unwrap();
        let (near, mut far): (Vec<_>, Vec<_>) = (0..connections).map(pair).unzip();
        let changes = Arc::clone(&world);
        let changing = std::thread::spawn(move || changes.change(&mut far));
        let answered = runtime.unwrap().block_on(async {
            if disturbed {
                tokio::spawn(Arc::clone(&world).disturb());
            }
            let mut answering = Vec::new();
            for socket in near {
                socket.set_nonblocking(true).unwrap();
                let socket = tokio::net::UnixStream::from_std(socket).unwrap();
                let live = Live::new(Socket::Unix(socket));
                answering.push(tokio::spawn(Arc::clone(&world).answer_all(live)));
            }
            let mut answered = 0;
            for one in answering {
                answered += one.await.unwrap();
            }
            answered
        });
        changing.join().unwrap();
        assert_eq!(answered, REQUESTS);
        world.shared.load(SeqCst)
    }

    #[test]
    fn no_look_counts_for_what_was_sent_behind_it() {
        for interval in [1, 2, 3, 61] {
            for connections in [1, 3, 16] {
                for disturbed in [false, true] {
                    let shared = shared(connections, interval, disturbed);
                    // What comes together with others is there often enough.
                    assert!(shared > 0, "{connections} {interval} {disturbed}");
                }
            }
        }
    }
}
