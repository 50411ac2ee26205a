//! The future of ONE connection. Its phases, and every time-out, refusal and close, are decided
//! here. It must not know what is served or who accepted the socket.
//!
//! ```text
//! Dormant ──bytes──▶ Http1 ──end, refusal, time──▶ Closing ──▶ done
//!    │                                                ▲
//!    └─────────────▶ Http2 ───────────────────────────┘
//! ```
//!
//! | phase | bound | when it passes |
//! |---|---|---|
//! | Dormant, or the first head begun | `head_time` from accept | 408, close |
//! | a later head begun | `head_time` from its first bytes | close |
//! | nothing asked | `idle_time` | close; HTTP/2: GOAWAY, `linger_time` later close |
//! | an answer that the peer does not read | `write_time` without progress | cut |
//! | an answer is made and the peer has left | as soon as that is known | done |
//! | Closing | `linger_time` and `linger_bytes` | done |

use std::{
    future::Future,
    mem::MaybeUninit,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use hyper::{body::Incoming, server::conn::http1};
use tokio::{io::ReadBuf, net::TcpStream};

use super::{
    clock::{Clock, NEVER, Tick, Vitals},
    departure::Departure,
    io::SlotIo,
    live::{Live, enter},
    refusal,
    service::{self, Sending},
    sniff::{Protocol, sniff},
};
use crate::{
    application::App,
    limits::{Limits, READ_LITTLE},
};

#[cfg(feature = "http2")]
use hyper::server::conn::http2;

/// Serves a connection until it ends. `guard` is dropped when it has.
pub(crate) fn drive(
    socket: TcpStream,
    peer: Option<SocketAddr>,
    app: App,
    clock: Arc<Clock>,
    guard: impl Send + 'static,
) -> impl Future<Output = ()> + Send {
    let vitals = clock.register(app, peer);
    let time = Times {
        head: Some(clock.after(vitals.app.limits().head_time)),
        idle: NEVER,
        stall: NEVER,
    };
    let service = service::service(Arc::clone(&vitals));
    let mut driver = Driver {
        phase: Phase::Dormant(Vec::new()),
        service: Some(service),
        live: Some(Box::new(Live::new(socket))),
        clock,
        vitals,
        time,
        departure: Departure::default(),
        again: NEVER,
        begun: 0,
        busy: false,
        draining: false,
        waker: None,
    };
    async move {
        let _guard = guard;
        std::future::poll_fn(|cx| driver.poll(cx)).await;
    }
}

struct Driver<S>
where
    S: Serve,
{
    phase: Phase<S>,
    /// Taken when the first bytes say which protocol is spoken.
    service: Option<S>,
    /// In the thread's slot while hyper is polled, else here.
    live: Option<Box<Live>>,
    clock: Arc<Clock>,
    vitals: Arc<Vitals>,
    time: Times,
    departure: Departure,
    /// When to look at the peer again, bound or no bound.
    again: Tick,
    /// Requests begun, when last looked.
    begun: u32,
    /// Whether one was being answered, when last looked.
    busy: bool,
    /// Whether hyper was told to end.
    draining: bool,
    /// The waker that the clock has.
    waker: Option<Waker>,
}

/// The ticks at which the bounds pass.
struct Times {
    /// Of the head that has begun, if one has.
    head: Option<Tick>,
    /// Of the time between requests.
    idle: Tick,
    /// Of the write that makes no progress.
    stall: Tick,
}

enum Phase<S: Serve> {
    /// Nothing of hyper exists. The bytes are the start of an HTTP/2 preface, if any.
    Dormant(Vec<u8>),
    Http1(Pin<Box<http1::Connection<SlotIo, S>>>),
    #[cfg(feature = "http2")]
    Http2(Pin<Box<http2::Connection<SlotIo, S, Spawn>>>),
    Closing(Closing),
}

/// Writes what is left, says that nothing follows, and reads on for a while where the peer may
/// still be sending: closing before it stops would destroy the answer on its way.
struct Closing {
    /// Bytes that may still be read and thrown away; 0 closes at once where none are there.
    linger: usize,
    /// Whether the end was said; from then on the peer's is waited for.
    said: Option<Tick>,
}

/// What a step of the driver came to.
enum Step {
    /// The phase changed: go on.
    Again,
    /// Wait for the socket, a request, or this tick.
    Wait(Tick),
    Done,
}

/// The services that hyper can be given.
trait Serve:
    hyper::service::Service<
        http::Request<Incoming>,
        Response = http::Response<Sending>,
        Error = std::convert::Infallible,
        Future: Send + 'static,
    > + Send
    + Unpin
    + 'static
{
}

impl<S> Serve for S where
    S: hyper::service::Service<
            http::Request<Incoming>,
            Response = http::Response<Sending>,
            Error = std::convert::Infallible,
            Future: Send + 'static,
        > + Send
        + Unpin
        + 'static
{
}

impl<S: Serve> Driver<S> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.note_waker(cx.waker());
        loop {
            let step = match &mut self.phase {
                Phase::Dormant(_) => self.listen(cx),
                Phase::Closing(_) => self.close(cx),
                Phase::Http1(_) => self.serve(cx),
                #[cfg(feature = "http2")]
                Phase::Http2(_) => self.serve(cx),
            };
            match step {
                Step::Again => {}
                Step::Done => return Poll::Ready(()),
                // Now that what has come was looked at: it is still answered.
                Step::Wait(_) if self.clock.is_draining() && !self.draining => self.drain(),
                Step::Wait(deadline) if self.clock.now() >= deadline => {
                    if !self.expire() {
                        return Poll::Ready(());
                    }
                }
                Step::Wait(deadline) => {
                    self.vitals.set_deadline(deadline.min(self.again));
                    return Poll::Pending;
                }
            }
        }
    }

    fn limits(&self) -> &Limits {
        self.vitals.app.limits()
    }

    fn note_waker(&mut self, waker: &Waker) {
        if !self.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            self.vitals.set_waker(waker);
            self.waker = Some(waker.clone());
        }
    }

    /// Dormant: reads the first bytes, and makes the hyper that they ask for.
    fn listen(&mut self, cx: &mut Context<'_>) -> Step {
        let (Phase::Dormant(seen), Some(live)) = (&mut self.phase, &mut self.live) else {
            return Step::Done;
        };
        let mut scratch = [MaybeUninit::uninit(); READ_LITTLE];
        let mut buf = ReadBuf::uninit(&mut scratch);
        match live.poll_read_into(cx, &mut buf) {
            Poll::Ready(Ok(0) | Err(_)) => return Step::Done,
            Poll::Ready(Ok(_)) => seen.extend_from_slice(buf.filled()),
            Poll::Pending if self.draining => return Step::Done,
            Poll::Pending => return Step::Wait(self.time.head.unwrap_or(NEVER)),
        }
        let protocol = sniff(seen);
        if protocol == Protocol::Undecided {
            return Step::Again;
        }
        live.unread(Bytes::from(std::mem::take(seen)));
        let Some(service) = self.service.take() else {
            return Step::Done;
        };
        self.phase = match protocol {
            #[cfg(feature = "http2")]
            Protocol::Http2 => {
                self.time.head = None;
                self.time.idle = self.clock.after(self.limits().idle_time);
                Phase::Http2(Box::pin(http2(self.limits(), service)))
            }
            _ => Phase::Http1(Box::pin(http1(self.limits(), service))),
        };
        Step::Again
    }

    /// Http1 and Http2: lets hyper work until it has nothing to do, then sends what it wrote.
    fn serve(&mut self, cx: &mut Context<'_>) -> Step {
        self.again = NEVER;
        let phase = &mut self.phase;
        let poll = enter(&mut self.live, || match phase {
            Phase::Http1(hyper) => hyper.as_mut().poll(cx),
            #[cfg(feature = "http2")]
            Phase::Http2(hyper) => hyper.as_mut().poll(cx),
            Phase::Dormant(_) | Phase::Closing(_) => Poll::Pending,
        });
        if let Poll::Ready(result) = poll {
            if let Err(error) = &result {
                tracing::debug!(error = %error, "connection ended");
            }
            let linger = result.is_err() || self.vitals.had_body();
            self.phase = Phase::Closing(self.closing(linger));
            return Step::Again;
        }
        let Some(live) = &mut self.live else {
            return Step::Done;
        };
        if let Poll::Ready(Err(_)) = live.poll_flush(cx) {
            return Step::Done;
        }
        if matches!(self.phase, Phase::Http1(_)) && self.vitals.is_answering() {
            // hyper does not look: it was told that peers may have said all.
            match self.departure.look(live, &self.vitals, &self.clock, cx) {
                Some(tick) => self.again = tick,
                None => return Step::Done,
            }
        }
        Step::Wait(self.deadline())
    }

    /// Sees how far the connection has come, and which bound holds now.
    fn deadline(&mut self) -> Tick {
        let begun = self.vitals.begun();
        let busy = self.vitals.in_flight() > 0;
        let limits = self.vitals.app.limits();
        let Some(live) = &mut self.live else {
            return NEVER;
        };
        let received = std::mem::take(&mut live.received);
        let progressed = std::mem::take(&mut live.progressed);
        if busy || self.busy || begun != self.begun {
            self.time.head = None;
            if !busy {
                let draining = self.draining;
                let idle = if draining {
                    limits.linger_time
                } else {
                    limits.idle_time
                };
                self.time.idle = self.clock.after(idle);
            }
        } else if received && matches!(self.phase, Phase::Http1(_)) {
            let clock = &self.clock;
            let after = || clock.after(limits.head_time);
            self.time.head.get_or_insert_with(after);
        }
        self.busy = busy;
        self.begun = begun;
        if live.blocked {
            if progressed || self.time.stall == NEVER {
                self.time.stall = self.clock.after(limits.write_time);
            }
            return self.time.stall;
        }
        self.time.stall = NEVER;
        if busy {
            return match self.phase {
                // A stream's task may count itself out only after it has woken this one. So this
                // looks again, or it could miss that it is idle.
                #[cfg(feature = "http2")]
                Phase::Http2(_) => self.clock.after(limits.idle_time),
                _ => NEVER,
            };
        }
        self.time.head.unwrap_or(self.time.idle)
    }

    /// A bound has passed. Says whether there is something left to do.
    fn expire(&mut self) -> bool {
        let stalled = self.live.as_ref().is_none_or(|live| live.blocked);
        let first_head = self.time.head.is_some() && self.vitals.begun() == 0;
        match &self.phase {
            Phase::Closing(_) => return false,
            _ if stalled => return false,
            #[cfg(feature = "http2")]
            Phase::Http2(_) if !self.draining => {
                // GOAWAY first, and time for what is on its way.
                self.drain();
                return true;
            }
            _ => {}
        }
        if first_head && let Some(live) = &mut self.live {
            live.say(&refusal::request_timeout());
        }
        self.phase = Phase::Closing(self.closing(first_head));
        true
    }

    /// The connection is to end politely. One that is dormant ends when it is next looked at.
    fn drain(&mut self) {
        self.draining = true;
        match &mut self.phase {
            Phase::Dormant(_) | Phase::Closing(_) => {}
            Phase::Http1(hyper) => hyper.as_mut().graceful_shutdown(),
            #[cfg(feature = "http2")]
            Phase::Http2(hyper) => {
                hyper.as_mut().graceful_shutdown();
                // hyper waits for the peer to confirm (RFC 9113 section 6.8), this long at most.
                self.time.idle = self.clock.after(self.limits().linger_time);
            }
        }
    }

    fn closing(&self, linger: bool) -> Closing {
        Closing {
            linger: if linger {
                self.limits().linger_bytes
            } else {
                0
            },
            said: None,
        }
    }

    /// Closing: see [`Closing`].
    fn close(&mut self, cx: &mut Context<'_>) -> Step {
        let limits = self.vitals.app.limits();
        let (linger_time, linger_bytes) = (limits.linger_time, limits.linger_bytes);
        let write_time = limits.write_time;
        let (Phase::Closing(closing), Some(live)) = (&mut self.phase, &mut self.live) else {
            return Step::Done;
        };
        let until = if let Some(until) = closing.said {
            until
        } else {
            match live.poll_shutdown(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Step::Done,
                Poll::Pending => {
                    if std::mem::take(&mut live.progressed) || self.time.stall == NEVER {
                        self.time.stall = self.clock.after(write_time);
                    }
                    return Step::Wait(self.time.stall);
                }
            }
            if closing.linger == 0 && live.poll_unread(cx) {
                closing.linger = linger_bytes;
            }
            *closing.said.insert(self.clock.after(linger_time))
        };
        match discard(live, closing, cx) {
            Poll::Ready(()) => Step::Done,
            Poll::Pending => Step::Wait(until),
        }
    }
}

