//! The future of ONE connection. Its phases, and every time-out, refusal and close, are decided
//! here. It must not know what is served or who accepted the socket.
//!
//! ```text
//! Dormant ──bytes──▶ Http1 ──end, refusal, time──▶ Closing ──▶ done
//!  │ ▲ │              │ └─101─▶ Leaving ─▶ another      ▲
//!  │ │ │              │                   protocol      │
//!  │ │ │              └ nothing asked ─▶ Dormant      │
//!  │ │ └───────────▶ Http2 ───────────────────────────┘
//!  ▼ │
//! parked: no future at all, see `lot.rs`
//! ```
//!
//! | phase | bound | when it passes |
//! |---|---|---|
//! | Dormant, or the first head begun | `head_time` from accept | 408, close |
//! | a later head begun | `head_time` from its first bytes, or from the answer before it | 408, close |
//! | a body is waited for | `body_idle_time`; `body_rate` after `body_rate_time` | 408 for its reader, close; HTTP/2: the stream only |
//! | a body nobody reads | `linger_bytes` of what is here | the answer says close |
//! | nothing asked, over HTTP/1 | `doze_time` | Dormant; at once where `awake` others are not |
//! | Dormant and nothing said | `park_time` | parked; at once where `dozing` others are not |
//! | nothing asked | `idle_time` | close; HTTP/2: GOAWAY, `linger_time` later close |
//! | an answer that the peer does not read | `write_time` without progress | cut |
//! | a stream of HTTP/2 that takes nothing | `write_time` | reset |
//! | any | `connection_requests`, `connection_time` | the next answer says close; HTTP/2: GOAWAY |
//! | the server stops | `linger_time` without a request | close; the next answer says close; HTTP/2: GOAWAY |
//! | Http2 | `control_frames` in 10 s | GOAWAY that says ENHANCE_YOUR_CALM, close |
//! | an answer is made and the peer has left | as soon as that is known | done |
//! | Leaving | `write_time` without progress | cut; behind the 101, no bound is ours |
//! | Closing | `linger_time` and `linger_bytes` | done |

mod bounds;
mod closing;
mod dormant;
mod leaving;
#[cfg(unix)]
mod parking;
mod serve;

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

use self::{bounds::Times, closing::Closing, leaving::Leaving};
use super::{
    clock::{Clock, Kept, NEVER, Tick, Vitals},
    departure::Departure,
    http1::Http1,
    live::Live,
    socket::Socket,
};
use crate::{application::App, arrival::Arrival, limits::Limits};

#[cfg(unix)]
pub(super) use self::parking::resume;

#[cfg(feature = "http2")]
use super::http2::Http2;

/// What is dropped when a connection has ended, awake or parked.
pub(super) type Guard = Box<dyn Send>;

/// Serves a connection until it ends. `guard` is dropped when it has, or waits with it.
pub(crate) fn drive(
    socket: Socket,
    arrival: Arrival,
    app: App,
    clock: Arc<Clock>,
    guard: impl Send + 'static,
) -> impl Future<Output = ()> + Send {
    let vitals = clock.register(app, arrival, 0);
    let limits = vitals.app.limits();
    let (head, age) = (limits.head_time, limits.connection_time);
    let (head, age) = (clock.after(head), clock.after(age));
    let mut driver = driver(socket, clock, vitals, age);
    driver.time.head = Some(head);
    Driven::new(driver, Box::new(guard))
}

/// The driver of a connection that is to end when it is of this age.
fn driver(socket: Socket, clock: Arc<Clock>, vitals: Arc<Vitals>, age: Tick) -> Driver {
    if clock.is_draining() {
        vitals.end.now();
    }
    Driver {
        phase: Phase::Dormant(Vec::new()),
        live: Some(Box::new(Live::new(socket))),
        begun: vitals.begun(),
        time: Times::new(clock.now(), age),
        clock,
        vitals,
        departure: Departure::default(),
        again: NEVER,
        busy: false,
        counted: None,
        draining: false,
        waker: None,
    }
}

