//! Entity tags and dates: made, and compared with what a client sent (RFC 9110 section 8.8). It
//! must not know which precondition asks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gustnado_core::tag;
use http::HeaderValue;

use crate::coding::Coding;

/// The last second that an HTTP date can name: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// A strong entity tag. No two codings of a file have the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag(HeaderValue);

impl Tag {
    /// The tag of these bytes: of what is sent, so that bytes that were coded otherwise have
    /// another one. It is the same on every host.
    pub(crate) fn of_content(hash: u128, coding: Coding) -> Self {
        Self::quoted(format!("\"{hash:032x}{}\"", coding.tag_suffix()))
    }

    /// The tag of a file that is too large to be read for it: by its length and the time of its
    /// last change. Where these may not tell it from a version to come, `only_now` is a number
    /// that makes the tag stand for this one look at the file.
    pub(crate) fn of_file(
        length: u64,
        changed: (i64, u32),
        only_now: Option<u128>,
        coding: Coding,
    ) -> Self {
        let (seconds, nanoseconds) = changed;
        let suffix = coding.tag_suffix();
        let look = only_now.map_or_else(String::new, |number| format!("~{number:x}"));
        Self::quoted(format!(
            "\"{length:x}-{seconds:x}.{nanoseconds:x}{look}{suffix}\""
        ))
    }

    fn quoted(text: String) -> Self {
        // Digits, `-`, `.` and letters between quotes are always a header value.
        Self(HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("\"\"")))
    }

    /// The value of `ETag`.
    pub(crate) fn header(&self) -> &HeaderValue {
        &self.0
    }

    /// Whether a line of `If-None-Match` has it, weak or not, or is `*`.
    pub(crate) fn matches_weakly(&self, line: impl AsRef<[u8]>) -> bool {
        tag::matches_weakly(&self.0, line)
    }

    /// Whether a line of `If-Match` has it as a strong tag, or is `*`.
    pub(crate) fn matches_strongly(&self, line: impl AsRef<[u8]>) -> bool {
        tag::matches_strongly(&self.0, line)
    }

    /// Whether the value of `If-Range` is this tag, and a strong one.
    pub(crate) fn is(&self, value: &HeaderValue) -> bool {
        self.0 == value.as_bytes().trim_ascii()
    }
}

/// A time as HTTP knows it: whole seconds since 1970, up to the year 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seconds(u64);

impl Seconds {
    /// The second that this time is in; nothing outside the years that HTTP can write.
    pub(crate) fn of(seconds: i64) -> Option<Self> {
        let seconds = u64::try_from(seconds).ok()?;
        (seconds <= LAST_SECOND).then_some(Self(seconds))
    }

    /// Reads a date in any of the three forms (section 5.6.7).
    pub(crate) fn read(value: &HeaderValue) -> Option<Self> {
        let time = httpdate::parse_http_date(value.to_str().ok()?).ok()?;
        let since = time.duration_since(UNIX_EPOCH).ok()?;
        Some(Self(since.as_secs()))
    }

    /// The second it is now.
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self(since.unwrap_or_default().as_secs().min(LAST_SECOND))
    }

    /// The second before.
    pub(crate) fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// As a header value.
    pub(crate) fn header(self) -> Option<HeaderValue> {
        let time = UNIX_EPOCH.checked_add(Duration::from_secs(self.0))?;
        HeaderValue::try_from(httpdate::fmt_http_date(time)).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(text: &str) -> Tag {
        Tag(HeaderValue::from_str(text).unwrap())
    }

    fn line(text: &str) -> HeaderValue {
        HeaderValue::from_str(text).unwrap()
    }

    // Rule 2
    #[test]
    fn codings_have_tags_of_their_own() {
        let tags: Vec<_> = [Coding::Identity]
            .into_iter()
            .chain(Coding::CODED)
            .map(|coding| Tag::of_content(7, coding))
            .collect();
        for (place, one) in tags.iter().enumerate() {
            assert!(tags[place + 1..].iter().all(|other| other != one));
        }
    }

    #[test]
    fn a_file_that_changed_within_a_second_has_another_tag() {
        let one = Tag::of_file(10, (5, 1), None, Coding::Identity);
        assert_ne!(one, Tag::of_file(10, (5, 2), None, Coding::Identity));
        assert_eq!(one.header(), "\"a-5.1\"");
        let only_now = Tag::of_file(10, (5, 1), Some(26), Coding::Gzip);
        assert_eq!(only_now.header(), "\"a-5.1~1a-gz\"");
    }

    // Rules 8 and 17
    #[test]
    fn dates() {
        let expected = Seconds::of(784_111_777).unwrap();
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(Seconds::read(&line(text)), Some(expected), "{text}");
        }
        assert_eq!(expected.header().unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(Seconds::read(&line("yesterday")), None);
        assert_eq!(Seconds::of(-1), None);
        assert_eq!(Seconds::of(253_402_300_800), None);
        let last = Seconds::of(253_402_300_799).unwrap().header().unwrap();
        assert_eq!(last, "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    proptest! {
        #[test]
        fn any_line_is_read_without_a_panic(text in "[ -~]{0,40}") {
            let ours = tag("\"abc\"");
            let strongly = ours.matches_strongly(line(&text));
            // Whatever matches strongly matches weakly.
            prop_assert!(!strongly || ours.matches_weakly(line(&text)));
        }

        #[test]
        fn a_tag_is_found_in_any_list(
            before in proptest::collection::vec("(W/)?\"[!#-~]{0,6}\"", 0..4),
            after in proptest::collection::vec("(W/)?\"[!#-~]{0,6}\"", 0..4),
        ) {
            let ours = tag("\"the-one-tag\"");
            let all: Vec<_> = before.into_iter().chain(["\"the-one-tag\"".to_owned()]).chain(after).collect();
            prop_assert!(ours.matches_strongly(line(&all.join(", "))));
        }
    }
}
