//! When bytes last went either way over a connection, and how long nothing may. It must not know what
//! the connection is for.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, sleep_until},
};

/// What is further off is not reached, nor can each clock write it down.
const FAR: Duration = Duration::from_secs(86_400 * 365);

/// A connection that notes when bytes went over it.
pub(crate) struct Noted<T> {
    inner: T,
    last: Last,
}

/// When they last did, in milliseconds since it was begun.
#[derive(Debug, Clone)]
pub(crate) struct Last {
    begun: Instant,
    millis: Arc<AtomicU64>,
}

impl<T> Noted<T> {
    pub(crate) fn new(inner: T) -> (Self, Last) {
        let last = Last {
            begun: Instant::now(),
            millis: Arc::default(),
        };
        let noted = Self {
            inner,
            last: last.clone(),
        };
        (noted, last)
    }
}

impl Last {
    fn note(&self) {
        let millis = self.begun.elapsed().as_millis();
        let millis = u64::try_from(millis).unwrap_or(u64::MAX);
        self.millis.store(millis, Relaxed);
    }

    /// Waits until nothing has gone over it for so long.
    pub(crate) async fn idle_for(self, time: Duration) {
        let time = time.min(FAR);
        loop {
            let seen = self.millis.load(Relaxed);
            sleep_until(self.begun + Duration::from_millis(seen) + time).await;
            if self.millis.load(Relaxed) == seen {
                return;
            }
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Noted<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        self.last.note();
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Noted<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.inner).poll_write(cx, bytes))?;
        self.last.note();
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, parts))?;
        self.last.note();
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
