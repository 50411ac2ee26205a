//! Which bound on time or number holds now, and what happens when it passes. It must not know how
//! bytes move.

use super::{Driver, Phase};
use crate::{
    connection::{
        clock::{NEVER, Tick},
        refusal::Refusal,
    },
    limits::Limits,
};
#[cfg(feature = "http2")]
use {
    super::Step,
    crate::{connection::http2::frames::enhance_your_calm, limits::CONTROL_TIME},
};

/// The ticks at which the bounds pass.
pub(super) struct Times {
    /// Of the head that has begun, if one has.
    pub(super) head: Option<Tick>,
    /// Of the time between requests.
    pub(super) idle: Tick,
    /// Of the write that makes no progress.
    pub(super) stall: Tick,
    /// Of the connection.
    pub(super) age: Tick,
    /// When it became idle.
    pub(super) since: Tick,
}

impl Times {
    /// Of a connection that begins or goes on now, and is to end by `age`.
    pub(super) fn new(since: Tick, age: Tick) -> Self {
        Self {
            head: None,
            idle: NEVER,
            stall: NEVER,
            age,
            since,
        }
    }
}

impl Driver {
    /// Sees how far the connection has come, and which bound holds now.
    pub(super) fn deadline(&mut self) -> Tick {
        let begun = self.vitals.begun();
        let busy = self.vitals.in_flight() > 0;
        let limits = self.vitals.app.limits();
        let Some(live) = &mut self.live else {
            return NEVER;
        };
        let progressed = std::mem::take(&mut live.progressed);
        let asked = busy || self.busy || begun != self.begun;
        if asked {
            self.time.head = None;
            self.time.since = self.clock.now();
            if !busy {
                self.time.idle = self.clock.after(idle_time(limits, self.draining));
            }
        }
        if let Phase::Http1(http1) = &self.phase
            && http1.has_begun()
        {
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
        let late = match &self.phase {
            Phase::Http1(http1) => http1.late_at().unwrap_or(NEVER),
            _ => NEVER,
        };
        if busy {
            return match self.phase {
                // A stream's task may count itself out only after it has woken this one. So this
                // looks again, or it could miss that it is idle.
                #[cfg(feature = "http2")]
                Phase::Http2(_) => self.clock.after(limits.idle_time),
                _ => late,
            };
        }
        self.time.head.unwrap_or(self.time.idle).min(late)
    }

    /// Whether the connection is to end politely, and was not told yet: the server stops, or it has
    /// had its time or its requests.
    pub(super) fn is_to_end(&self) -> bool {
        if self.draining {
            return false;
        }
        let due = match self.phase {
            // Over HTTP/1 the answer to the last request says so.
            #[cfg(feature = "http2")]
            Phase::Http2(_) => self.vitals.end.is_due(self.vitals.begun()),
            _ => false,
        };
        due || self.clock.is_draining()
    }

    /// Has the answer to the next request be the last where the connection has had its time.
    pub(super) fn grow_old(&mut self) {
        if self.clock.now() >= self.time.age {
            self.time.age = NEVER;
            self.vitals.end.now();
        }
    }

    /// The connection is to end politely: behind its next answer, or when it was idle for a while,
    /// as a request may be on its way.
    pub(super) fn drain(&mut self) {
        self.draining = true;
        self.vitals.end.now();
        let linger = self.clock.after(self.limits().farewell_time());
        self.time.idle = self.time.idle.min(linger);
        #[cfg(feature = "http2")]
        if let Phase::Http2(http2) = &mut self.phase {
            http2.go_away();
            // hyper waits for the peer to confirm (RFC 9113 section 6.8), this long at most.
            self.time.idle = linger;
        }
    }

    /// A bound has passed. Says whether there is something left to do.
    pub(super) fn expire(&mut self) -> bool {
        let stalled = self.live.as_ref().is_none_or(|live| live.blocked);
        let now = self.clock.now();
        match &mut self.phase {
            Phase::Closing(_) | Phase::Leaving(_) => return false,
            _ if stalled => return false,
            Phase::Http1(http1) if http1.late_at().is_some_and(|late| late <= now) => {
                http1.be_late();
                return true;
            }
            #[cfg(feature = "http2")]
            Phase::Http2(_) if !self.draining => {
                // GOAWAY first, and time for what is on its way.
                self.drain();
                return true;
            }
            _ => {}
        }
        let late = self.time.head.is_some_and(|head| head <= now);
        if late && self.live.as_ref().is_some_and(|live| live.is_whole()) {
            self.refuse(&Refusal::request_timeout(self.limits()));
        }
        self.phase = Phase::Closing(self.closing(late));
        true
    }

    /// Over HTTP/2, ends a connection whose peer sends too many frames that ask for work and carry
    /// nothing.
    #[cfg(feature = "http2")]
    pub(super) fn calm(&mut self) -> Option<Step> {
        let most = self.vitals.app.limits().control_frames;
        let live = self.live.as_mut()?;
        let Phase::Http2(http2) = &mut self.phase else {
            return None;
        };
        let frames = http2.frames()?;
        let (now, until) = (self.clock.now(), self.clock.after(CONTROL_TIME));
        if !frames.is_flood(most, now, until) {
            return None;
        }
        tracing::warn!(peer = ?self.vitals.arrival.peer, "too many frames of HTTP/2 that carry nothing");
        let goaway = enhance_your_calm(frames.stream);
        if live.is_whole() {
            live.say(&goaway);
        }
        self.phase = Phase::Closing(self.closing(true));
        Some(Step::Again)
    }
}

/// How long a connection may idle.
fn idle_time(limits: &Limits, draining: bool) -> std::time::Duration {
    if draining {
        limits.farewell_time()
    } else {
        limits.idle_time
    }
}
