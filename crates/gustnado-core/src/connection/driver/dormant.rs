//! A connection of which nothing is asked: a socket and no more; how it becomes that and how it wakes.
//! It must not know what answers.

use std::{
    mem::MaybeUninit,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::ReadBuf;

use super::{Driver, Phase, Step};
#[cfg(feature = "http2")]
use crate::connection::http2::Http2;
use crate::{
    connection::{
        clock::{Kept, NEVER, Tick, later},
        http1::Http1,
        sniff::{Protocol, sniff},
    },
    limits::READ_LITTLE,
};

impl Driver {
    /// Dormant: reads the first bytes, and begins the protocol that they are of.
    pub(super) fn listen(&mut self, cx: &mut Context<'_>) -> Step {
        let Some(live) = &mut self.live else {
            return Step::Done;
        };
        let mut scratch = [MaybeUninit::uninit(); READ_LITTLE];
        let mut buf = ReadBuf::uninit(&mut scratch);
        match live.poll_read_into(cx, &mut buf) {
            Poll::Ready(Ok(0) | Err(_)) => Step::Done,
            Poll::Ready(Ok(_)) => self.hear(buf.filled()),
            Poll::Pending => self.wait(),
        }
    }

    /// Dormant: these bytes were read.
    pub(super) fn hear(&mut self, bytes: &[u8]) -> Step {
        let Phase::Dormant(seen) = &mut self.phase else {
            return Step::Done;
        };
        seen.extend_from_slice(bytes);
        // What has had a request over HTTP/1 has chosen.
        let reused = self.vitals.begun() > 0;
        let protocol = if reused { Protocol::Http1 } else { sniff(seen) };
        if protocol == Protocol::Undecided {
            return Step::Again;
        }
        let seen = Bytes::from(std::mem::take(seen));
        self.keep(None);
        match protocol {
            #[cfg(feature = "http2")]
            Protocol::Http2 => self.begin_http2(seen),
            _ => self.begin_http1(seen),
        }
    }

    /// Dormant, and nothing comes: how long it stays so.
    fn wait(&mut self) -> Step {
        let silent = matches!(&self.phase, Phase::Dormant(seen) if seen.is_empty());
        // One that was told to end, and has not said a word, need not say one.
        let until = if silent { self.time.idle } else { NEVER };
        let until = until.min(self.time.head.unwrap_or(NEVER));
        #[cfg(unix)]
        if silent
            && self.clock.now() < until
            && let Some(park) = self.park_at()
        {
            let may_doze = self.keep(Some(Kept::Task));
            return if !may_doze || self.clock.now() >= park {
                Step::Park
            } else {
                Step::Wait(park.min(until))
            };
        }
        Step::Wait(until)
    }

    /// Begins HTTP/1, which reads these bytes first.
    fn begin_http1(&mut self, first: Bytes) -> Step {
        let (vitals, clock) = (Arc::clone(&self.vitals), Arc::clone(&self.clock));
        self.phase = Phase::Http1(Box::new(Http1::new(first, vitals, clock)));
        Step::Again
    }

    #[cfg(feature = "http2")]
    fn begin_http2(&mut self, first: Bytes) -> Step {
        self.time.head = None;
        self.time.idle = self.clock.after(self.limits().idle_time);
        self.phase = Phase::Http2(Http2::new(first, &self.vitals, &self.clock));
        Step::Again
    }

    /// Http1, with nothing to do for now. Where nothing is asked, it stays awake for a while if few
    /// do, and else dozes.
    ///
    /// It is the one that has just become idle that dozes at once, and not the one that has been
    /// for longest: that costs waking another, and where more take turns than may stay awake, it
    /// would be each one's turn just after it was put to sleep.
    pub(super) fn rest(&mut self, deadline: Tick) -> Step {
        let sent = self.live.as_ref().is_some_and(|live| live.is_between());
        let idle = sent && matches!(&self.phase, Phase::Http1(http1) if http1.is_idle());
        if !idle || self.vitals.begun() == 0 {
            self.keep(None);
            return Step::Wait(deadline);
        }
        let doze = later(self.time.since, self.limits().doze_time);
        if self.keep(Some(Kept::All)) && self.clock.now() < doze {
            return Step::Wait(deadline.min(doze));
        }
        self.keep(None);
        self.phase = Phase::Dormant(Vec::new());
        Step::Again
    }

    /// Has the connection counted as idle and keeping as much, or as not idle. Says whether it may
    /// keep that: too many may do so already.
    pub(super) fn keep(&mut self, kept: Option<Kept>) -> bool {
        if kept == self.counted {
            return true;
        }
        if let Some(counted) = self.counted.take() {
            self.clock.count_out(counted);
        }
        let Some(kept) = kept else { return true };
        let most = match kept {
            Kept::All => self.limits().awake,
            Kept::Task => self.limits().dozing,
        };
        let may = self.clock.count_in(kept, most);
        self.counted = may.then_some(kept);
        may
    }
}
