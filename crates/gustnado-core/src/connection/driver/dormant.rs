//! A connection of which nothing is asked: a socket, and nothing of hyper. It must not know what
//! answers.

use std::{
    mem::MaybeUninit,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::ReadBuf;

use super::{Driver, Phase, Step, protocol, protocol::Serve};
use crate::{
    connection::{
        clock::NEVER,
        sniff::{Protocol, sniff},
    },
    limits::READ_LITTLE,
};

impl<S: Serve> Driver<S> {
    /// Dormant: reads the first bytes, and makes the hyper that they ask for.
    pub(super) fn listen(&mut self, cx: &mut Context<'_>) -> Step {
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
                Phase::Http2(Box::pin(protocol::http2(self.limits(), service)))
            }
            _ => Phase::Http1(Box::pin(protocol::http1(self.limits(), service))),
        };
        Step::Again
    }
}
