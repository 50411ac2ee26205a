//! A connection of which nothing is asked: a socket, and nothing of hyper; how it becomes that and
//! how it wakes. It must not know what answers.

use std::{
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::ReadBuf;

use super::{Driver, Phase, Step, protocol, protocol::Serve};
use crate::{
    connection::{
        clock::{NEVER, Tick, later},
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
            Poll::Pending => return self.wait(),
        }
        // What has had a request over HTTP/1 has chosen.
        let reused = self.vitals.begun() > 0;
        let protocol = if reused { Protocol::Http1 } else { sniff(seen) };
        if protocol == Protocol::Undecided {
            return Step::Again;
        }
        let seen = Bytes::from(std::mem::take(seen));
        match protocol {
            #[cfg(feature = "http2")]
            Protocol::Http2 => self.begin_http2(seen),
            _ => self.begin_http1(seen),
        }
    }

    /// Until when a dormant connection stays as it is.
    fn wait(&self) -> Step {
        if let Some(head) = self.time.head {
            // One that was told to end, and has not said a word, need not say one.
            let silent = matches!(&self.phase, Phase::Dormant(seen) if seen.is_empty());
            let until = if silent { self.time.idle } else { NEVER };
            return Step::Wait(head.min(until));
        }
        #[cfg(unix)]
        if let Some(park) = self.park_at() {
            return if self.clock.now() >= park {
                Step::Park
            } else {
                Step::Wait(park.min(self.time.idle))
            };
        }
        Step::Wait(self.time.idle)
    }

    /// Makes a hyper for HTTP/1, which reads these bytes first.
    pub(super) fn begin_http1(&mut self, first: Bytes) -> Step {
        let (Some(live), Some(service)) = (&mut self.live, self.service.take()) else {
            return Step::Done;
        };
        live.unread(first);
        let hyper = protocol::http1(self.vitals.app.limits(), service);
        self.phase = Phase::Http1(Box::pin(hyper));
        Step::Again
    }

    #[cfg(feature = "http2")]
    fn begin_http2(&mut self, first: Bytes) -> Step {
        let (Some(live), Some(service)) = (&mut self.live, self.service.take()) else {
            return Step::Done;
        };
        live.unread(first);
        live.frames = Some(Box::default());
        self.time.head = None;
        self.time.idle = self.clock.after(self.limits().idle_time);
        let hyper = protocol::http2(self.vitals.app.limits(), service, &self.clock);
        self.phase = Phase::Http2(Box::pin(hyper));
        Step::Again
    }

    /// Http1, with nothing to do for now. Where nothing is asked, it stays awake for a while if few
    /// do, and else dozes.
    ///
    /// It is the one that has just become idle that dozes at once, and not the one that has been
    /// for longest: that costs waking another, and where more take turns than may stay awake, it
    /// would be each one's turn just after it was put to sleep.
    pub(super) fn rest(&mut self, deadline: Tick) -> Step {
        let between = self.live.as_ref().is_some_and(|live| live.is_between());
        let idle = between && self.time.head.is_none() && self.vitals.is_idle();
        if !idle || self.vitals.begun() == 0 {
            self.stir();
            return Step::Wait(deadline);
        }
        if !self.counted {
            self.counted = self.clock.stay_awake(self.limits().awake);
        }
        let doze = later(self.time.since, self.limits().doze_time);
        if self.counted && self.clock.now() < doze {
            return Step::Wait(deadline.min(doze));
        }
        if self.quiet {
            return self.doze();
        }
        // What hyper has not sent yet it would lose. One that is asked again and does nothing has
        // nothing.
        Step::Again
    }

    /// Takes hyper down.
    fn doze(&mut self) -> Step {
        self.stir();
        let phase = std::mem::replace(&mut self.phase, Phase::Dormant(Vec::new()));
        let Phase::Http1(hyper) = phase else {
            return Step::Done;
        };
        let parts = Pin::into_inner(hyper).into_parts();
        self.service = Some(parts.service);
        if parts.read_buf.is_empty() {
            Step::Again
        } else {
            // A head has begun, with or behind the last request.
            self.time.head = Some(later(self.time.since, self.limits().head_time));
            self.begin_http1(parts.read_buf)
        }
    }

    /// It is not counted as idle and awake any more.
    pub(super) fn stir(&mut self) {
        if std::mem::take(&mut self.counted) {
            self.clock.stir();
        }
    }
}
