//! The short way of a request: its answer was made before, and is written without a request being made
//! of its head. It must not know who made it.

use super::{
    Exchange, Http1,
    encode::{self, Asked, Said},
    raw::Raw,
};
use crate::{
    access::{self, Access},
    body::Body,
    connection::live::Live,
    limits::CORK_COPY,
    look::Since,
    ready::AsItIs,
};

impl Http1 {
    /// The answer to a head, where it was made before and nothing else has to see the request.
    #[inline]
    pub(super) fn at_hand(&self, raw: &Raw<'_, '_>, since: Since) -> Option<AsItIs> {
        let vitals = &*self.vitals;
        let mounted = vitals.app.mounted(raw.target_of_get()?)?;
        let is_last = vitals.end.is_due(vitals.begun().wrapping_add(1));
        if is_last || access::is_wanted() {
            return None;
        }
        let head = raw.glance(since)?;
        vitals.app.at_hand(mounted, &head, self.clock.lag())
    }

    /// Answers a head by what was at hand.
    #[inline]
    pub(super) fn answer_as_it_is(&mut self, answer: &AsItIs, live: &mut Live) {
        self.keep_alive = true;
        let out = live.out();
        encode::as_it_is(out, answer, &self.clock);
        let bytes = answer.bytes();
        if bytes.len() <= CORK_COPY {
            out.extend_from_slice(bytes);
            return self.vitals.end_one();
        }
        // What the socket takes as a whole needs nothing that remembers how far it has come.
        let sent = if answer.is_of_file() {
            0
        } else {
            live.send_at_once(bytes)
        };
        match bytes.len() - sent {
            0 => self.vitals.end_one(),
            left if sent == 0 => self.send_rest(answer.body(), left),
            left => self.send_rest(bytes.slice(sent..).into(), left),
        }
    }

    /// The rest of a body, of so many bytes, follows as the socket takes it.
    fn send_rest(&mut self, body: Body, length: usize) {
        let app = &self.vitals.app;
        let exchange = Exchange {
            asked: Asked::PLAIN,
            access: Access::NONE,
            counted: app.load().count(app.limits()),
        };
        self.send_later(exchange, body, Said::bytes(length as u64));
    }
}
