//! The short way of a request: its answer was made before, and is written without a request being made
//! of its head. It must not know who made it.

use super::{
    Exchange, Http1,
    date::{self, Line},
    encode::{self, Asked, Said},
    pages,
    raw::Raw,
};
use crate::{
    access::{self, Access},
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
        let date = date::line(&self.clock);
        let bytes = answer.bytes();
        if bytes.len() <= CORK_COPY {
            let out = live.out();
            encode::as_it_is(out, answer, &date);
            out.extend_from_slice(bytes);
            return self.vitals.end_one();
        }
        // What the socket takes as a whole needs nothing that remembers how far it has come.
        let sent = match send_pages(answer, &date, live) {
            0 => send_bytes(answer, &date, live),
            sent => keep_head(sent, answer, &date, live),
        };
        if sent == bytes.len() {
            self.vitals.end_one();
        } else {
            self.send_rest(answer, sent);
        }
    }

    /// The rest of a body, from `first` on, follows as the socket takes it.
    fn send_rest(&mut self, answer: &AsItIs, first: usize) {
        let (body, length) = (answer.body_from(first), answer.bytes().len() - first);
        let app = &self.vitals.app;
        let exchange = Exchange {
            asked: Asked::PLAIN,
            access: Access::NONE,
            counted: app.load().count(app.limits()),
        };
        self.send_later(exchange, body, Said::bytes(length as u64));
    }
}

/// Sends all from pages, where there are any. Says how much went out.
#[inline]
fn send_pages(answer: &AsItIs, date: &Line, live: &mut Live) -> usize {
    if !pages::are_for(answer.bytes().len()) || !live.is_between() || !live.sends_files() {
        return 0;
    }
    let length = head_length(answer) + answer.bytes().len();
    pages::send(answer, date, |file| live.send_pages(file, length))
}

/// Sends the head, and the bytes behind it unless they come from a file. Says how many of the bytes went out.
#[inline]
fn send_bytes(answer: &AsItIs, date: &Line, live: &mut Live) -> usize {
    encode::as_it_is(live.out(), answer, date);
    if answer.is_of_file() {
        0
    } else {
        live.send_at_once(answer.bytes())
    }
}

/// Of an answer of which so much went out, what is left of the head is to follow. Says how many of the bytes
/// went out.
#[inline]
fn keep_head(sent: usize, answer: &AsItIs, date: &Line, live: &mut Live) -> usize {
    let head = head_length(answer);
    if sent < head {
        let out = live.out();
        encode::as_it_is(out, answer, date);
        out.drain(..sent);
    }
    sent.saturating_sub(head)
}

/// With the date.
#[inline]
fn head_length(answer: &AsItIs) -> usize {
    answer.start().len() + size_of::<Line>()
}
