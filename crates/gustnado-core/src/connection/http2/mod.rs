//! ONE connection over HTTP/2, which is hyper's matter; what of it is ours. It must not know how a
//! connection begins or ends.
//!
//! - [`protocol`]: hyper, as it is set up.
//! - [`io`]: what it reads from and writes to.
//! - [`frames`]: the frames in what is read, counted.
//! - [`service`]: its request to ours, and our answer to its.
//! - [`arriving`]: the body of a request as it arrives.
//! - [`pieces`]: the body of an answer as it leaves.
//! - [`stream`]: one stream, and its task where it has one.

mod arriving;
pub(super) mod frames;
mod io;
mod pieces;
mod protocol;
mod service;
mod stream;

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;

use self::{
    frames::Frames,
    io::{Tap, enter},
    protocol::{Hyper, hyper},
};
use super::{
    clock::{Clock, Vitals},
    live::Live,
};

/// A connection at work.
pub(super) struct Http2 {
    hyper: Pin<Box<dyn Hyper>>,
    /// In the thread's slot while hyper is polled, else here.
    tap: Option<Box<Tap>>,
}

impl Http2 {
    /// One whose first bytes are these.
    pub(super) fn new(first: Bytes, vitals: &Arc<Vitals>, clock: &Arc<Clock>) -> Self {
        Self {
            hyper: hyper(vitals, clock),
            tap: Some(Box::new(Tap::new(first))),
        }
    }

    /// Lets hyper work until it has nothing to do. What it writes is gathered, and sent by whoever
    /// polls.
    pub(super) fn poll(
        &mut self,
        live: &mut Option<Box<Live>>,
        cx: &mut Context<'_>,
    ) -> Poll<hyper::Result<()>> {
        let hyper = self.hyper.as_mut();
        stream::turn();
        enter(live, &mut self.tap, || hyper.poll(cx))
    }

    /// Has it end politely: with GOAWAY, and behind the streams that are open.
    pub(super) fn go_away(&mut self) {
        self.hyper.as_mut().go_away();
    }

    /// The frames that were read.
    pub(super) fn frames(&mut self) -> Option<&mut Frames> {
        self.tap.as_mut().map(|tap| &mut tap.frames)
    }
}
