//! Entity tags and dates: made, and compared with what a client sent (RFC 9110 section 8.8). It
//! must not know which precondition asks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gustnado_core::tag;
use http::HeaderValue;

use crate::coding::Coding;

/// The last second that an HTTP date can name: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// How many digits tell the forms of one content in one coding apart. There are a few of them: those of
/// a quick and of a thorough encoder, and of their versions.
const FORM_DIGITS: usize = 8;

/// A strong entity tag. No two codings of a file have the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    value: HeaderValue,
    /// How many bytes of it stand for the content and the coding, where what follows stands for one form
    /// of the two; 0 where there is one form only.
    shared: usize,
}

impl Tag {
    /// The tag of these bytes: of what is sent, so that bytes that were coded otherwise have
    /// another one. It is the same on every host.
    pub(crate) fn of_content(hash: u128, coding: Coding) -> Self {
        Self::quoted(format!("\"{hash:032x}{}\"", coding.tag_suffix()))
    }

    /// The tag of what was made of a content: the hash of that, the coding, and what tells the bytes
    /// from those of another encoder. So it says by itself whether it stands for the same.
    pub(crate) fn of_form(content: u128, coding: Coding, hash: u128) -> Self {
        let shared = format!("\"{content:032x}{}.", coding.tag_suffix());
        let form = hash >> (128 - 4 * FORM_DIGITS);
        Self {
            shared: shared.len(),
            ..Self::quoted(format!("{shared}{form:0FORM_DIGITS$x}\""))
        }
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
        let value = HeaderValue::try_from(text);
        Self {
            value: value.unwrap_or_else(|_| HeaderValue::from_static("\"\"")),
            shared: 0,
        }
    }

    /// The value of `ETag`.
    pub(crate) fn header(&self) -> &HeaderValue {
        &self.value
    }

    /// Whether a line of `If-None-Match` has it, weak or not, or is `*`.
    pub(crate) fn matches_weakly(&self, line: impl AsRef<[u8]>) -> bool {
        tag::matches_weakly(&self.value, line)
    }

    /// The tag in a line of `If-None-Match` that stands for the same content in the same coding, made by
    /// another encoder. Only what was given out has it, as the content's hash is in it.
    pub(crate) fn other_form(&self, line: impl AsRef<[u8]>) -> Option<Self> {
        let shared = self.value.as_bytes().get(..self.shared)?;
        if shared.is_empty() {
            return None;
        }
        let is_form = |tag: &[u8]| {
            let form = tag.strip_prefix(shared)?.strip_suffix(b"\"")?;
            let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            Some(form.len() == FORM_DIGITS && form.iter().all(is_digit))
        };
        let found = tag::find(line.as_ref(), |tag| is_form(tag) == Some(true))?;
        Some(Self {
            value: HeaderValue::from_bytes(found).ok()?,
            shared: self.shared,
        })
    }

    /// The tag in a line of `If-None-Match` that stands for this content, coded by whichever dictionary.
    pub(crate) fn by_dictionary(content: u128, line: impl AsRef<[u8]>) -> Option<Self> {
        let line = line.as_ref();
        let codings = Coding::BY_DICTIONARY.into_iter();
        codings
            .map(|coding| Self::of_form(content, coding, 0))
            .find_map(|tag| tag.other_form(line))
    }

    /// Whether a line of `If-Match` has it as a strong tag, or is `*`.
    pub(crate) fn matches_strongly(&self, line: impl AsRef<[u8]>) -> bool {
        tag::matches_strongly(&self.value, line)
    }

    /// Whether the value of `If-Range` is this tag, and a strong one.
    pub(crate) fn is(&self, value: &HeaderValue) -> bool {
        self.value == value.as_bytes().trim_ascii()
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
        Tag::quoted(text.to_owned())
    }

    fn line(text: &str) -> HeaderValue {
        HeaderValue::from_str(text).unwrap()
    }

