//! Dates as cookies have them, which is in every form that was ever seen (RFC 6265 section 5.1.1). It must
//! not know what they are for.

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Seconds since 1970 of a date; `None` if it is none.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(|byte| is_delimiter(*byte)) {
        if token.is_empty() {
            continue;
        }
        // Each token is the first of these that it can be and that is not found yet.
        if time.is_none() && time_of(token).is_some() {
            time = time_of(token);
        } else if day.is_none() && number(token, 1, 2).is_some() {
            day = number(token, 1, 2);
        } else if month.is_none() && month_of(token).is_some() {
            month = month_of(token);
        } else if year.is_none() && number(token, 2, 4).is_some() {
            year = number(token, 2, 4);
        }
    }
    let (time, day, month) = (time?, day?, month?);
    let year = match year? {
        short @ 70..=99 => short + 1900,
        short @ 0..=69 => short + 2000,
        year => year,
    };
    if year < 1601 || day < 1 || day > days_of(month, year) {
        return None;
    }
    Some(days_since_1970(year, month, day) * 86_400 + time)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

/// So many digits at its start, and none behind them.
fn number(token: &[u8], least: usize, most: usize) -> Option<i64> {
    let digits = token
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(least..=most).contains(&digits) {
        return None;
    }
    std::str::from_utf8(&token[..digits]).ok()?.parse().ok()
}

/// Seconds of the day, of hours, minutes and seconds.
fn time_of(token: &[u8]) -> Option<i64> {
    let mut parts = token.splitn(3, |byte| *byte == b':');
    let whole = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if !whole(hours) || !whole(minutes) {
        return None;
    }
    let hours = number(hours, 1, 2).filter(|hours| *hours < 24)?;
    let minutes = number(minutes, 1, 2).filter(|minutes| *minutes < 60)?;
    let seconds = number(seconds, 1, 2).filter(|seconds| *seconds < 60)?;
    Some(hours * 3_600 + minutes * 60 + seconds)
}

/// 1 for what begins with `jan`.
fn month_of(token: &[u8]) -> Option<i64> {
    let name = token.get(..3)?;
    let index = MONTHS
        .iter()
        .position(|month| name.eq_ignore_ascii_case(month.as_bytes()))?;
    i64::try_from(index + 1).ok()
}

fn days_of(month: i64, year: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Of the Gregorian calendar. Years begin in March, so that the odd day is at an end.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leaps = year / 4 - year / 100 + year / 400;
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_in_all_their_forms() {
        let table = [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("6 november 1994 8:49:37", Some(784_111_777)),
            ("1994.Nov.6 08:49:37", Some(784_111_777)),
            ("08:49:37 6 Nov 94", Some(784_111_777)),
            ("Tue, 29 Feb 2028 12:00:00 GMT", Some(1_835_438_400)),
            ("Fri, 31-Dec-9999 23:59:59 GMT", Some(253_402_300_799)),
            ("01 Jan 69 00:00:00", Some(3_124_224_000)),
            ("01 Jan 70 00:00:00", Some(0)),
            ("Mon, 29 Feb 2027 12:00:00 GMT", None),
            ("31 Apr 2027 12:00:00", None),
            ("0 Apr 2027 12:00:00", None),
            ("1 Apr 1600 12:00:00", None),
            ("1 Apr 2027 24:00:00", None),
            ("1 Apr 2027 12:60:00", None),
            ("1 Apr 2027 12:00:60", None),
            ("1 Apr 2027 12:00", None),
            ("1 Apr 12:00:00", None),
            ("Apr 2027 12:00:00", None),
            ("1 2027 12:00:00", None),
            ("tomorrow", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text.as_bytes()), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_too_odd(text in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse(&text);
        }

        /// Days follow each other, and the day after the last of a month is the first of the next.
        #[test]
        fn the_calendar_has_no_gaps(year in 1601_i64..9999, month in 1_i64..13) {
            let last = days_since_1970(year, month, days_of(month, year));
            let next = match month {
                12 => days_since_1970(year + 1, 1, 1),
                month => days_since_1970(year, month + 1, 1),
            };
            prop_assert_eq!(last + 1, next);
        }
    }
}
