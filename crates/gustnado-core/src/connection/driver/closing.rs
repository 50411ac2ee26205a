//! How a connection ends, so that the last answer arrives. It must not know why it ends.

use std::{
    mem::MaybeUninit,
    task::{Context, Poll, ready},
};

use tokio::io::ReadBuf;

use super::{Driver, Phase, Step, protocol::Serve};
use crate::{
    connection::{
        clock::{NEVER, Tick},
        live::Live,
    },
    limits::READ_LITTLE,
};

/// Writes what is left, says that nothing follows, and reads on for a while where the peer may
/// still be sending: closing before it stops would destroy the answer on its way.
pub(super) struct Closing {
    /// Bytes that may still be read and thrown away; 0 closes at once where none are there.
    linger: usize,
    /// Whether the end was said; from then on the peer's is waited for.
    said: Option<Tick>,
}

impl<S: Serve> Driver<S> {
    pub(super) fn closing(&self, linger: bool) -> Closing {
        Closing {
            linger: if linger {
                self.limits().linger_bytes
            } else {
                0
            },
            said: None,
        }
    }

    /// Closing: see [`Closing`].
    pub(super) fn close(&mut self, cx: &mut Context<'_>) -> Step {
        let limits = self.vitals.app.limits();
        let (linger_time, linger_bytes) = (limits.linger_time, limits.linger_bytes);
        let write_time = limits.write_time;
        let (Phase::Closing(closing), Some(live)) = (&mut self.phase, &mut self.live) else {
            return Step::Done;
        };
        let until = if let Some(until) = closing.said {
            until
        } else {
            match live.poll_shutdown(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Step::Done,
                Poll::Pending => {
                    if std::mem::take(&mut live.progressed) || self.time.stall == NEVER {
                        self.time.stall = self.clock.after(write_time);
                    }
                    return Step::Wait(self.time.stall);
                }
            }
            if closing.linger == 0 && live.poll_unread(cx) {
                closing.linger = linger_bytes;
            }
            *closing.said.insert(self.clock.after(linger_time))
        };
        match discard(live, closing, cx) {
            Poll::Ready(()) => Step::Done,
            Poll::Pending => Step::Wait(until),
        }
    }
}

/// Reads and throws away until the peer ends or the bound is used up.
fn discard(live: &mut Live, closing: &mut Closing, cx: &mut Context<'_>) -> Poll<()> {
    let mut scratch = [MaybeUninit::uninit(); READ_LITTLE];
    while closing.linger > 0 {
        let mut buf = ReadBuf::uninit(&mut scratch);
        match ready!(live.poll_read_into(cx, &mut buf)) {
            Ok(0) | Err(_) => break,
            Ok(count) => closing.linger = closing.linger.saturating_sub(count),
        }
    }
    Poll::Ready(())
}
