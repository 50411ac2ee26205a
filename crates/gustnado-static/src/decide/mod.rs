//! Request and validators → [`Plan`]: what the answer is, before anything is made of it. Pure; it
//! must not know files, bodies or how the plan is carried out.

mod join;
mod precondition;
mod range;

pub(crate) use range::Slice;

use http::{HeaderMap, header};

use crate::validator::{Seconds, Tag};

/// What an answer is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plan {
    /// 304: the client has it.
    NotModified,
    /// 304: the client has it in the same coding as another encoder made it, with this tag.
    HasOtherForm(Tag),
    /// 412: not the version that the client meant.
    PreconditionFailed,
    /// 416: no byte of the range exists.
    NotSatisfiable,
    /// 200.
    Whole,
    /// 206: these bytes.
    Slice(Slice),
    /// 206: these, each as a part of its own.
    Parts(Vec<Slice>),
}

/// What a decision needs to know of the chosen representation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validators<'a> {
    pub(crate) tag: &'a Tag,
    pub(crate) modified: Option<Seconds>,
    pub(crate) length: u64,
    /// Bytes of what a part has before its bytes, at most; nothing where parts would not say what
    /// they are.
    pub(crate) part_head: Option<u64>,
    /// The content that it decodes to, where that may also have been sent coded by a dictionary.
    pub(crate) content: Option<u128>,
}

/// The method, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Head,
}

/// Decides in the order of RFC 9110 section 13.2.2: preconditions, then the range. `now` is asked
/// only when a date is to be trusted as a strong validator.
pub(crate) fn decide(
    verb: Verb,
    headers: &HeaderMap,
    validators: &Validators<'_>,
    now: fn() -> Seconds,
) -> Plan {
    if let Some(plan) = precondition::check(headers, validators) {
        return plan;
    }
    // Range is defined for GET alone (section 14.2).
    if verb == Verb::Head || !headers.contains_key(header::RANGE) {
        return Plan::Whole;
    }
    if !precondition::range_still_holds(headers, validators, now) {
        return Plan::Whole;
    }
    range::plan(headers, validators.length, validators.part_head)
}

#[cfg(test)]
mod tests {
    use http::{
        HeaderMap, HeaderValue,
        header::{self, HeaderName},
    };

    use super::*;
    use crate::coding::Coding;

    const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";
    const TAG: &str = "\"a-5.1\"";

    fn run(verb: Verb, fields: &[(HeaderName, &str)]) -> Plan {
        run_at(verb, fields, Some(784_111_777), || {
            Seconds::of(800_000_000).unwrap()
        })
    }

    fn run_at(
        verb: Verb,
        fields: &[(HeaderName, &str)],
        modified: Option<i64>,
        now: fn() -> Seconds,
    ) -> Plan {
        let tag = Tag::of_file(10, (5, 1), None, Coding::Identity);
        run_of(&tag, verb, fields, modified, now)
    }

    fn run_of(
        tag: &Tag,
        verb: Verb,
        fields: &[(HeaderName, &str)],
        modified: Option<i64>,
        now: fn() -> Seconds,
    ) -> Plan {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        let validators = Validators {
            tag,
            modified: modified.and_then(Seconds::of),
            length: 1000,
            part_head: None,
            content: Some(5),
        };
        decide(verb, &headers, &validators, now)
    }

    fn slice(first: u64, last: u64) -> Plan {
        Plan::Slice(Slice { first, last })
    }

    // Rules 5 to 12
    #[test]
    fn preconditions_in_order() {
        use Plan::{NotModified, PreconditionFailed, Whole};
        use header::{
            IF_MATCH as IM, IF_MODIFIED_SINCE as IMS, IF_NONE_MATCH as INM,
            IF_UNMODIFIED_SINCE as IUS, RANGE,
        };
        let table: &[(&[(HeaderName, &str)], Plan)] = &[
            (&[], Whole),
            (&[(INM, TAG)], NotModified),
            (&[(INM, "W/\"a-5.1\"")], NotModified),
            (&[(INM, "*")], NotModified),
            (&[(INM, "\"x\""), (INM, TAG)], NotModified),
            (&[(INM, "\"x\"")], Whole),
            (&[(INM, "\"a-5.\"")], Whole),
            // If-Modified-Since does not count beside If-None-Match, either way.
            (&[(INM, "\"x\""), (IMS, MODIFIED)], Whole),
            (&[(INM, TAG), (IMS, EARLIER)], NotModified),
            (&[(IMS, MODIFIED)], NotModified),
            (&[(IMS, LATER)], NotModified),
            (&[(IMS, EARLIER)], Whole),
            (&[(IMS, "yesterday")], Whole),
            (&[(IMS, MODIFIED), (IMS, MODIFIED)], Whole),
            (&[(IM, TAG)], Whole),
            (&[(IM, "*")], Whole),
            (&[(IM, "\"x\", \"a-5.1\"")], Whole),
            (&[(IM, "\"x\"")], PreconditionFailed),
            (&[(IM, "W/\"a-5.1\"")], PreconditionFailed),
            (&[(IM, "garbage")], PreconditionFailed),
            (&[(IUS, MODIFIED)], Whole),
            (&[(IUS, LATER)], Whole),
            (&[(IUS, EARLIER)], PreconditionFailed),
            (&[(IUS, "yesterday")], Whole),
            // If-Unmodified-Since does not count beside If-Match.
            (&[(IM, TAG), (IUS, EARLIER)], Whole),
            (&[(IM, "\"x\""), (IUS, LATER)], PreconditionFailed),
            // 412 before 304 before the range.
            (&[(IM, "\"x\""), (INM, TAG)], PreconditionFailed),
            (&[(IUS, EARLIER), (IMS, LATER)], PreconditionFailed),
            (&[(IM, TAG), (INM, TAG)], NotModified),
            (&[(INM, TAG), (RANGE, "bytes=0-0")], NotModified),
            (&[(INM, TAG), (RANGE, "bytes=5000-")], NotModified),
            (&[(IM, "\"x\""), (RANGE, "bytes=0-0")], PreconditionFailed),
            (&[(IM, TAG), (RANGE, "bytes=0-0")], slice(0, 0)),
        ];
        for (fields, expected) in table {
            assert_eq!(run(Verb::Get, fields), *expected, "{fields:?}");
        }
    }

