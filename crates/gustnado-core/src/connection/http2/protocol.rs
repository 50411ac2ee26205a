//! hyper, as it is set up for HTTP/2. It must not know the connection.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};
use hyper::{body::Incoming, server::conn::http2, service::Service};
use tokio::runtime::{Handle, RuntimeFlavor};

use super::{
    io::SlotIo,
    pieces::Waits,
    service::{Sending, service},
    stream::{self, Stream},
};
use crate::{
    connection::clock::{Clock, Vitals},
    limits::{CONNECTION_WINDOW, STREAM_ERRORS},
};

/// A connection of hyper's, whatever it calls for its requests.
pub(super) trait Hyper: Send {
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<hyper::Result<()>>;

    fn go_away(self: Pin<&mut Self>);
}

impl<S> Hyper for http2::Connection<SlotIo, S, Spawn>
where
    S: Service<Request<Incoming>, Response = Response<Sending>> + Send,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    S::Future: Send + 'static,
{
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        Future::poll(self, cx)
    }

    fn go_away(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// One that reads a preface first.
pub(super) fn hyper(vitals: &Arc<Vitals>, clock: &Arc<Clock>) -> Pin<Box<dyn Hyper>> {
    let limits = vitals.app.limits();
    let head_bytes = u32::try_from(limits.head_bytes).unwrap_or(u32::MAX);
    let spawn = Spawn {
        clock: Arc::clone(clock),
        write_time: limits.write_time,
        shares: shares_threads(),
    };
    let connection = http2::Builder::new(spawn)
        .max_concurrent_streams(limits.streams)
        .max_pending_accept_reset_streams(limits.resets)
        .max_local_error_reset_streams(STREAM_ERRORS)
        .initial_connection_window_size(limits.stream_window.clamp(CONNECTION_WINDOW, MAX_WINDOW))
        // More than the protocol has (RFC 9113 section 6.9.1), or h2 can count, panics there.
        .initial_stream_window_size(limits.stream_window.min(MAX_WINDOW))
        .max_send_buf_size(limits.stream_send_buffer.min(MAX_WINDOW as usize))
        .max_header_list_size(head_bytes)
        .serve_connection(SlotIo, service(Arc::clone(vitals), Arc::clone(clock)));
    Box::pin(connection)
}

const MAX_WINDOW: u32 = (1 << 31) - 1;

/// Whether another thread may take what this one has to do.
fn shares_threads() -> bool {
    Handle::current().runtime_flavor() != RuntimeFlavor::CurrentThread
}

/// Runs the streams of an HTTP/2 connection: each as far as it comes at once, which most times is to its
/// end, and from there on as a task of its own.
#[derive(Debug, Clone)]
pub(super) struct Spawn {
    clock: Arc<Clock>,
    write_time: Duration,
    /// Whether other threads may have time for it: then it is a task from the start.
    shares: bool,
}

impl<F> hyper::rt::Executor<F> for Spawn
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, future: F) {
        let future = Box::pin(future);
        let begun = if self.shares {
            Some((future, Waits::Ours))
        } else {
            stream::begin(future)
        };
        if let Some((future, waits)) = begun {
            let clock = Arc::clone(&self.clock);
            tokio::spawn(Stream::new(future, waits, clock, self.write_time));
        }
    }
}
