//! The head of a request as it is read: what is there is looked at, and more is read until it is whole. It
//! must not know how a request is answered.

use std::task::{Context, Poll, ready};

use bytes::Buf as _;
use tokio::io::ReadBuf;

use super::{
    End, Http1, Stage,
    fault::Fault,
    head::{self, Parsed},
    inbox::SCRATCH,
};
use crate::{connection::live::Live, fields, limits::TURN, look::Since, ready::AsItIs};

impl Http1 {
    /// Head: until there is a whole one.
    pub(super) fn read(&mut self, live: &mut Live, cx: &mut Context<'_>) -> Poll<Option<End>> {
        while matches!(self.stage, Stage::Head) {
            if self.turn == TURN {
                // Who asks much at once takes turns with who asks once.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if ready!(live.poll_room(cx)).is_err() {
                return Poll::Ready(Some(End::Cut));
            }
            let end = if self.is_worth_a_look() {
                self.read_here(live, cx)
            } else {
                ready!(self.read_more(live, cx))
            };
            if end.is_some() {
                return Poll::Ready(end);
            }
        }
        Poll::Ready(None)
    }

    /// Looks at what is here.
    fn read_here(&mut self, live: &mut Live, cx: &mut Context<'_>) -> Option<End> {
        match self.look(&self.inbox.bytes, live.since(false)) {
            Ok(Some(found)) => {
                self.inbox.bytes.advance(found.bytes());
                self.take(found, live, cx)
            }
            Ok(None) => {
                self.tried = self.inbox.bytes.len();
                None
            }
            Err(fault) => Some(End::Refused(fault)),
        }
    }

    /// Reads more, and looks at it where it was read to: nearly every request comes alone and whole, and
    /// then nothing has to be kept.
    fn read_more(&mut self, live: &mut Live, cx: &mut Context<'_>) -> Poll<Option<End>> {
        let mut scratch = SCRATCH;
        let mut new = ReadBuf::uninit(&mut scratch);
        if ready!(live.poll_read_into(cx, &mut new)).is_err() {
            return Poll::Ready(Some(End::Cut));
        }
        let new = new.filled();
        if new.is_empty() {
            let is_between = self.inbox.is_blank();
            let cut = End::Refused(Fault::Ended);
            return Poll::Ready(Some(if is_between { End::Closed } else { cut }));
        }
        if !self.inbox.is_empty() {
            self.inbox.push(new);
            return Poll::Ready(None);
        }
        // Line ends in front of a head may have come before it.
        let begins = new.first().is_some_and(u8::is_ascii_uppercase);
        Poll::Ready(match self.look(new, live.since(begins)) {
            Ok(Some(found)) => {
                self.inbox.push(&new[found.bytes()..]);
                self.take(found, live, cx)
            }
            Ok(None) => {
                self.inbox.push(new);
                self.tried = new.len();
                None
            }
            Err(fault) => {
                self.inbox.push(new);
                Some(End::Refused(fault))
            }
        })
    }

    /// The head that these bytes begin with, or the answer to it, which may rest on looks since then.
    #[inline]
    fn look(&self, bytes: &[u8], since: Since) -> Result<Option<Parsed<AsItIs>>, Fault> {
        let limits = self.vitals.app.limits();
        head::parse(bytes, limits, |raw| self.at_hand(raw, since))
    }

    /// Goes on with what was found.
    #[inline]
    fn take(
        &mut self,
        found: Parsed<AsItIs>,
        live: &mut Live,
        cx: &mut Context<'_>,
    ) -> Option<End> {
        self.tried = 0;
        self.turn += 1;
        self.vitals.begin_next();
        match found {
            Parsed::Head(head) => self.begin(head, live, cx),
            Parsed::Answered(answer, _bytes) => {
                self.answer_as_it_is(&answer, live);
                None
            }
        }
    }

    /// Whether there may be a whole head now: a peer that sends byte by byte would have all of it read
    /// again for each.
    fn is_worth_a_look(&self) -> bool {
        let bytes = &self.inbox.bytes;
        if bytes.len() == self.tried {
            // Nothing has come since.
            return false;
        }
        if self.tried == 0 || bytes.len() >= self.vitals.app.limits().head_bytes {
            return true;
        }
        fields::may_end(bytes, self.tried)
    }
}
