//! `Range` (RFC 9110 section 14): which bytes of a length are asked for. It must not know
//! preconditions.

use http::{HeaderMap, header};

use super::{Plan, join::join};
use crate::limits;

/// Bytes from `first` to `last`, both of them included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Slice {
    /// How many bytes there are in it.
    pub(crate) fn length(self) -> u64 {
        self.last - self.first + 1
    }
}

/// The plan for a request with a `Range`.
///
/// The field is ignored when it is not well-formed, names a unit other than bytes, stands on several
/// lines, or when there is no byte at all. Of several pieces that exist, those that are not worth
/// sending apart become one, where each part has a head of `part_head` bytes; and if all together
/// are not less than the whole, or parts are not wanted, it is the whole that is sent. So nothing
/// that is asked for costs more than the file (section 14.2).
pub(super) fn plan(headers: &HeaderMap, length: u64, part_head: Option<u64>) -> Plan {
    let mut lines = headers.get_all(header::RANGE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Plan::Whole;
    };
    if length == 0 {
        return Plan::Whole;
    }
    let Some(asked) = line.to_str().ok().and_then(parse) else {
        return Plan::Whole;
    };
    let slices = asked.into_iter().filter_map(|range| range.within(length));
    let slices: Vec<Slice> = slices.collect();
    match (&slices[..], part_head) {
        ([], _) => Plan::NotSatisfiable,
        ([slice], _) => Plan::Slice(*slice),
        (_, None) => Plan::Whole,
        (_, Some(part_head)) => parts(slices, length, part_head),
    }
}

fn parts(slices: Vec<Slice>, length: u64, part_head: u64) -> Plan {
    let joined = join(slices, part_head);
    if let [slice] = joined[..] {
        return Plan::Slice(slice);
    }
    // They do not overlap, so they are not more than the length; the end is as a head is.
    let bytes: u64 = joined.iter().map(|slice| slice.length()).sum();
    let heads = part_head.saturating_mul(joined.len() as u64 + 1);
    if bytes.saturating_add(heads) < length {
        Plan::Parts(joined)
    } else {
        Plan::Whole
    }
}

/// A range as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// `first-last`, or `first-` with the greatest last there is.
    From(u64, u64),
    /// `-length`: so many at the end.
    Suffix(u64),
}

impl Asked {
    /// What exists of it in so many bytes, which are not none.
    fn within(self, length: u64) -> Option<Slice> {
        let end = length - 1;
        match self {
            Self::From(first, last) => (first <= end).then(|| Slice {
                first,
                last: last.min(end),
            }),
            Self::Suffix(0) => None,
            Self::Suffix(wanted) => Some(Slice {
                first: length.saturating_sub(wanted),
                last: end,
            }),
        }
    }
}

/// Reads `bytes=…`; nothing when any part of it is not well-formed, or there are too many.
fn parse(line: &str) -> Option<Vec<Asked>> {
    let (unit, list) = line.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut asked = Vec::new();
    for element in list.split(',') {
        let element = element.trim_matches([' ', '\t']);
        if element.is_empty() {
            continue;
        }
        if asked.len() == limits::RANGES {
            return None;
        }
        asked.push(one(element)?);
    }
    (!asked.is_empty()).then_some(asked)
}

fn one(element: &str) -> Option<Asked> {
    let (first, last) = element.split_once('-')?;
    if first.is_empty() {
        return Some(Asked::Suffix(number(last)?));
    }
    let first = number(first)?;
    let last = if last.is_empty() {
        u64::MAX
    } else {
        number(last)?
    };
    (first <= last).then_some(Asked::From(first, last))
}