/// The future. Written by hand, as an `async fn` has room for its arguments twice.
struct Driven(Option<(Driver, Guard)>);

impl Driven {
    fn new(driver: Driver, guard: Guard) -> Self {
        Self(Some((driver, guard)))
    }
}

impl Future for Driven {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some((driver, _)) = &mut self.0 else {
            return Poll::Ready(());
        };
        let end = ready!(driver.poll(cx));
        let driven = self.0.take();
        match (end, driven) {
            #[cfg(unix)]
            (End::Park, Some((driver, guard))) => parking::park(driver, guard),
            (End::Leave, Some((driver, guard))) => leaving::go_on(driver, guard),
            _ => {}
        }
        Poll::Ready(())
    }
}

struct Driver {
    phase: Phase,
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
    /// What the clock counts it for, while it is idle.
    counted: Option<Kept>,
    /// Whether the connection was told to end.
    draining: bool,
    /// The waker that the clock has.
    waker: Option<Waker>,
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let (Phase::Http1(http1), Some(live)) = (&self.phase, &self.live)
            && http1.would_look_whole()
        {
            live.socket().abort();
        }
        self.keep(None);
        self.clock.forget(&self.vitals);
    }
}

enum Phase {
    /// There is a socket and no more: before the first byte, or between requests. The bytes are the
    /// start of an HTTP/2 preface, if any.
    Dormant(Vec<u8>),
    Http1(Box<Http1>),
    #[cfg(feature = "http2")]
    Http2(Http2),
    /// What was gathered is sent, and then another protocol is spoken.
    Leaving(Box<Leaving>),
    Closing(Closing),
}

/// What a step of the driver came to.
enum Step {
    /// The phase changed: go on.
    Again,
    /// Wait for the socket, a request, or this tick.
    Wait(Tick),
    /// Wait without a future.
    Park,
    /// Go on with another protocol.
    Leave,
    Done,
}

/// What becomes of a connection when its future ends.
enum End {
    Close,
    #[cfg_attr(not(unix), expect(dead_code, reason = "nowhere to park"))]
    Park,
    Leave,
}

impl Driver {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        self.note_waker(cx.waker());
        self.grow_old();
        loop {
            let step = match &mut self.phase {
                Phase::Dormant(_) => self.listen(cx),
                Phase::Closing(_) => self.close(cx),
                Phase::Leaving(_) => self.take_leave(cx),
                Phase::Http1(_) => self.serve_http1(cx),
                #[cfg(feature = "http2")]
                Phase::Http2(_) => {
                    let step = self.serve_http2(cx);
                    self.calm().unwrap_or(step)
                }
            };
            match step {
                Step::Again => {}
                Step::Done => return Poll::Ready(End::Close),
                Step::Park => return Poll::Ready(End::Park),
                Step::Leave => return Poll::Ready(End::Leave),
                // Now that what has come was looked at: it is still answered.
                Step::Wait(_) if self.is_to_end() => self.drain(),
                Step::Wait(deadline) if self.clock.now() >= deadline => {
                    if !self.expire() {
                        return Poll::Ready(End::Close);
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::Application;

    /// tokio allocates tasks in steps of 128 bytes and has about 96 of its own in each.
    #[test]
    fn the_future_leaves_its_task_at_256_bytes() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let any = ("127.0.0.1", 0);
            let listener = tokio::net::TcpListener::bind(any).await.unwrap();
            let addr = listener.local_addr().unwrap();
            let socket = tokio::net::TcpStream::connect(addr).await.unwrap();
            let app = Application::new().build().unwrap();
            let (socket, arrival) = (Socket::Tcp(socket), Arrival::default());
            let future = drive(socket, arrival, app, Arc::default(), ());
            let size = size_of_val(&future);
            assert!(size <= 160, "{size} bytes");
        });
    }
}
