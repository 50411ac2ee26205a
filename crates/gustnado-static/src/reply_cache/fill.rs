//! A body that is kept while it is sent. It comes as fast as it is made and not as its client reads, as
//! others wait for it; what turns out too large goes on at the client's pace, and is not kept. It must
//! not know what was asked.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use gustnado_core::{Body, BoxError};
use http_body::{Body as _, Frame};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::{Sleep, sleep},
};

use super::{
    flight::{Landing, Lead},
    kept::Draft,
    key::Key,
    store::Store,
};

/// What is to become of a body.
pub(super) struct Fill {
    pub(super) store: Arc<Store>,
    pub(super) key: Key,
    pub(super) draft: Draft,
    /// How many purges there were when it was begun.
    pub(super) begun: u64,
    pub(super) lead: Option<Lead>,
    /// Bytes that it may have.
    pub(super) most: usize,
    /// Bytes that it has to have, where its head says so.
    pub(super) length: Option<u64>,
    /// How long it goes on when its client has left.
    pub(super) wait: Duration,
}

/// What comes to the client.
enum Piece {
    Frame(Frame<Bytes>),
    /// It is too large: the client reads on by itself.
    Rest(Body),
    Failed(BoxError),
    /// The end, which is not one before this was said.
    End,
}

impl Fill {
    /// The body for the client, of one that is read by a task.
    pub(super) fn begin(self, body: Body) -> Body {
        let (sender, pieces) = mpsc::unbounded_channel();
        tokio::spawn(self.run(body, sender));
        Body::new(Filled {
            pieces,
            rest: None,
            ended: false,
        })
    }

    async fn run(self, mut body: Body, client: UnboundedSender<Piece>) {
        let mut gathered = BytesMut::new();
        let last = loop {
            let next = Next {
                body: &mut body,
                left: pin!(client.closed()),
                patience: None,
                wait: self.wait,
            };
            match next.await {
                Some(Some(Ok(frame))) => {
                    let data = frame.data_ref();
                    let size = data.map_or(0, Bytes::len);
                    let last = data.is_none() || gathered.len() + size > self.most;
                    if let Some(data) = data.filter(|_| !last) {
                        gathered.extend_from_slice(data);
                    }
                    // What the client does not take, the others may.
                    let _ = client.send(Piece::Frame(frame));
                    // Too large, or with trailers, which are not kept.
                    if last {
                        break Piece::Rest(body);
                    }
                }
                Some(Some(Err(error))) => break Piece::Failed(error),
                Some(None) => {
                    self.keep(&gathered);
                    let _ = client.send(Piece::End);
                    return;
                }
                // The client has left, and it takes too long.
                None => break Piece::End,
            }
        };
        if let Some(lead) = self.lead {
            lead.land(Landing::Alone);
        }
        let _ = client.send(last);
    }

    fn keep(self, body: &[u8]) {
        let landing = if self.length.is_none_or(|length| length == body.len() as u64) {
            let kept = Arc::new(self.draft.with(body));
            self.store.keep(&self.key, &kept, self.begun);
            Landing::Kept(kept)
        } else {
            Landing::Alone
        };
        if let Some(lead) = self.lead {
            lead.land(landing);
        }
    }
}

type Polled = Option<Result<Frame<Bytes>, BoxError>>;

/// The next frame; nothing when the client has left and it did not come in time.
struct Next<'a, L> {
    body: &'a mut Body,
    left: Pin<&'a mut L>,
    patience: Option<Pin<Box<Sleep>>>,
    wait: Duration,
}

impl<L: Future<Output = ()>> Future for Next<'_, L> {
    type Output = Option<Polled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut *this.body).poll_frame(cx) {
            return Poll::Ready(Some(frame));
        }
        let patience = match &mut this.patience {
            Some(patience) => patience,
            None => {
                ready!(this.left.as_mut().poll(cx));
                this.patience.insert(Box::pin(sleep(this.wait)))
            }
        };
        patience.as_mut().poll(cx).map(|()| None)
    }
}

/// The body as the client reads it.
struct Filled {
    pieces: UnboundedReceiver<Piece>,
    rest: Option<Body>,
    ended: bool,
}

impl http_body::Body for Filled {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Polled> {
        if let Some(rest) = &mut self.rest {
            return Pin::new(rest).poll_frame(cx);
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let piece = ready!(self.pieces.poll_recv(cx));
        self.ended = !matches!(piece, Some(Piece::Frame(_) | Piece::Rest(_)));
        Poll::Ready(match piece {
            Some(Piece::Frame(frame)) => Some(Ok(frame)),
            Some(Piece::Rest(rest)) => return Pin::new(self.rest.insert(rest)).poll_frame(cx),
            Some(Piece::Failed(error)) => Some(Err(error)),
            Some(Piece::End) => None,
            None => Some(Err("the task that read the body panicked".into())),
        })
    }
}
