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
    write::AsItIs,
};

impl Http1 {
    /// The answer to a head, where it was made before and nothing else has to see the request.
    #[inline]
    pub(super) fn at_hand(&self, raw: &Raw<'_, '_>, since: Since) -> Option<AsItIs> {
        let vitals = &*self.vitals;
        if !vitals.app.may_be_at_hand(raw.target_of_get()?) {
            return None;
        }
        let is_last = vitals.end.is_due(vitals.begun().wrapping_add(1));
        if is_last || access::is_wanted() {
            return None;
        }
        vitals.app.at_hand(&raw.glance(since)?, self.clock.lag())
    }

    /// Answers a head by what was at hand.
    pub(super) fn answer_as_it_is(&mut self, answer: AsItIs, live: &mut Live) {
        self.keep_alive = true;
        let out = live.out();
        let length = encode::as_it_is(out, &answer, &self.clock);
        match answer.body {
            Some(body) if length > CORK_COPY => {
                let app = &self.vitals.app;
                let exchange = Exchange {
                    asked: Asked::PLAIN,
                    access: Access::NONE,
                    counted: app.load().count(app.limits()),
                };
                let said = Said::bytes(length as u64);
                self.send_later(exchange, body, said);
            }
            body => {
                if let Some(bytes) = body.as_ref().and_then(Body::as_full) {
                    out.extend_from_slice(bytes);
                }
                self.vitals.end_one();
            }
        }
    }
}