/// Digits as a number; one that is too large becomes the greatest there is.
fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn of(line: &str, length: u64) -> Plan {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(line).unwrap());
        plan(&headers, length, None)
    }

    fn slice(first: u64, last: u64) -> Plan {
        Plan::Slice(Slice { first, last })
    }

    // Rules 18 to 23, 25, 27, 28, 30
    #[test]
    fn ranges_of_a_thousand_bytes() {
        use Plan::{NotSatisfiable, Whole};
        let many = format!("bytes={}", vec!["0-"; 50].join(","));
        let too_many = format!("bytes={}", vec!["2000-"; 101].join(","));
        for (line, expected) in [
            ("bytes=0-0", slice(0, 0)),
            ("bytes=10-19", slice(10, 19)),
            ("bytes=990-", slice(990, 999)),
            ("bytes=0-", slice(0, 999)),
            ("bytes=-1", slice(999, 999)),
            ("bytes=-1000", slice(0, 999)),
            ("bytes=-5000", slice(0, 999)),
            ("bytes=990-5000", slice(990, 999)),
            ("bytes=999-999", slice(999, 999)),
            ("BYTES=0-9", slice(0, 9)),
            ("bytes= 0-9 ", slice(0, 9)),
            ("bytes=0-99999999999999999999", slice(0, 999)),
            ("bytes=-99999999999999999999", slice(0, 999)),
            ("bytes=1000-", NotSatisfiable),
            ("bytes=1000-2000", NotSatisfiable),
            ("bytes=99999999999999999999-", NotSatisfiable),
            ("bytes=-0", NotSatisfiable),
            ("bytes=2000-3000,5000-", NotSatisfiable),
            ("bytes=0-9,2000-", slice(0, 9)),
            ("bytes=2000-,-5", slice(995, 999)),
            ("bytes=,0-9,", slice(0, 9)),
            ("bytes=0-9,20-29", Whole),
            (many.as_str(), Whole),
            (too_many.as_str(), Whole),
            ("lines=0-9", Whole),
            ("bytes", Whole),
            ("bytes=", Whole),
            ("bytes=,", Whole),
            ("bytes=-", Whole),
            ("bytes=a-b", Whole),
            ("bytes=9-0", Whole),
            ("bytes=0-9,9-0", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=0 - 9", Whole),
            ("bytes=--5", Whole),
            ("bytes=0x0-9", Whole),
            ("bytes=1-2-3", Whole),
            ("=0-9", Whole),
        ] {
            assert_eq!(of(line, 1000), expected, "{line}");
        }
        for line in ["bytes=0-", "bytes=-1", "bytes=-0", "bytes=5-9"] {
            assert_eq!(of(line, 0), Whole, "empty file: {line}");
        }
    }

    #[test]
    fn a_range_on_two_lines_is_ignored() {
        let mut headers = HeaderMap::new();
        headers.append(header::RANGE, HeaderValue::from_static("bytes=0-0"));
        headers.append(header::RANGE, HeaderValue::from_static("bytes=0-0"));
        assert_eq!(plan(&headers, 10, None), Plan::Whole);
    }

    // Rules 25, 27, 28
    #[test]
    fn several_pieces_are_parts_where_that_is_less() {
        use Plan::{NotSatisfiable, Parts, Whole};
        let of = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_str(line).unwrap());
            plan(&headers, 1000, Some(50))
        };
        let parts = |all: &[(u64, u64)]| {
            let slice = |&(first, last)| Slice { first, last };
            Parts(all.iter().map(slice).collect())
        };
        let many = format!("bytes={}", vec!["0-"; 50].join(","));
        let spread: Vec<_> = (0..20).map(|at| format!("{0}-{0}", at * 50)).collect();
        let spread = format!("bytes={}", spread.join(","));
        for (line, expected) in [
            ("bytes=0-9,100-109", parts(&[(0, 9), (100, 109)])),
            ("bytes=-10,0-9", parts(&[(990, 999), (0, 9)])),
            ("bytes=0-9,100-109,5000-", parts(&[(0, 9), (100, 109)])),
            ("bytes=0-9,5-19", slice(0, 19)),
            ("bytes=0-9,10-19", slice(0, 19)),
            // Closer than a part's head is long.
            ("bytes=0-9,50-59", slice(0, 59)),
            ("bytes=0-9,300-309,5-19", parts(&[(0, 19), (300, 309)])),
            ("bytes=5000-,6000-", NotSatisfiable),
            // Nothing is left out, or nothing is saved.
            ("bytes=0-449,600-999", Whole),
            ("bytes=0-,-1", slice(0, 999)),
            (many.as_str(), slice(0, 999)),
            (spread.as_str(), slice(0, 950)),
        ] {
            assert_eq!(of(line), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn parts_are_less_than_the_whole(
            line in "bytes=([0-9]{1,3}-[0-9]{0,3},){2,20}",
            length in 1..1000_u64,
            part_head in 0..60_u64,
        ) {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_str(&line).unwrap());
            if let Plan::Parts(parts) = plan(&headers, length, Some(part_head)) {
                let bytes: u64 = parts.iter().map(|part| part.length() + part_head).sum();
                prop_assert!(parts.len() > 1 && bytes + part_head < length);
                prop_assert!(parts.iter().all(|part| part.last < length));
            }
        }

        #[test]
        fn a_slice_lies_within(line in "bytes=([0-9]{0,21}-?[0-9]{0,21},?){0,4}", length in 0..3000_u64) {
            if let Plan::Slice(Slice { first, last }) = of(&line, length) {
                prop_assert!(first <= last && last < length);
            }
        }

        #[test]
        fn what_is_asked_is_given(length in 1..u64::MAX, first: u64, more: u64) {
            let last = first.saturating_add(more);
            let expected = if first < length {
                slice(first, last.min(length - 1))
            } else {
                Plan::NotSatisfiable
            };
            prop_assert_eq!(of(&format!("bytes={first}-{last}"), length), expected);
        }

        #[test]
        fn any_line_is_read_without_a_panic(line in "[ -~]{0,40}") {
            let _ = of(&line, 10);
        }
    }
}
