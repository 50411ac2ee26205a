//! Server-sent events: a stream of them as an answer, kept alive while nothing happens (HTML
//! section 9.2). It must not know the server, which ends them when it stops.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderName, HeaderValue, header::CACHE_CONTROL};
use tokio::time::Sleep;

use super::{Event, IntoResponse};
use crate::{
    body::Body,
    channel::{Sender, channel},
    describe::{Content, Operation, Shape},
    error::{BoxError, Error},
    limits::KEEP_ALIVE,
    response::Response,
};

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
/// nginx, and proxies like it, would otherwise gather events until a buffer is full.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// Server-sent events: an answer that goes on, read in a browser by `EventSource`.
///
/// The stream is asked for the next event only when the socket can take it. While it has none, a
/// comment is sent now and then, so that nobody on the way takes the connection for dead and a client
/// that has left is noticed. When the server stops the answer just ends, and the browser comes back
/// by itself, with `Last-Event-ID` naming the last event it saw: take it as an input by
/// `#[header] last_event_id: Option<String>`.
///
/// ```
/// # use gustnado_core as gustnado;
/// use gustnado::{Event, Events};
/// # struct Clock;
/// # impl Clock { async fn tick(&mut self) -> u64 { 0 } }
///
/// async fn get(mut clock: Clock, last_event_id: Option<String>) -> Events {
///     let (sender, events) = Events::channel(8);
///     tokio::spawn(async move {
///         loop {
///             let tick = clock.tick().await;
///             let event = Event::data(format!("tick {tick}")).id(tick.to_string());
///             if sender.send(event).await.is_err() {
///                 break; // The client has left.
///             }
///         }
///     });
///     events
/// }
/// ```
#[must_use = "a reply is returned from a verb"]
pub struct Events {
    stream: Pin<Box<dyn Stream<Item = Result<Event, BoxError>> + Send>>,
    keep_alive: Option<Duration>,
}

impl Events {
    /// The events of a stream; its items are events, or results of them. One that is an error is
    /// logged and cuts the answer short.
    pub fn new<S>(stream: S) -> Self
    where
        S: Stream<Item: IntoEvent> + Send + 'static,
    {
        Self {
            stream: Box::pin(Items { stream }),
            keep_alive: Some(KEEP_ALIVE),
        }
    }

    /// Events that are sent from elsewhere, such as a task, and who sends them. `capacity` events
    /// wait at most.
    pub fn channel(capacity: usize) -> (Sender<Event>, Self) {
        let (sender, receiver) = channel(capacity);
        (sender, Self::new(receiver))
    }

    /// How long nothing may happen before a comment is sent; 15 s unless set, a millisecond at least.
    pub fn keep_alive(mut self, time: Duration) -> Self {
        self.keep_alive = Some(time.max(Duration::from_millis(1)));
        self
    }

    /// Sends no comments. A client that leaves is noticed by the next event only.
    pub fn no_keep_alive(mut self) -> Self {
        self.keep_alive = None;
        self
    }
}

impl IntoResponse for Events {
    fn describe(operation: &mut Operation) {
        operation.reply(200, Content::new("text/event-stream", Shape::Text));
    }

    fn into_response(self) -> Result<Response, Error> {
        let (unbuffered, no) = UNBUFFERED;
        let lines = Lines {
            stream: self.stream,
            keep_alive: self.keep_alive,
            quiet: None,
        };
        Ok(Response::new(200)
            .with_typed(EVENT_STREAM, Body::endless(lines))
            .with_header(CACHE_CONTROL, NO_CACHE)
            .with_header(unbuffered, no))
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("keep_alive", &self.keep_alive)
            .finish_non_exhaustive()
    }
}

/// An item of a stream of [`Events`]: an [`Event`], or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "a stream of events has `Event` or `Result<Event, E>` for items",
    note = "make one by Event::data(…) or Event::json(…)"
)]
pub trait IntoEvent {
    /// The event.
    ///
    /// # Errors
    /// When there is none: the stream is over, before its end.
    fn into_event(self) -> Result<Event, BoxError>;
}

impl IntoEvent for Event {
    fn into_event(self) -> Result<Event, BoxError> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> IntoEvent for Result<Event, E> {
    fn into_event(self) -> Result<Event, BoxError> {
        self.map_err(Into::into)
    }
}

pin_project_lite::pin_project! {
    struct Items<S> { #[pin] stream: S }
}

impl<S: Stream<Item: IntoEvent>> Stream for Items<S> {
    type Item = Result<Event, BoxError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.project().stream.poll_next(cx);
        next.map(|item| item.map(IntoEvent::into_event))
    }
}

/// Events as they are written, with comments between.
struct Lines {
    stream: Pin<Box<dyn Stream<Item = Result<Event, BoxError>> + Send>>,
    keep_alive: Option<Duration>,
    /// Ends when nothing was sent for so long.
    quiet: Option<Pin<Box<Sleep>>>,
}

impl Stream for Lines {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(next) = self.stream.as_mut().poll_next(cx) {
            self.quiet = None;
            return Poll::Ready(next.map(|event| event.and_then(Event::write).inspect_err(report)));
        }
        let Some(time) = self.keep_alive else {
            return Poll::Pending;
        };
        let quiet = self
            .quiet
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        if quiet.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.quiet = None;
        Poll::Ready(Some(Ok(Bytes::from_static(b":\n\n"))))
    }
}

/// The client sees that the answer ends early, and only that.
fn report(error: &BoxError) {
    tracing::error!(%error, "a stream of events broke");
}
