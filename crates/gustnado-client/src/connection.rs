//! A connection to a server: HTTP/1, which one request has at a time and which that request itself
//! drives, or HTTP/2, which many share and a task drives. It must not know what is asked.
//!
//! An idle connection of HTTP/1 is driven by nobody: there is no task to wake for each answer, and
//! whether the other side has closed it is asked of the system when it is to be used.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::AcqRel},
    },
    time::Duration,
};

use bytes::Bytes;
use gustnado_core::Body;
use hyper::client::conn::http2;
use tokio::{
    runtime::{Handle, Id},
    time::Instant,
};

use crate::{
    alarm::Alarm,
    error::{Error, ErrorKind, Result},
    form::Form,
    http1::Http1,
    limits::HEAD,
    link::{Link, Quiet},
    pool::{Pooled, Slot},
    wire::Wire,
};

/// A connection of either kind.
#[derive(Debug)]
pub(crate) enum Connection {
    One(Box<One>),
    Many(Many),
}

/// A connection of HTTP/1.
#[derive(Debug)]
pub(crate) struct One {
    pub(crate) http1: Http1,
    pub(crate) link: Arc<Link>,
    pub(crate) form: Form,
    pub(crate) alarm: Alarm,
    made: Instant,
    age: Duration,
    runtime: Id,
    used: bool,
    _slot: Slot<Connection>,
}

/// A handle to a connection of HTTP/2; it ends when the last one is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Many {
    pub(crate) sender: http2::SendRequest<Body>,
    usage: Arc<Usage>,
    runtime: Id,
    used: bool,
}

#[derive(Debug)]
struct Usage {
    made: Instant,
    age: Duration,
    streams: AtomicUsize,
    /// A handle to it was given to somebody.
    shared: AtomicBool,
    last: Mutex<Instant>,
}

/// A stream that is in use; dropping it says that it no longer is.
#[derive(Debug)]
pub(crate) struct Stream(Arc<Usage>);

impl Connection {
    /// Speaks HTTP over a wire.
    pub(crate) async fn new(
        wire: Wire,
        link: Arc<Link>,
        form: Form,
        age: Duration,
        slot: Slot<Self>,
    ) -> Result<Self> {
        let runtime = Handle::current();
        if wire.is_http2() {
            return Many::new(wire, age, slot, &runtime).await.map(Self::Many);
        }
        Ok(Self::One(Box::new(One {
            http1: Http1::new(wire),
            link,
            form,
            alarm: Alarm::default(),
            made: Instant::now(),
            age,
            runtime: runtime.id(),
            used: false,
            _slot: slot,
        })))
    }
}

fn no_handshake(error: hyper::Error) -> Error {
    Error::new(
        ErrorKind::Connect,
        "HTTP cannot be spoken on the connection",
    )
    .with_source(error)
}

impl One {
    /// Its wire, with what was read behind the head of its last answer, and its place in the pool.
    pub(crate) fn into_wire(self) -> (Wire, Bytes, Slot<Connection>) {
        let (wire, first) = self.http1.into_wire();
        (wire, first, self._slot)
    }

    /// Whether, its answer being whole, it can be used again. Nobody is woken by it from then on.
    pub(crate) fn settle(&mut self) -> bool {
        self.used = true;
        self.http1.can_go_on()
    }
}

impl Many {
    async fn new(
        wire: Wire,
        age: Duration,
        slot: Slot<Connection>,
        runtime: &Handle,
    ) -> Result<Self> {
        let (sender, driver) = http2::Builder::new(Spawn)
            .max_header_list_size(HEAD as u32)
            .handshake(wire)
            .await
            .map_err(no_handshake)?;
        runtime.spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "a connection of HTTP/2 ended");
            }
            drop(slot);
        });
        let now = Instant::now();
        let usage = Usage {
            made: now,
            age,
            streams: AtomicUsize::new(0),
            shared: AtomicBool::new(false),
            last: Mutex::new(now),
        };
        let usage = Arc::new(usage);
        Ok(Self {
            sender,
            usage,
            runtime: runtime.id(),
            used: false,
        })
    }

    /// Counts a stream.
    pub(crate) fn stream(&self) -> Stream {
        self.usage.streams.fetch_add(1, AcqRel);
        Stream(self.usage.clone())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        *self.0.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.streams.fetch_sub(1, AcqRel);
    }
}

impl Pooled for Connection {
    fn share(&self) -> Option<Self> {
        match self {
            Self::One(_) => None,
            Self::Many(many) => Some(Self::Many(Many {
                used: many.usage.shared.swap(true, AcqRel),
                ..many.clone()
            })),
        }
    }

    fn used(&self) -> bool {
        match self {
            Self::One(one) => one.used,
            Self::Many(many) => many.used,
        }
    }

    fn is_open(&mut self) -> bool {
        let Self::One(one) = self else {
            return self.seems_open();
        };
        match one.link.quiet() {
            Quiet::Yes => true,
            // Over TLS they may be tickets for later sessions. All else is nothing that was asked for.
            Quiet::Bytes => one.http1.is_secure() && one.http1.is_quiet(),
            Quiet::Gone => false,
        }
    }

    fn seems_open(&self) -> bool {
        match self {
            Self::One(one) => one.link.quiet() != Quiet::Gone,
            Self::Many(many) => !many.sender.is_closed(),
        }
    }

    fn is_old(&self, now: Instant) -> bool {
        let (made, age) = match self {
            Self::One(one) => (one.made, one.age),
            Self::Many(many) => (many.usage.made, many.usage.age),
        };
        now.saturating_duration_since(made) >= age
    }

    fn unused_since(&self) -> Option<Instant> {
        let Self::Many(many) = self else {
            return None;
        };
        let unused = many
            .usage
            .streams
            .load(std::sync::atomic::Ordering::Acquire)
            == 0;
        let last = || {
            *many
                .usage
                .last
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        unused.then(last)
    }

    fn runtime(&self) -> Id {
        match self {
            Self::One(one) => one.runtime,
            Self::Many(many) => many.runtime,
        }
    }
}

/// What hyper's error means for whoever asked.
pub(crate) fn explain(error: hyper::Error) -> Error {
    let (kind, detail) = if error.is_user() {
        (ErrorKind::Upload, "the body of the request failed")
    } else if error.is_parse() {
        (ErrorKind::Protocol, "what came is no answer of HTTP")
    } else {
        (
            ErrorKind::Cut,
            "the connection was lost before the answer was whole",
        )
    };
    Error::new(kind, detail).with_source(error)
}

/// Has hyper's tasks for the streams of HTTP/2 run.
#[derive(Debug, Clone, Copy)]
struct Spawn;

impl<F> hyper::rt::Executor<F> for Spawn
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, future: F) {
        tokio::spawn(future);
    }
}