    // Rules 5, 6, 12, 16, 29, 58
    #[test]
    fn another_form_of_the_same_is_as_good_to_have_and_to_nothing_else() {
        use header::{IF_MATCH as IM, IF_NONE_MATCH as INM, IF_RANGE, RANGE};
        let tag = Tag::of_form(5, Coding::Brotli, 1 << 96);
        let other = Tag::of_form(5, Coding::Brotli, 2 << 96);
        let [ours, named] = [&tag, &other].map(|tag| tag.header().to_str().unwrap());
        let by_dictionary = Tag::of_form(5, Coding::Dcz, 3 << 96);
        let delta = by_dictionary.header().to_str().unwrap();
        let has_other = || Plan::HasOtherForm(other.clone());
        let (weak, both) = (format!("W/{named}"), format!("{named}, {ours}"));
        let range = || (RANGE, "bytes=0-9");
        let table: &[(&[(HeaderName, &str)], Plan)] = &[
            (&[(INM, named)], has_other()),
            (&[(INM, &weak)], has_other()),
            (&[(INM, "\"x\""), (INM, named)], has_other()),
            (&[(INM, named), range()], has_other()),
            // What would be sent comes first.
            (&[(INM, &both)], Plan::NotModified),
            (&[(INM, named), (INM, ours)], Plan::NotModified),
            (&[(INM, "*")], Plan::NotModified),
            (&[(INM, "\"x\"")], Plan::Whole),
            // Whatever dictionary it was coded by.
            (&[(INM, delta)], Plan::HasOtherForm(by_dictionary.clone())),
            (&[(IF_RANGE, delta), range()], Plan::Whole),
            (&[(IM, delta)], Plan::PreconditionFailed),
            // Bytes of the two are never joined, and no other is meant.
            (&[(IF_RANGE, named), range()], Plan::Whole),
            (&[(IF_RANGE, ours), range()], slice(0, 9)),
            (&[(IM, named)], Plan::PreconditionFailed),
            (&[(IM, named), (INM, named)], Plan::PreconditionFailed),
            (&[(IM, ours), (INM, named)], has_other()),
        ];
        for (fields, expected) in table {
            let plan = run_of(&tag, Verb::Get, fields, None, || Seconds::of(0).unwrap());
            assert_eq!(plan, *expected, "{fields:?}");
        }
    }

    // Rule 24
    #[test]
    fn head_has_preconditions_but_no_range() {
        let head = |fields: &[(HeaderName, &str)]| run(Verb::Head, fields);
        assert_eq!(head(&[(header::RANGE, "bytes=0-0")]), Plan::Whole);
        assert_eq!(head(&[(header::RANGE, "bytes=5000-")]), Plan::Whole);
        assert_eq!(head(&[(header::IF_NONE_MATCH, TAG)]), Plan::NotModified);
        let failed = head(&[(header::IF_MATCH, "\"x\"")]);
        assert_eq!(failed, Plan::PreconditionFailed);
    }

    // Rule 29
    #[test]
    fn a_range_holds_only_for_the_version_it_was_asked_of() {
        for (value, expected) in [
            (TAG, slice(0, 9)),
            ("\"x\"", Plan::Whole),
            ("W/\"a-5.1\"", Plan::Whole),
            (MODIFIED, slice(0, 9)),
            (EARLIER, Plan::Whole),
            (LATER, Plan::Whole),
            ("yesterday", Plan::Whole),
        ] {
            let fields = [(header::IF_RANGE, value), (header::RANGE, "bytes=0-9")];
            assert_eq!(run(Verb::Get, &fields), expected, "{value}");
        }
        // A miss comes before 416.
        let fields = [(header::IF_RANGE, "\"x\""), (header::RANGE, "bytes=5000-")];
        assert_eq!(run(Verb::Get, &fields), Plan::Whole);
        // A date is a weak validator in the second of the change (section 8.8.2.2).
        let fields = [(header::IF_RANGE, MODIFIED), (header::RANGE, "bytes=0-9")];
        let same_second = || Seconds::of(784_111_777).unwrap();
        let plan = run_at(Verb::Get, &fields, Some(784_111_777), same_second);
        assert_eq!(plan, Plan::Whole);
    }

    #[test]
    fn without_a_date_dates_do_not_count() {
        let now = || Seconds::of(800_000_000).unwrap();
        for (name, value) in [
            (header::IF_MODIFIED_SINCE, LATER),
            (header::IF_UNMODIFIED_SINCE, EARLIER),
        ] {
            let plan = run_at(Verb::Get, &[(name, value)], None, now);
            assert_eq!(plan, Plan::Whole);
        }
        let fields = [(header::IF_RANGE, MODIFIED), (header::RANGE, "bytes=0-9")];
        assert_eq!(run_at(Verb::Get, &fields, None, now), Plan::Whole);
    }
}
