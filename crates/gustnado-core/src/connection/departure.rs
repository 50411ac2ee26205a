//! Whether the peer of an HTTP/1 connection has left while its answer is made. It must not know what
//! is made of that.
//!
//! The end of what a peer sends says only that it has said all: it may still read (RFC 9112 section
//! 9.6). So it is asked, by a word that may stand before any answer and means nothing more (RFC 9110
//! section 15.2.1). The system of a peer that has closed refuses it.

use std::task::{Context, Poll};

use super::{
    clock::{Clock, NEVER, Tick},
    live::{Live, Peer},
};
use crate::limits::{DEPARTURE, TICK};

const ARE_YOU_THERE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What is known of a peer that has said all.
#[derive(Debug, Default)]
pub(super) struct Departure {
    /// When it is asked, if there is no answer by then. Not at once: scripts that know of no word
    /// before the answer ask for what is quickly there.
    ask: Option<Tick>,
    /// It was asked, and until then its refusal is waited for.
    asked: Option<Tick>,
}

impl Departure {
    /// Looks whether the peer has left: `None`. Else says when to look again, if nothing comes
    /// before. One that is `old` knows of no word before its answer.
    pub(super) fn look(
        &mut self,
        live: &mut Live,
        old: bool,
        clock: &Clock,
        cx: &mut Context<'_>,
    ) -> Option<Tick> {
        match live.poll_peer(cx) {
            Poll::Pending | Poll::Ready(Ok(Peer::GoesOn)) => return Some(NEVER),
            Poll::Ready(Err(_)) => return None,
            Poll::Ready(Ok(Peer::HasSaidAll)) => {}
        }
        // Where an answer before this one still waits for its reader, the peer is there, or the
        // system finds out that it is not.
        if old || !live.is_between() {
            return Some(NEVER);
        }
        let now = clock.now();
        let ask = *self.ask.get_or_insert_with(|| clock.after(TICK));
        if now < ask {
            return Some(ask);
        }
        if self.asked.is_none() {
            live.say(ARE_YOU_THERE);
            if let Poll::Ready(Err(_)) = live.poll_flush(cx) {
                return None;
            }
        }
        let until = *self.asked.get_or_insert_with(|| clock.after(DEPARTURE));
        // Behind the end nothing more is there to be woken by. One that stayed and leaves later is
        // found out only where it leaves with words unread, such as ours.
        Some(if now < until {
            now + 1
        } else {
            clock.after(DEPARTURE)
        })
    }
}
