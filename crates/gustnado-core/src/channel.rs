//! A stream that is fed from elsewhere, such as by a task, as fast as its reader takes it. It must
//! not know what is sent.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::sync::{Semaphore, mpsc};

use crate::{body::Body, error::BoxError};

/// Feeds an answer that is being sent; made by [`Body::channel`] or
/// [`Events::channel`](crate::Events::channel).
///
/// The answer ends when the last clone is dropped. When that is because its task panicked, the
/// answer is cut short instead, so that the client sees that it is not whole.
pub struct Sender<T> {
    items: mpsc::Sender<Result<T, BoxError>>,
    panicked: Arc<AtomicBool>,
}

/// Nobody reads any more: the client has left, or the answer was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// The other end.
pub(crate) struct Receiver<T> {
    items: mpsc::Receiver<Result<T, BoxError>>,
    panicked: Arc<AtomicBool>,
}

/// Both ends. `capacity` items wait at most; 0 is taken for 1.
pub(crate) fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::channel(capacity.clamp(1, Semaphore::MAX_PERMITS));
    let panicked = Arc::new(AtomicBool::new(false));
    let sender = Sender {
        items: sender,
        panicked: Arc::clone(&panicked),
    };
    let receiver = Receiver {
        items: receiver,
        panicked,
    };
    (sender, receiver)
}

impl Body {
    /// A body that is fed from elsewhere, and who feeds it. `capacity` chunks wait at most.
    ///
    /// ```
    /// # use gustnado_core as gustnado;
    /// use gustnado::Body;
    ///
    /// async fn get() -> Body {
    ///     let (sender, body) = Body::channel(8);
    ///     tokio::spawn(async move {
    ///         for line in 0..1_000_000 {
    ///             if sender.send(format!("{line}\n")).await.is_err() {
    ///                 break; // The client has left.
    ///             }
    ///         }
    ///     });
    ///     body
    /// }
    /// ```
    #[must_use]
    pub fn channel(capacity: usize) -> (Sender<Bytes>, Self) {
        let (sender, receiver) = channel(capacity);
        (sender, Self::stream(receiver))
    }
}

impl<T> Sender<T> {
    /// Sends one more, once there is room: the client's reading sets the pace.
    ///
    /// # Errors
    /// When nobody reads any more.
    pub async fn send(&self, item: impl Into<T>) -> Result<(), Gone> {
        self.items.send(Ok(item.into())).await.map_err(|_| Gone)
    }

    /// Cuts the answer short, so that the client sees that it is not whole.
    pub async fn fail(self, why: impl Into<BoxError>) {
        // Nobody is there to be told otherwise.
        let _ = self.items.send(Err(why.into())).await;
    }

    /// Waits until nobody reads any more.
    pub async fn gone(&self) {
        self.items.closed().await;
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            panicked: Arc::clone(&self.panicked),
        }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.panicked.store(true, Relaxed);
        }
    }
}

impl<T> Stream for Receiver<T> {
    type Item = Result<T, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.items.poll_recv(cx);
        next.map(|item| {
            let cut = item.is_none() && self.panicked.swap(false, Relaxed);
            item.or_else(|| cut.then(|| Err("the task that fed the answer panicked".into())))
        })
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Sender({} of {} free)",
            self.items.capacity(),
            self.items.max_capacity()
        )
    }
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody reads the answer any more")
    }
}

impl std::error::Error for Gone {}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(future)
    }

    async fn next(body: &mut Body) -> Option<Result<Bytes, String>> {
        let chunk = body.chunk().await?;
        Some(chunk.map_err(|error| error.to_string()))
    }

    #[test]
    fn the_reader_sets_the_pace() {
        run(async {
            let (sender, mut body) = Body::channel(0);
            sender.send("one").await.unwrap();
            let second = tokio::spawn(async move { sender.send("two").await });
            tokio::task::yield_now().await;
            assert!(!second.is_finished(), "there was room");
            assert_eq!(next(&mut body).await.unwrap().unwrap(), "one");
            assert_eq!(next(&mut body).await.unwrap().unwrap(), "two");
            assert_eq!(second.await.unwrap(), Ok(()));
            assert!(next(&mut body).await.is_none());
        });
    }

    #[test]
    fn a_reader_that_has_left_is_told() {
        run(async {
            let (sender, body) = Body::channel(usize::MAX);
            drop(body);
            assert_eq!(sender.send("one").await, Err(Gone));
            sender.gone().await;
        });
    }

    #[test]
    fn what_is_not_whole_does_not_end_as_if_it_were() {
        run(async {
            let (sender, mut body) = Body::channel(4);
            sender.clone().fail("no more").await;
            assert_eq!(next(&mut body).await.unwrap().unwrap_err(), "no more");
            let (sender, mut body) = Body::channel(4);
            let task = tokio::spawn(async move {
                let _sender = sender;
                panic!("as asked");
            });
            assert!(task.await.is_err());
            let error = next(&mut body).await.unwrap().unwrap_err();
            assert!(error.contains("panicked"), "{error}");
            assert!(next(&mut body).await.is_none());
        });
    }
}
