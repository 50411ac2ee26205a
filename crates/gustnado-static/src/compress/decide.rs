//! A reply's head → what becomes of it. Pure: it must not know bodies but for their length.

use http::{HeaderMap, StatusCode, header};

use super::rules::Rules;
use crate::coding::Coding;

/// What becomes of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    /// It stays as it is, whoever asks.
    Leave,
    /// It stays as it is, and might be coded for another client.
    Plain,
    /// All of it is coded at once.
    Whole(Coding),
    /// It is coded piece by piece.
    Stream(Coding),
}

/// What is known of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// It is all there.
    Whole(usize),
    /// It comes piece by piece, with this length in all.
    Known(u64),
    /// The answer to HEAD says it, of a body that is not there.
    Bare(u64),
    Unknown,
}

/// What becomes of a reply for a client that takes `coding` best.
pub(super) fn plan(
    rules: &Rules,
    coding: Coding,
    status: StatusCode,
    headers: &HeaderMap,
    length: Length,
) -> Plan {
    // It says nothing of a type, and the reply that it stands for may be one that is coded.
    if status == StatusCode::NOT_MODIFIED {
        return Plan::Plain;
    }
    if status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::RESET_CONTENT
        || headers.contains_key(header::CONTENT_ENCODING)
        || no_transform(headers)
        || !codes(rules, headers)
    {
        return Plan::Leave;
    }
    // A part of the bytes as they are; coded, it would be a part of others.
    if status == StatusCode::PARTIAL_CONTENT || headers.contains_key(header::CONTENT_RANGE) {
        return Plan::Plain;
    }
    let small = match length {
        Length::Whole(length) => length < rules.limits.from,
        Length::Known(length) | Length::Bare(length) => length < rules.limits.from as u64,
        Length::Unknown => false,
    };
    match length {
        _ if small => Plan::Leave,
        _ if coding == Coding::Identity => Plan::Plain,
        Length::Whole(length) if length <= rules.limits.whole => Plan::Whole(coding),
        _ => Plan::Stream(coding),
    }
}

fn codes(rules: &Rules, headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| rules.codes(content_type))
}

/// RFC 9111 section 5.2.2.6.
fn no_transform(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::CACHE_CONTROL).iter();
    lines.any(|line| {
        let mut directives = line.as_bytes().split(|byte| *byte == b',');
        directives.any(|directive| directive.trim_ascii().eq_ignore_ascii_case(b"no-transform"))
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn planned(
        coding: Coding,
        status: u16,
        fields: &[(HeaderName, &'static str)],
        length: Length,
    ) -> Plan {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        for (name, value) in fields {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let status = StatusCode::from_u16(status).unwrap();
        plan(&Rules::default(), coding, status, &headers, length)
    }

    #[test]
    fn replies_by_length_and_coding() {
        use Coding::{Brotli, Identity};
        let mega = 1024 * 1024;
        for (coding, length, expected) in [
            (Brotli, Length::Whole(1023), Plan::Leave),
            (Identity, Length::Whole(1023), Plan::Leave),
            (Brotli, Length::Whole(1024), Plan::Whole(Brotli)),
            (Identity, Length::Whole(1024), Plan::Plain),
            (Brotli, Length::Whole(mega), Plan::Whole(Brotli)),
            (Brotli, Length::Whole(mega + 1), Plan::Stream(Brotli)),
            (Brotli, Length::Known(1023), Plan::Leave),
            (Brotli, Length::Known(1024), Plan::Stream(Brotli)),
            (Brotli, Length::Unknown, Plan::Stream(Brotli)),
            (Identity, Length::Unknown, Plan::Plain),
        ] {
            assert_eq!(planned(coding, 200, &[], length), expected, "{length:?}");
        }
    }

    #[test]
    fn replies_by_their_heads() {
        let whole = Plan::Whole(Coding::Gzip);
        for (status, field, expected) in [
            (200, None, whole),
            (201, None, whole),
            (404, None, whole),
            (500, None, whole),
            (103, None, Plan::Leave),
            (204, None, Plan::Leave),
            (205, None, Plan::Leave),
            (304, None, Plan::Plain),
            (206, None, Plan::Plain),
            (416, Some((header::CONTENT_RANGE, "bytes */9")), Plan::Plain),
            (200, Some((header::CONTENT_ENCODING, "br")), Plan::Leave),
            (200, Some((header::CONTENT_ENCODING, "zip")), Plan::Leave),
            (
                200,
                Some((header::CACHE_CONTROL, "no-transform")),
                Plan::Leave,
            ),
            (
                200,
                Some((header::CACHE_CONTROL, "max-age=1, No-Transform")),
                Plan::Leave,
            ),
            (200, Some((header::CACHE_CONTROL, "no-cache")), whole),
            (200, Some((header::CONTENT_TYPE, "image/png")), Plan::Leave),
        ] {
            let fields: Vec<_> = field.iter().cloned().collect();
            let got = planned(Coding::Gzip, status, &fields, Length::Whole(5000));
            assert_eq!(got, expected, "{status} {field:?}");
        }
    }
}
