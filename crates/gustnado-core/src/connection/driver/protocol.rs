//! hyper, as it is set up for each protocol. It must not know the connection.

use hyper::{body::Incoming, server::conn::http1};

use crate::{
    connection::{io::SlotIo, service::Sending},
    limits::Limits,
};

#[cfg(feature = "http2")]
use {
    super::stream::Stream,
    crate::{
        connection::clock::Clock,
        limits::{CONNECTION_WINDOW, STREAM_ERRORS},
    },
    hyper::server::conn::http2,
    std::{future::Future, sync::Arc, time::Duration},
};

/// The services that hyper can be given.
pub(super) trait Serve:
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

pub(super) fn http1<S: Serve>(limits: &Limits, service: S) -> http1::Connection<SlotIo, S> {
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
pub(super) fn http2<S: Serve>(
    limits: &Limits,
    service: S,
    clock: &Arc<Clock>,
) -> http2::Connection<SlotIo, S, Spawn> {
    let head_bytes = u32::try_from(limits.head_bytes).unwrap_or(u32::MAX);
    let spawn = Spawn {
        clock: Arc::clone(clock),
        write_time: limits.write_time,
    };
    http2::Builder::new(spawn)
        .max_concurrent_streams(limits.streams)
        .max_pending_accept_reset_streams(limits.resets)
        .max_local_error_reset_streams(STREAM_ERRORS)
        .initial_connection_window_size(limits.stream_window.clamp(CONNECTION_WINDOW, MAX_WINDOW))
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
#[derive(Debug, Clone)]
pub(super) struct Spawn {
    clock: Arc<Clock>,
    write_time: Duration,
}

#[cfg(feature = "http2")]
impl<F> hyper::rt::Executor<F> for Spawn
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, future: F) {
        tokio::spawn(Stream::new(
            future,
            Arc::clone(&self.clock),
            self.write_time,
        ));
    }
}
