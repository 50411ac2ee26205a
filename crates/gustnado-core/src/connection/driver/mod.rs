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

mod bounds;
mod closing;
mod dormant;
mod protocol;
mod serve;

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use hyper::server::conn::http1;

use self::{bounds::Times, closing::Closing, protocol::Serve};
use super::{
    clock::{Clock, NEVER, Tick, Vitals},
    departure::Departure,
    io::SlotIo,
    live::Live,
    service,
    socket::Socket,
};
use crate::{application::App, arrival::Arrival, limits::Limits};

#[cfg(feature = "http2")]
use self::protocol::Spawn;
#[cfg(feature = "http2")]
use hyper::server::conn::http2;

/// Serves a connection until it ends. `guard` is dropped when it has.
pub(crate) fn drive(
    socket: Socket,
    arrival: Arrival,
    app: App,
    clock: Arc<Clock>,
    guard: impl Send + 'static,
) -> impl Future<Output = ()> + Send {
    let vitals = clock.register(app, arrival);
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

enum Phase<S: Serve> {
    /// Nothing of hyper exists. The bytes are the start of an HTTP/2 preface, if any.
    Dormant(Vec<u8>),
    Http1(Pin<Box<http1::Connection<SlotIo, S>>>),
    #[cfg(feature = "http2")]
    Http2(Pin<Box<http2::Connection<SlotIo, S, Spawn>>>),
    Closing(Closing),
}

/// What a step of the driver came to.
enum Step {
    /// The phase changed: go on.
    Again,
    /// Wait for the socket, a request, or this tick.
    Wait(Tick),
    Done,
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
}