    // Rule 2
    #[test]
    fn codings_have_tags_of_their_own() {
        let forms = Coding::CODED.map(|coding| Tag::of_form(7, coding, 8 << 96));
        let tags: Vec<_> = [Coding::Identity]
            .into_iter()
            .chain(Coding::CODED)
            .map(|coding| Tag::of_content(7, coding))
            .chain(forms)
            .chain([Tag::of_form(7, Coding::Gzip, 9 << 96)])
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

    // Rules 2, 5, 6
    #[test]
    fn another_form_of_the_same_is_told_by_its_tag() {
        let ours = Tag::of_form(0xabc, Coding::Brotli, 0x1234_5678 << 96);
        let content = "00000000000000000000000000000abc";
        assert_eq!(ours.header(), &format!("\"{content}-br.12345678\""));
        let other = Tag::of_form(0xabc, Coding::Brotli, 7 << 96);
        let named = other.header().to_str().unwrap();
        for list in [
            named.to_owned(),
            format!("W/{named}"),
            format!("\"x\", \"a,b\", {named}, \"y\""),
        ] {
            let found = ours.other_form(&list);
            assert_eq!(found.as_ref(), Some(&other), "{list}");
            assert!(!ours.matches_weakly(&list) && !ours.matches_strongly(&list));
        }
        for foreign in [
            "*".to_owned(),
            format!("\"{content}\""),
            format!("\"{content}-br\""),
            format!("\"{content}-br.\""),
            format!("\"{content}-gz.00000007\""),
            format!("\"{content}-br.0000007\""),
            format!("\"{content}-br.000000007\""),
            format!("\"{content}-br.0000000A\""),
            format!("\"{content}-br.00000007"),
            format!("{content}-br.00000007"),
            format!("\"x{content}-br.00000007\""),
            "\"00000000000000000000000000000abd-br.00000007\"".to_owned(),
        ] {
            assert_eq!(ours.other_form(&foreign), None, "{foreign}");
        }
        // What was not made of the content has no other form.
        let sibling = Tag::of_content(0xabc, Coding::Brotli);
        assert_eq!(sibling.other_form(named), None);
    }

    // Rule 58
    #[test]
    fn what_was_coded_by_a_dictionary_is_told_by_its_tag() {
        let tag = |content, coding| Tag::of_form(content, coding, 7 << 96);
        for coding in Coding::BY_DICTIONARY {
            let theirs = tag(5, coding);
            let line = format!("\"x\", W/{}", theirs.header().to_str().unwrap());
            assert_eq!(Tag::by_dictionary(5, &line), Some(theirs));
            assert_eq!(Tag::by_dictionary(6, &line), None);
        }
        assert_eq!(Tag::by_dictionary(5, tag(5, Coding::Brotli).header()), None);
        assert_eq!(Tag::by_dictionary(5, "*"), None);
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

    fn coding() -> impl Strategy<Value = Coding> {
        proptest::sample::select(Coding::CODED.to_vec())
    }

    proptest! {
        // Rule 6
        #[test]
        fn the_tag_of_anything_else_is_never_taken_for_another_form(
            (content, other) in (any::<u128>(), any::<u128>()),
            (coding, other_coding) in (coding(), coding()),
            (form, other_form) in (any::<u128>(), any::<u128>()),
            junk in "[ -~]{0,60}",
        ) {
            let ours = Tag::of_form(content, coding, form);
            let same = content == other && coding == other_coding;
            let foreign = [
                Tag::of_content(content, Coding::Identity),
                Tag::of_content(content, coding),
                Tag::of_content(form, coding),
                Tag::of_form(form, coding, content),
                Tag::of_file(content as u64, (form as i64, 1), None, coding),
            ];
            for tag in &foreign {
                prop_assert!(ours.other_form(tag.header()).is_none());
                prop_assert!(tag.other_form(ours.header()).is_none());
            }
            let tag = Tag::of_form(other, other_coding, other_form);
            prop_assert_eq!(ours.other_form(tag.header()).is_some(), same);
            let tag = Tag::of_form(content, other_coding, other_form);
            prop_assert_eq!(ours.other_form(tag.header()).is_some(), coding == other_coding);
            prop_assert!(ours.other_form(&junk).is_none());
        }

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