/// Reads and throws away until the peer ends or the bound is used up.
fn discard(live: &mut Live, closing: &mut Closing, cx: &mut Context<'_>) -> Poll<()> {
    let mut scratch = [MaybeUninit::uninit(); READ_LITTLE];
    while closing.linger > 0 {
        let mut buf = ReadBuf::uninit(&mut scratch);
        match ready!(live.poll_read_into(cx, &mut buf)) {
            Ok(0) | Err(_) => break,
            Ok(count) => closing.linger = closing.linger.saturating_sub(count),
        }
    }
    Poll::Ready(())
}

fn http1<S: Serve>(limits: &Limits, service: S) -> http1::Connection<SlotIo, S> {
    let mut builder = http1::Builder::new();
    if limits.headers != HYPER_HEADERS {
        builder.max_headers(limits.headers);
    }
    builder
        // A peer that has said all may still read (RFC 9112 section 9.6).
        .half_close(true)
        .max_header_size(limits.head_bytes)
        // hyper's floor; a head that does not end is refused there.
        .max_buf_size(limits.head_bytes.max(8 * 1024))
        .serve_connection(SlotIo, service)
}

/// What hyper allows by itself. Saying it again makes it clear room for as many before each
/// request.
const HYPER_HEADERS: usize = 100;

#[cfg(feature = "http2")]
fn http2<S: Serve>(limits: &Limits, service: S) -> http2::Connection<SlotIo, S, Spawn> {
    let head_bytes = u32::try_from(limits.head_bytes).unwrap_or(u32::MAX);
    http2::Builder::new(Spawn)
        .max_concurrent_streams(limits.streams)
        // More than the protocol has (RFC 9113 section 6.9.1), or h2 can count, panics there.
        .initial_stream_window_size(limits.stream_window.min(MAX_WINDOW))
        .max_send_buf_size(limits.stream_send_buffer.min(MAX_WINDOW as usize))
        .max_header_list_size(head_bytes)
        .serve_connection(SlotIo, service)
}

#[cfg(feature = "http2")]
const MAX_WINDOW: u32 = (1 << 31) - 1;

/// Runs the streams of an HTTP/2 connection as tasks of their own.
#[cfg(feature = "http2")]
#[derive(Debug, Clone, Copy)]
struct Spawn;

#[cfg(feature = "http2")]
impl<F> hyper::rt::Executor<F> for Spawn
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    fn execute(&self, future: F) {
        tokio::spawn(future);
    }
}
