//! The `Date` of answers, as the last line of their heads. It must not know answers.

use std::{cell::RefCell, time::SystemTime};

use tokio::time::Instant;

use crate::connection::clock::{Clock, Tick};

/// The line, which is the last of a head, and its end.
pub(super) type Line = [u8; FORM.len()];

const FORM: &[u8; 39] = b"date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";

thread_local! {
    /// The line that was made last, and when.
    static LAST: RefCell<Option<(Instant, Tick, Line)>> = const { RefCell::new(None) };
}

/// The line of now. It is made once in a tick of the worker's clock: RFC 9110 section 6.6.1 asks for the best
/// approximation, and one of a quarter of a second is below what the field can say.
#[inline]
pub(super) fn line(clock: &Clock) -> Line {
    let (begin, now) = (clock.began(), clock.now());
    LAST.with_borrow_mut(|last| match last {
        Some((of, at, line)) if *at == now && *of == begin => *line,
        _ => last.insert((begin, now, make())).2,
    })
}

fn make() -> Line {
    let text = httpdate::fmt_http_date(SystemTime::now());
    let mut line = *FORM;
    // All dates are of one length (RFC 9110 section 5.6.7).
    for (to, from) in line["date: ".len()..].iter_mut().zip(text.bytes()) {
        *to = from;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_now() {
        let clock = Clock::default();
        for _ in 0..2 {
            let text = String::from_utf8(line(&clock).to_vec()).unwrap();
            let date = text.strip_prefix("date: ").unwrap();
            let date = date.strip_suffix("\r\n\r\n").unwrap();
            let date = httpdate::parse_http_date(date).unwrap();
            assert!(date.elapsed().unwrap().as_secs() < 10, "{text}");
        }
    }
}
