//! The `Date` of answers, as the last line of their heads. It must not know answers.

use std::{cell::RefCell, time::SystemTime};

use tokio::time::Instant;

use crate::connection::clock::{Clock, Tick};

const LINE: usize = b"date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n".len();

thread_local! {
    /// The line that was written last, and when.
    static LAST: RefCell<Option<(Instant, Tick, [u8; LINE])>> = const { RefCell::new(None) };
}

/// Writes the line, which is the last of a head, and its end. It is made once in a tick of the worker's
/// clock: RFC 9110 section 6.6.1 asks for the best approximation, and one of a quarter of a second is below
/// what the field can say.
pub(super) fn end(out: &mut Vec<u8>, clock: &Clock) {
    let (begin, now) = (clock.began(), clock.now());
    LAST.with_borrow_mut(|last| {
        if let Some((of, at, line)) = last
            && *at == now
            && *of == begin
        {
            out.extend_from_slice(line);
            return;
        }
        let mut line = [b' '; LINE];
        let text = format!(
            "date: {}\r\n\r\n",
            httpdate::fmt_http_date(SystemTime::now())
        );
        out.extend_from_slice(text.as_bytes());
        if text.len() == LINE {
            line.copy_from_slice(text.as_bytes());
            *last = Some((begin, now, line));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_now() {
        let clock = Clock::default();
        for _ in 0..2 {
            let mut out = Vec::new();
            end(&mut out, &clock);
            let text = String::from_utf8(out).unwrap();
            let date = text.strip_prefix("date: ").unwrap();
            let date = date.strip_suffix("\r\n\r\n").unwrap();
            let date = httpdate::parse_http_date(date).unwrap();
            assert!(date.elapsed().unwrap().as_secs() < 10, "{text}");
        }
    }
}
