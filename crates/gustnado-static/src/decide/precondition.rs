//! Preconditions (RFC 9110 section 13): whether the answer is 304, 412 or goes on. It must not
//! know ranges, but for whether `If-Range` lets one count.

use http::{
    HeaderMap, HeaderValue,
    header::{
        HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
    },
};

use super::{Plan, Validators};
use crate::validator::{Seconds, Tag};

/// Steps 1 to 4 of section 13.2.2; nothing when the request is to be answered.
pub(super) fn check(headers: &HeaderMap, validators: &Validators<'_>) -> Option<Plan> {
    // Nearly every request has none of them but If-None-Match.
    let passed = if headers.contains_key(IF_MATCH) {
        let mut lines = headers.get_all(IF_MATCH).iter();
        lines.any(|line| validators.tag.matches_strongly(line))
    } else {
        let limit = only(headers, IF_UNMODIFIED_SINCE).and_then(Seconds::read);
        limit
            .zip(validators.modified)
            .is_none_or(|(limit, modified)| modified <= limit)
    };
    if !passed {
        return Some(Plan::PreconditionFailed);
    }
    if headers.contains_key(IF_NONE_MATCH) {
        return client_has(headers, validators);
    }
    let since = only(headers, IF_MODIFIED_SINCE).and_then(Seconds::read);
    let has_it = since
        .zip(validators.modified)
        .is_some_and(|(since, modified)| modified <= since);
    has_it.then_some(Plan::NotModified)
}

/// Step 3. Which representation is selected is for the server to say (section 13.1.2): of those that
/// decode to the same, one that the client has, and the 304 has the tag of that, which is what the
/// client finds it by (RFC 9111 section 4.3.4).
fn client_has(headers: &HeaderMap, validators: &Validators<'_>) -> Option<Plan> {
    let mut lines = headers.get_all(IF_NONE_MATCH).iter();
    if lines.any(|line| validators.tag.matches_weakly(line)) {
        return Some(Plan::NotModified);
    }
    let mut lines = headers.get_all(IF_NONE_MATCH).iter();
    let other = lines.find_map(|line| {
        let form = validators.tag.other_form(line);
        form.or_else(|| Tag::by_dictionary(validators.content?, line))
    });
    other.map(Plan::HasOtherForm)
}

/// Step 5: whether the range counts. A date counts as a strong validator only when a second has
/// passed since (section 8.8.2.2).
pub(super) fn range_still_holds(
    headers: &HeaderMap,
    validators: &Validators<'_>,
    now: fn() -> Seconds,
) -> bool {
    if !headers.contains_key(IF_RANGE) {
        return true;
    }
    let Some(value) = only(headers, IF_RANGE) else {
        return false;
    };
    if validators.tag.is(value) {
        return true;
    }
    let Some(modified) = validators.modified else {
        return false;
    };
    Seconds::read(value) == Some(modified) && modified <= now().before()
}

/// The value of a field that has one line; one with more has no meaning.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    let first = lines.next()?;
    lines.next().is_none().then_some(first)
}
